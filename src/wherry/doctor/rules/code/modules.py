"""Modules of the project: names that hide packages, wrong capitals, syntax of another Python."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.dependencies import standard_library
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, versions
from wherry.findings import FileSpan, Finding
from wherry.project.code.source import Source

# Imported by Django, gunicorn or the scientific packages after the project's folder is in the path.
_STANDARD: Final = frozenset(
    (
        *("random", "json", "logging", "types", "typing", "email", "calendar", "string", "queue"),
        *("select", "socket", "ssl", "secrets", "copy", "inspect", "http", "html", "urllib"),
        *("uuid", "decimal", "datetime", "hashlib", "tempfile", "threading", "traceback"),
        *("signal", "platform", "numbers", "subprocess", "gettext", "locale", "asyncio"),
        *("concurrent", "zipfile", "gzip", "csv", "difflib", "pickle", "struct", "xml", "ast"),
        *("tokenize", "operator", "enum"),
    )
)
_PACKAGES: Final = {
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-gpu"),
    "keras": ("keras", "tensorflow", "tensorflow-cpu"),
    "numpy": ("numpy", "tensorflow", "pandas", "scikit-learn"),
    "django": ("django",),
    "pandas": ("pandas",),
    "cv2": ("opencv-python", "opencv-python-headless"),
    "PIL": ("pillow",),
    "sklearn": ("scikit-learn",),
    "torch": ("torch",),
    "flask": ("flask",),
    "requests": ("requests",),
    "gunicorn": ("gunicorn",),
    "rest_framework": ("djangorestframework",),
    "whitenoise": ("whitenoise",),
    "celery": ("celery",),
    "redis": ("redis",),
    "joblib": ("joblib", "scikit-learn"),
    "scipy": ("scipy", "scikit-learn"),
    "matplotlib": ("matplotlib",),
    "nltk": ("nltk",),
    "decouple": ("python-decouple",),
    "environ": ("django-environ",),
}


def _shadowed(context: Context) -> Iterator[Finding]:
    code = context.project.code
    root = code.working
    imported = {item.root for item in code.imports if item.path in code.imported}
    for name in sorted({*_STANDARD, *_PACKAGES}):
        path = next(
            (
                entry
                for entry in (f"{name}.py", f"{name}/__init__.py")
                if (f"{root}/{entry}" if root else entry) in code.sources.paths
            ),
            None,
        )
        if path is None:
            continue
        packages = _PACKAGES.get(name)
        if packages is not None and not (
            name in imported and any(versions.wanted(context, package) for package in packages)
        ):
            continue
        full = f"{root}/{path}" if root else path
        if packages is not None and _meant(context, name, full):
            continue
        yield found("module-shadowed", FileSpan(full), values={"file": full, "module": name})


def _meant(context: Context, name: str, path: str) -> bool:
    """Whether the project's own module has all that the code takes from it, so that it is meant."""
    code = context.project.code
    source = code.sources.get(path)
    if source is None:
        return True
    asked = [
        item for item in code.imports if item.module.partition(".")[0] == name and item.path != path
    ]
    if any(item.path == path for item in code.imports if item.root == name):
        return False
    return bool(asked) and all(
        item.name and (item.name in source.names or item.name in source.text) for item in asked
    )


def _capitals(context: Context) -> Iterator[Finding]:
    code = context.project.code
    sources = code.sources
    for item in code.imports:
        if item.local or item.guarded or item.type_checking or item.path not in code.served:
            continue
        for module in (item.module, f"{item.module}.{item.name}" if item.name else ""):
            twin = _twin(context, module)
            if twin is not None:
                source = sources.get(item.path)
                quote = "" if source is None else source.quote(item.line)
                yield found(
                    "import-case-mismatch",
                    FileSpan(item.path, item.line, quote=quote),
                    severity=Severity.ERROR,
                    values={"name": module, "file": twin, "target": twin, "code_file": item.path},
                )
                break


def _twin(context: Context, module: str) -> str | None:
    """Return the file that a module's name means, but for its capitals."""
    sources = context.project.code.sources
    if not module or sources.is_local(module) or module.lower() in standard_library.MODULES:
        return None
    inner = module.replace(".", "/")
    for root in sources.roots:
        stem = f"{root}/{inner}" if root else inner
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            entry = context.project.files.ignoring_case(path)
            if entry is None or entry.path == path or entry.path not in sources.paths:
                continue
            if "." in module or not _is_package(context, module):
                return entry.path
    return None


def _is_package(context: Context, module: str) -> bool:
    """Whether the name is rather that of a package that is installed: PIL beside pil.py."""
    wanted = module.lower().replace("_", "-")
    return module in _PACKAGES or versions.wanted(context, wanted)


def _syntax(context: Context) -> Iterator[Finding]:
    code = context.project.code
    for path in sorted(code.served | _settings_files(context)):
        source = code.sources.get(path)
        if source is None:
            continue
        if source.problem is not None:
            if source.problem.line and "too" not in source.problem.message:
                yield _broken(context, source, source.problem.line, source.problem.message)
        elif context.python is not None and context.python < (3, 12):
            yield from _newer(context, source)


def _settings_files(context: Context) -> set[str]:
    """Return the files that hold the settings, or should, where their syntax is wrong."""
    code = context.project.code
    settings = places.django(context)
    if settings is not None:
        return set(settings.files)
    return {
        path
        for path in code.sources.paths
        if path.rpartition("/")[2] in ("settings.py", "wsgi.py", "manage.py")
        and not code.sources.is_test(path)
    }


def _broken(context: Context, source: Source, line: int, message: str) -> Finding:
    python2 = source.problem is not None and source.problem.python2
    values = {"construct": f"What stands in line {line} ({message})", "folder": "."}
    if context.python is not None:
        values["python"] = f"{context.python[0]}.{context.python[1]}"
    if python2:
        values["construct"] = f"Line {line}"
    return found(
        "syntax-needs-newer-python",
        FileSpan(source.path, line, quote=source.quote(line)),
        severity=Severity.ERROR,
        values=values,
    )


def _newer(context: Context, source: Source) -> Iterator[Finding]:
    if source.tree is None or not source.mentions("match ", "type ", "except*", ":="):
        return
    for node in ast.walk(source.tree):
        since = _since(node)
        if since is not None and context.python is not None and context.python < since:
            line = getattr(node, "lineno", 1)
            yield found(
                "syntax-needs-newer-python",
                FileSpan(source.path, line, quote=source.quote(line)),
                severity=Severity.ERROR,
                values={"python": f"{context.python[0]}.{context.python[1]}"},
            )
            return


def _since(node: ast.AST) -> tuple[int, int] | None:
    if isinstance(node, ast.TypeAlias):
        return 3, 12
    if isinstance(node, ast.TryStar):
        return 3, 11
    if isinstance(node, ast.Match):
        return 3, 10
    return (3, 8) if isinstance(node, ast.NamedExpr) else None


SHADOWED: Final = Rule("module-shadowed", ("module-shadowed",), _shadowed)
CAPITALS: Final = Rule("import-capitals", ("import-case-mismatch",), _capitals)
SYNTAX: Final = Rule("syntax", ("syntax-needs-newer-python",), _syntax)
