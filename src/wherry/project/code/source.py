"""One Python file of the project, read as far as somebody asks."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from wherry.findings import FileSpan
from wherry.project.code import importing, indexing
from wherry.project.code.imports import Import
from wherry.project.code.indexing import Index
from wherry.project.code.parsing import SyntaxProblem, parse


@dataclass(frozen=True, eq=False)
class Source:
    """A module of the project.

    Attributes:
        path: Relative to the project's root.
        module: Its dotted name, as the site imports it.
        package: Whether it is an ``__init__.py``.
        text: All of it.
        is_local: Tells whether a dotted name is a module of the project.
    """

    path: str
    module: str
    package: bool
    text: str
    is_local: Callable[[str], bool]

    @cached_property
    def parsed(self) -> ast.Module | SyntaxProblem:
        """Its tree, or why it has none."""
        return parse(self.text)

    @property
    def tree(self) -> ast.Module | None:
        """Its tree; None where its syntax is wrong."""
        return self.parsed if isinstance(self.parsed, ast.Module) else None

    @property
    def problem(self) -> SyntaxProblem | None:
        """Why it has no tree."""
        return self.parsed if isinstance(self.parsed, SyntaxProblem) else None

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All that it imports, in functions too."""
        if self.tree is None:
            return ()
        try:
            return importing.read(self.tree, self.path, self.module, self.package, self.is_local)
        except RecursionError:
            return ()  # hundreds of branches in one another

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Full dotted names by what the code calls them: of imports and of its own definitions."""
        return {} if self.tree is None else importing.names(self.tree, self.module, self.imports)

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The modules that it takes every name from."""
        return tuple(item.module for item in self.imports if item.name == "*")

    @cached_property
    def index(self) -> Index:
        """Its definitions and calls."""
        try:
            return Index((), (), ()) if self.tree is None else indexing.read(self.tree)
        except RecursionError:
            return Index((), (), ())  # a sum of a thousand parts: nobody wrote that by hand

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its lines; the first one is number 1 for everybody else."""
        return tuple(self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

    def quote(self, line: int) -> str:
        """Return what stands in a line, without its indentation."""
        return self.lines[line - 1].strip()[:200] if 0 < line <= len(self.lines) else ""

    def at(self, node: ast.stmt | ast.expr | ast.excepthandler) -> FileSpan:
        """Return the place of a piece of it."""
        return FileSpan(
            self.path,
            node.lineno,
            node.col_offset + 1,
            node.end_lineno or node.lineno,
            self.quote(node.lineno),
        )

    def mentions(self, *words: str) -> bool:
        """Whether any of the words stands in it, in code, comment or text."""
        return any(word in self.text for word in words)

    def resolve(self, node: ast.expr) -> str:
        """Return the full dotted name of a name or an attribute; "" for anything else.

        A name that is not bound in the file stays as it is, so that builtins are called
        ``open`` and ``print``.
        """
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            value = self.resolve(node.value)
            return f"{value}.{node.attr}" if value else ""
        return ""
