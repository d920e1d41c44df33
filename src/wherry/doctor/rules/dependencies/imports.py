"""What the served code imports, and nothing that is required provides."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.dependencies import modules, standard_library
from wherry.dependencies.modules import closure, may_provide, providers
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.situation import lines
from wherry.findings import Change, Confidence, FileSpan, Finding, Fix
from wherry.project.code.imports import Import

# They are there wherever pip is, or come with Python in the older versions.
_ALWAYS: Final = frozenset(("setuptools", "pip", "pkg_resources", "_distutils_hack", "wheel"))
# Other rules speak of these, with more to say.
_ELSEWHERE: Final = frozenset(
    ("gunicorn", "psycopg2", "psycopg", "MySQLdb", "win32api", "pythoncom")
)


def _check(context: Context) -> Iterator[Finding]:
    project = context.project
    requirements = project.requirements
    if requirements.manager in (None, "conda") or not requirements.complete:
        return
    if not requirements.declared:
        return
    installed = _installed(context)
    missing: dict[str, list[Import]] = {}
    for item in project.code.imports:
        if _counts(item, context) and _is_missing(item.root, installed):
            missing.setdefault(item.root, []).append(item)
    for root, items in missing.items():
        if not _may_be_named(context, root):
            yield _finding(context, root, items)
    for root, place in _apps(context):
        if root not in missing and providers(root) and _is_missing(root, installed):
            missing[root] = []
            if not _may_be_named(context, root):
                yield _app(context, root, place)


def _may_be_named(context: Context, root: str) -> bool:
    """Whether a line that pip cannot read is likely to ask for it: that line is what is wrong."""
    requirements = context.project.requirements
    return any(map(requirements.may_name, (root, *providers(root))))


def _apps(context: Context) -> Iterator[tuple[str, FileSpan]]:
    """Return the packages that INSTALLED_APPS and MIDDLEWARE name, with where they do."""
    code = context.project.code
    for name in ("INSTALLED_APPS", "MIDDLEWARE"):
        setting = None if code.settings is None else code.settings.find(name)
        if setting is None or not isinstance(setting.value.plain, tuple):
            continue
        text = context.project.text(setting.path)
        for value in setting.value.plain:
            entry = value.plain
            if not isinstance(entry, str) or code.sources.is_local(entry):
                continue
            root = entry.partition(".")[0]
            line = text.line_of(entry, setting.line - 1) if text is not None else None
            if text is not None and line is not None and not code.sources.is_local(root):
                yield root, text.at(line)


def _app(context: Context, root: str, place: FileSpan) -> Finding:
    package = providers(root)[0]
    file = context.project.requirements.file
    return found(
        "dependency-not-in-requirements",
        place,
        values={
            "module": root,
            "package": package,
            "file": file,
            "requirements": file,
            "code_file": place.path,
        },
        fix=_fix(context, package),
    )


def _installed(context: Context) -> frozenset[str]:
    names = {line.key for line in lines(context)}
    if context.resolution is not None:
        names |= {package.name for package in context.resolution.packages}
    if context.project.requirements.lock is not None:
        names |= {package.name for package in context.project.requirements.lock.packages}
    return closure(names)


def _counts(item: Import, context: Context) -> bool:
    """Whether the web process needs it: not guarded, of no test, and in a file that it imports."""
    if item.local or item.guarded or item.type_checking:
        return False
    return item.path in context.project.code.served and item.root not in _ELSEWHERE


def _is_missing(root: str, installed: frozenset[str]) -> bool:
    if root in standard_library.MODULES or root in _ALWAYS or root.startswith("_"):
        return False
    known = providers(root)
    if known:
        return not any(package in installed for package in known) and not any(
            may_provide(package, root)
            for package in installed
            if not modules.known_modules(package)
        )
    # A module that nobody here has heard of: of a package that is none of those required.
    return not any(may_provide(package, root) for package in installed) and all(
        modules.known_modules(package) for package in installed
    )


def _finding(context: Context, root: str, items: list[Import]) -> Finding:
    project = context.project
    known = providers(root)
    at_boot = [item for item in items if item.top_level and item.path in project.code.imported]
    shown = at_boot or items
    package = known[0] if known else root
    file = project.requirements.file
    return found(
        "dependency-not-in-requirements",
        *(_place(context, item) for item in shown[:5]),
        severity=Severity.ERROR if at_boot else Severity.WARNING,
        confidence=Confidence.HIGH if known else Confidence.MEDIUM,
        values={
            "module": root,
            "package": package,
            "file": file,
            "requirements": file,
            "code_file": shown[0].path,
            "project": shown[0].path.partition("/")[0],
        },
        fix=_fix(context, package) if known else None,
    )


def _place(context: Context, item: Import) -> FileSpan:
    text = context.project.text(item.path)
    quote = "" if text is None else text.line(item.line).strip()
    return FileSpan(item.path, item.line, quote=quote)


def _fix(context: Context, package: str) -> Fix | None:
    file = context.project.requirements.file
    text = context.project.text(file)
    if text is None or not file.endswith((".txt", ".in")):
        return None
    end = "" if not text.content or text.content.endswith("\n") else "\n"
    after = f"{text.content}{end}{package}\n"
    return Fix(f"Require {package}", (Change(file, text.content, after),), safe=True)


RULE: Final = Rule("import-not-required", ("dependency-not-in-requirements",), _check)
