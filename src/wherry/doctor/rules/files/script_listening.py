"""``python app.py``: the address that the script itself gives its server."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, found
from wherry.findings import Change, FileSpan, Finding, Fix
from wherry.project import scripts
from wherry.project.code.parsing import SyntaxProblem, parse
from wherry.project.server import Server
from wherry.project.texts import Text

_FRAMEWORKS: Final = ("flask", "quart", "uvicorn", "waitress", "bottle", "dash")
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")


def check(context: Context, server: Server) -> Iterator[Finding]:
    """Report a script that listens where the host does not look."""
    path = scripts.find(context.project, server.program, server.folder)
    text = context.project.text(path) if path else None
    if text is None:
        return
    tree = parse(text.content)
    if isinstance(tree, SyntaxProblem):
        return
    imported = _imported(tree)
    calls = [call for call in _calls(tree) if _runs_server(call, imported)]
    if len(calls) != 1:
        return
    call = calls[0]
    address = _address(call, imported)
    if address and _wrong(context, call, imported):
        yield found(
            "port-not-bound",
            server.where,
            FileSpan(path, call.lineno, quote=text.line(call.lineno).strip()),
            values={"address": address, "code_file": path},
            fix=_fix(text, tree, call, imported),
        )


def _fix(text: Text, tree: ast.Module, call: ast.Call, imported: frozenset[str]) -> Fix | None:
    """Return the fix that lets the script listen where it is told to, and anywhere else locally."""
    line = text.line(call.lineno)
    before = text.content
    # Columns are bytes, and only what stands on one line is replaced by rule.
    if call.end_lineno != call.lineno or not line.isascii() or "\r" in before:
        return None
    if call.args and not _is_uvicorn(call):
        return None
    words = [ast.unparse(item) for item in call.args]
    words += [
        f"{item.arg}={ast.unparse(item.value)}"
        for item in call.keywords
        if item.arg not in ("host", "port")
    ]
    written = _keywords(call).get("port")
    port = ast.unparse(written) if written is not None else _default_port(call, imported)
    if written is None or _constant(written):
        port = f'int(os.environ.get("PORT", {port}))'
    words += ['host="0.0.0.0"', f"port={port}"]
    new = f"{ast.unparse(call.func)}({', '.join(words)})"
    rows = before.splitlines(keepends=True)
    row = rows[call.lineno - 1]
    rows[call.lineno - 1] = row[: call.col_offset] + new + row[call.end_col_offset :]
    if "os" not in _modules(tree):
        rows.insert(_first_import(tree) - 1, "import os\n")
    return Fix(
        f"Listen on $PORT, on every address, in {text.path}",
        (Change(text.path, before, "".join(rows)),),
        safe=False,
    )


def _modules(tree: ast.Module) -> set[str]:
    """Return what the script imports under its own name."""
    return {
        alias.name
        for node in tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname is None
    }


def _first_import(tree: ast.Module) -> int:
    """Return the line of the first import that another one may stand above."""
    imports = (
        node.lineno
        for node in tree.body
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and node.module != "__future__")
    )
    return next(imports, tree.body[-1].lineno)


def _imported(tree: ast.AST) -> frozenset[str]:
    found_names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found_names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found_names.add(node.module.partition(".")[0])
    return frozenset(found_names)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _runs_server(call: ast.Call, imported: frozenset[str]) -> bool:
    """Whether a call is ``app.run(...)`` of Flask's kind, or ``uvicorn.run(...)``."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in ("run", "run_server"):
        return False
    owner = func.value.id if isinstance(func.value, ast.Name) else ""
    if owner in ("subprocess", "asyncio", "sp", "loop", "runner", "self", "client", "bot"):
        return False
    return owner == "uvicorn" or (
        owner in ("app", "application", "server", "api", "web")
        and bool(imported & set(_FRAMEWORKS))
    )


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {item.arg: item.value for item in call.keywords if item.arg}


def _address(call: ast.Call, imported: frozenset[str]) -> str:
    """Return the address as it is written; "" where variables of the code's hold it."""
    given = _keywords(call)
    if any(item.arg is None for item in call.keywords):
        return ""
    port = _default_port(call, imported)
    host = given.get("host") or (call.args[0] if call.args and not _is_uvicorn(call) else None)
    shown_host = _constant(host) if host is not None else "127.0.0.1"
    number = given.get("port")
    shown_port = port if number is None else _constant(number)
    return f"{shown_host or '?'}:{shown_port or '$PORT'}"


def _default_port(call: ast.Call, imported: frozenset[str]) -> str:
    return "8000" if _is_uvicorn(call) else "8050" if "dash" in imported else "5000"


def _is_uvicorn(call: ast.Call) -> bool:
    func = call.func
    return isinstance(func, ast.Attribute) and ast.unparse(func.value) == "uvicorn"


def _constant(node: ast.expr) -> str:
    plain = isinstance(node, ast.Constant) and isinstance(node.value, str | int)
    return str(node.value) if plain and isinstance(node, ast.Constant) else ""


def _wrong(context: Context, call: ast.Call, imported: frozenset[str]) -> bool:
    host, _, port = _address(call, imported).rpartition(":")
    if host in _LOCAL:
        return True
    # A port of the code's own: on Heroku only $PORT is looked at.
    return port.isdecimal() and context.target.platform.name == "heroku"
