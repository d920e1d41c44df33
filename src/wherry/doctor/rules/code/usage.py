"""Names of other packages that the site's code uses, by import or as an attribute."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wherry.doctor.rule import Context
from wherry.findings import FileSpan
from wherry.project.code.indexing import Block
from wherry.project.code.source import Source


@dataclass(frozen=True, slots=True)
class Use:
    """A name of another package, where it is used.

    Attributes:
        name: In full: ``tensorflow.Session``.
        at_start: Whether it is reached before the first request.
    """

    name: str
    source: Source
    where: FileSpan
    at_start: bool


def sources(context: Context, *words: str) -> Iterator[Source]:
    """Return the files that the web process imports and that mention one of the words."""
    code = context.project.code
    for path in sorted(code.served):
        source = code.sources.get(path)
        if source is not None and source.mentions(*words):
            yield source


def imports(context: Context, *words: str) -> Iterator[Use]:
    """Return what is imported from elsewhere without a way out, ``module.name`` in full."""
    code = context.project.code
    for source in sources(context, *words):
        for item in source.imports:
            if item.local or item.guarded or item.type_checking:
                continue
            full = f"{item.module}.{item.name}" if item.name and item.name != "*" else item.module
            where = FileSpan(source.path, item.line, quote=source.quote(item.line))
            yield Use(full, source, where, item.top_level and source.path in code.imported)


def attributes(context: Context, root: str, names: Iterable[str]) -> Iterator[Use]:
    """Return the attributes of a package that the site's code uses, each at its longest.

    Args:
        context: The project.
        root: The package: ``tensorflow``.
        names: Attributes of it, one of which must be somewhere in a file for it to be searched.
    """
    wanted = "|".join(re.escape(name) for name in names)
    for source in sources(context, root):
        aliases = {item.alias for item in source.imports if item.root == root and not item.local}
        if source.tree is None or not aliases:
            continue
        owners = "|".join(re.escape(alias) for alias in sorted(aliases))
        # A walk over the whole tree is dear, and most files have nothing of the kind.
        if not re.search(rf"\b(?:{owners})\s*\.[\w.]*?\b(?:{wanted})\b", source.text):
            continue
        guarded = _guarded_lines(source)
        inner: set[int] = set()
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Attribute) or id(node) in inner:
                continue
            full = source.resolve(node)
            if full.partition(".")[0] != root:
                continue
            value: ast.expr = node.value
            while isinstance(value, ast.Attribute):
                inner.add(id(value))
                value = value.value
            if node.lineno not in guarded:
                yield Use(full, source, source.at(node), at_start=False)


def _guarded_lines(source: Source) -> set[int]:
    """Return the lines that bear a missing attribute: in a ``try``, or behind a check."""
    lines: set[int] = set()
    for statement, _, blocks in source.index.statements:
        if any(_guards(block) for block in blocks):
            lines.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return lines


def _guards(block: Block) -> bool:
    node = block.node
    if isinstance(node, ast.Try):
        return True
    if isinstance(node, ast.If):
        text = ast.unparse(node.test)
        return "version" in text or "hasattr" in text
    return False
