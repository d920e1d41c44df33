"""Where the modules are that a start command names."""

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from wherry.doctor.rule import Context
from wherry.doctor.rules.files.circumstances import built_by_buildpack
from wherry.project.code.parsing import SyntaxProblem, parse
from wherry.project.server import Server


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project.

    Attributes:
        path: Its file; "" for a package without ``__init__.py``.
        deployed: Whether a push takes it along.
    """

    path: str
    deployed: bool = True


NOT_FOUND: Final = Module("", deployed=False)
"""What stands for a module that is in none of the places where it is looked for."""

_INSIDES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
UNKNOWN: Final = Module("?")
"""What stands for a module that may be anywhere: in an installed package, in an image."""


def find(context: Context, server: Server) -> Module:
    """Return the module that a server serves; NOT_FOUND only where that is certain."""
    if not server.located or not server.module:
        return UNKNOWN
    return find_module(context, server.module, places(context, server))


def places(context: Context, server: Server) -> tuple[str, ...]:
    """Return the folders that the server imports from, relative to the root."""
    project = context.project
    told = [path for path in server.env.get("PYTHONPATH", "").split(":") if path]
    environment = project.environment(context.target.platform.name)
    told += [path for path in (environment.get("PYTHONPATH") or "").split(":") if path]
    roots = [posixpath.join(server.folder, _relative(path)) for path in server.paths]
    roots += [posixpath.join(project.base, _relative(path)) for path in told]
    folders = [server.folder, *roots]
    # The buildpack has Python import from where it puts the app, whatever the folder.
    folders += [project.base] if built_by_buildpack(context) else []
    folders += [posixpath.join(project.base, "src")] if _installs_itself(context) else []
    return tuple(dict.fromkeys(_normal(folder) for folder in folders))


def _relative(path: str) -> str:
    for prefix in ("/app/", "/code/", "/usr/src/app/", "$HOME/", "$PWD/", "./"):
        path = path.removeprefix(prefix)
    return "" if path in ("/app", "/code", "$HOME", "$PWD", ".", "$PYTHONPATH") else path


def _normal(folder: str) -> str:
    path = posixpath.normpath(folder) if folder else ""
    return "" if path in (".", "/") else path


def _installs_itself(context: Context) -> bool:
    project = context.project
    if any(item.local for item in project.requirements.declared):
        return True
    document = project.document(project.at_base("pyproject.toml"))
    return document is not None and bool(document.table("build-system"))


def find_module(context: Context, dotted: str, folders: tuple[str, ...]) -> Module:
    """Return a module by its dotted name, looked for in some folders."""
    top, _, rest = dotted.partition(".")
    for folder in folders:
        if folder.startswith(".."):
            return UNKNOWN
        found = _below(context, folder, dotted)
        if found is not None:
            return found
        # As Python: the first folder that holds the package decides about what is in it.
        if rest and _is_package(context, posixpath.join(folder, top)):
            return NOT_FOUND
    return UNKNOWN if _from_elsewhere(context, top) else NOT_FOUND


def _below(context: Context, folder: str, dotted: str) -> Module | None:
    path = posixpath.join(folder, dotted.replace(".", "/"))
    files = context.project.files
    for candidate in (f"{path}.py", f"{path}/__init__.py"):
        entry = files.get(candidate)
        if entry is not None:
            return Module(candidate, entry.deployed)
    return Module("") if path in files.folders and files.has_folder(path) else None


def _is_package(context: Context, path: str) -> bool:
    return f"{path}/__init__.py" in context.project.files


def _from_elsewhere(context: Context, top: str) -> bool:
    """Whether a module may come with an installed package, and not from the project."""
    requirements = context.project.requirements
    if not requirements.complete:
        return True
    name = top.lower().replace("_", "-")
    declared = {item.name for item in (*requirements.declared, *requirements.optional)}
    locked = {} if requirements.lock is None else {p.name for p in requirements.lock.packages}
    return (
        name in declared
        or name in locked
        or any(item.url and not item.name for item in requirements.declared)
    )


def wsgi_modules(context: Context, kind: str = "wsgi") -> tuple[str, ...]:
    """Return the dotted names of the project's wsgi modules, counted from the app's folder."""
    home = context.project.app
    prefix = f"{home}/" if home else ""
    found = []
    for entry in context.project.files.named(f"{kind}.py"):
        if entry.deployed and entry.path.startswith(prefix):
            relative = entry.path.removeprefix(prefix).removesuffix(".py")
            parts = relative.split("/")
            if all(part.isidentifier() for part in parts) and len(parts) <= 3:
                found.append(".".join(parts))
    return tuple(found)


def project_package(context: Context) -> str:
    """Return the package that holds wsgi.py; "" where there is none, or several."""
    found = {name.rpartition(".")[0] for name in wsgi_modules(context)} - {""}
    return next(iter(found)) if len(found) == 1 else ""


def names_in(context: Context, path: str) -> frozenset[str] | None:
    """Return the names that a module defines; None where only running it would tell."""
    text = context.project.text(path)
    return None if text is None else _names(text.content)


@cache
def _names(source: str) -> frozenset[str] | None:
    tree = parse(source)
    if isinstance(tree, SyntaxProblem):
        return None
    found: set[str] = set()
    for node in _at_top(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name == "__getattr__":
                return None
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.asname or alias.name.partition(".")[0] for alias in node.names]
            if "*" in names:
                return None
            found.update(names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Name) and node.id in ("globals", "exec", "vars", "setattr"):
            return None
        elif isinstance(node, ast.Global):
            found.update(node.names)
    return frozenset(found)


def _at_top(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a module runs when it is imported: not the insides of functions and classes."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(
            child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
        ):
            yield from _at_top(child)
