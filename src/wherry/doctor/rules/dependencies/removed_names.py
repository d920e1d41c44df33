"""Names that numpy and scipy no longer have, in the code that the server imports."""

import ast
from collections.abc import Iterator
from typing import Final

from packaging.version import Version

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import is_open_above, lines, versions
from wherry.findings import FileSpan, Finding
from wherry.project.code.imports import Import

# Gone since SciPy 1.3 or before, on any Python that a host still builds.
_SCIPY_MISC: Final = frozenset(
    (
        *("imread", "imresize", "imsave", "imshow", "imfilter", "imrotate", "toimage"),
        *("fromimage", "bytescale", "logsumexp", "comb", "factorial", "info", "who", "source"),
    )
)
# Gone since SciPy 1.12.
_SCIPY_MISC_LAST: Final = frozenset(("face", "ascent", "electrocardiogram", "derivative"))
_NUMPY_124: Final = frozenset(("bool", "int", "float", "object", "str", "complex"))
_NUMPY_2: Final = frozenset(
    (
        *("float_", "complex_", "Inf", "Infinity", "NaN", "infty", "string_", "unicode_"),
        *("product", "cumproduct", "sometrue", "alltrue", "in1d", "trapz", "row_stack"),
        *("cast", "source", "asfarray", "find_common_type", "msort", "round_", "mat"),
    )
)
# np.in1d, np.trapz, np.row_stack, np.round_ and np.mat still exist in some of 2.x.
_STILL_IN_2: Final = frozenset(("in1d", "trapz", "row_stack", "round_", "mat", "sometrue"))


def _scipy(context: Context) -> Iterator[Finding]:
    version = versions(context).get("scipy")
    if version is not None and version < Version("1.3"):
        return
    gone = _SCIPY_MISC
    if version is not None and version >= Version("1.12"):
        gone = gone | _SCIPY_MISC_LAST
    for item in _served(context, "scipy"):
        named = (item.module == "scipy.misc" and item.name in gone) or (
            version is not None
            and version >= Version("1.12")
            and item.module.startswith("scipy.misc")
        )
        if named:
            yield _found(context, "removed-scipy-api", item, f"scipy.misc.{item.name or '*'}")
    aliases = ("scipy.misc", "scipy")
    for path, line, name in _attributes(context, aliases, gone, through="misc"):
        yield _at(context, "removed-scipy-api", path, line, f"scipy.misc.{name}")


def _numpy(context: Context) -> Iterator[Finding]:
    version = versions(context).get("numpy")
    if version is None and not any(
        line.key == "numpy" and is_open_above(line) for line in lines(context)
    ):
        return
    gone: frozenset[str] = frozenset()
    if version is None or version >= Version("1.24"):
        gone |= _NUMPY_124
    if version is not None and version >= Version("2"):
        # NumPy 2 has a bool of its own again.
        gone = (gone | _NUMPY_2) - _STILL_IN_2 - {"bool", "int", "float", "object", "str"}
        gone |= {"int", "float", "object", "complex"}
    for path, line, name in _attributes(context, ("numpy",), gone):
        yield _at(context, "removed-numpy-alias", path, line, f"np.{name}")


def _served(context: Context, root: str) -> list[Import]:
    code = context.project.code
    return [
        item
        for item in code.imports
        if item.root == root
        and item.path in code.served
        and not (item.guarded or item.local or item.type_checking)
    ]


def _attributes(
    context: Context, modules: tuple[str, ...], names: frozenset[str], through: str = ""
) -> Iterator[tuple[str, int, str]]:
    """Return where ``np.bool`` or ``scipy.misc.imread`` stands in a file that is served."""
    code = context.project.code
    paths = {item.path for item in code.imports if item.module in modules or item.root in modules}
    for path in sorted(paths & code.served):
        source = code.sources.get(path)
        if source is None or source.tree is None:
            continue
        aliases = {
            item.alias: item.module
            for item in source.imports
            if not item.name and item.module in modules
        }
        aliases |= {
            item.alias: f"{item.module}.{item.name}"
            for item in source.imports
            if item.name and f"{item.module}.{item.name}" in modules
        }
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr in names:
                owner = ast.unparse(node.value) if _is_short(node.value) else ""
                full = aliases.get(owner.partition(".")[0], "")
                rest = owner.partition(".")[2]
                if _is_owner(full, rest, through):
                    yield path, node.lineno, node.attr


def _is_owner(full: str, rest: str, through: str) -> bool:
    if not full:
        return False
    if not through:
        return not rest
    return (rest == through and not full.endswith(through)) or (
        full.endswith(f".{through}") and rest in ("", through)
    )


def _is_short(node: ast.expr) -> bool:
    """Whether an expression is a name, or an attribute of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _found(context: Context, cause: str, item: Import, name: str) -> Finding:
    at_boot = item.top_level and item.path in context.project.code.imported
    severity = Severity.ERROR if at_boot or item.top_level else Severity.WARNING
    return _at(context, cause, item.path, item.line, name, severity)


def _at(
    context: Context,
    cause: str,
    path: str,
    line: int,
    name: str,
    severity: Severity = Severity.ERROR,
) -> Finding:
    text = context.project.text(path)
    quote = "" if text is None else text.line(line).strip()
    return found(
        cause,
        FileSpan(path, line, quote=quote),
        severity=severity,
        values={
            "name": name,
            "code_file": path,
            "requirements": context.project.requirements.file,
        },
    )


RULES: Final = (
    Rule("removed-scipy-names", ("removed-scipy-api",), _scipy),
    Rule("removed-numpy-names", ("removed-numpy-alias",), _numpy),
)
