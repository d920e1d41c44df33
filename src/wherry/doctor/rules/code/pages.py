"""Templates and static files that pages ask for, and that are not there."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, static_serving, usage
from wherry.findings import Evidence, FileSpan, Finding, How
from wherry.project.code.indexing import argument
from wherry.project.code.moments import Moment
from wherry.project.code.reach import Reach
from wherry.project.code.settings import Settings
from wherry.project.code.source import Source
from wherry.project.code.values import Folder, Plain

_RENDERERS: Final = frozenset(
    ("django.shortcuts.render", "django.template.loader.render_to_string", "flask.render_template")
)
_THEIRS: Final = (
    "admin/",
    "registration/",
    "account/",
    "socialaccount/",
    "rest_framework/",
    "django/",
)
_STATIC: Final = re.compile(r"{%-?\s*static\s+[\"']([^\"'{}]{1,200})[\"']")
_MOST: Final = 400


def _templates(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    reach = context.project.code.reach
    seen: set[str] = set()
    for source in usage.sources(context, "render", "template_name"):
        for asked, span, moments in _asked(source, reach):
            # Behind the # Django 6.0 takes the name of a part of the template.
            name = asked.partition("#")[0]
            if name in seen or not moments or name.startswith(_THEIRS):
                continue
            seen.add(name)
            evidence = _missing(context, settings, name)
            if evidence is not None:
                yield found(
                    "template-missing",
                    span,
                    severity=Severity.ERROR,
                    evidence=evidence,
                    values={
                        "template": name,
                        "settings": settings.path if settings else "settings.py",
                    },
                )


def _asked(source: Source, reach: Reach) -> Iterator[tuple[str, FileSpan, bool]]:
    for call in source.index.calls:
        if source.resolve(call.node.func) not in _RENDERERS:
            continue
        position = 1 if source.resolve(call.node.func).endswith(".render") else 0
        node = argument(call.node, position, "template_name", "template_name_or_list")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, source.at(call.node), bool(reach.of(source, call) & {Moment.REQUEST})


def _missing(context: Context, settings: Settings | None, name: str) -> tuple[Evidence, ...] | None:
    """Return what is known of a template that will not be found; None where it may be found."""
    files = context.project.files
    ending = f"/{name}"
    there = [
        entry.path
        for entry in files
        if entry.deployed
        and files.is_source(entry.path)
        and (entry.path == name or entry.path.endswith(ending))
    ]
    if there:
        return _outside(context, settings, name, there)
    small = ending.lower()
    twins = [
        entry.path
        for entry in files
        if entry.deployed
        and files.is_source(entry.path)
        and f"/{entry.path.lower()}".endswith(small)
    ]
    if twins:
        return (Evidence("the file is called", twins[0], How.READ),)
    if "/" in name and not any(
        f"/templates/{name.partition('/')[0]}/" in f"/{entry.path}"
        for entry in files
        if entry.deployed
    ):
        return None  # a package's own, perhaps
    if not any("templates/" in path and files.is_source(path) for path in files.paths):
        return None
    ignored = [path for path in files.paths if path.endswith(ending)]
    return (Evidence("git ignores", ignored[0], How.READ),) if ignored else ()


def _outside(
    context: Context, settings: Settings | None, name: str, there: list[str]
) -> tuple[Evidence, ...] | None:
    """Return the evidence where the file lies in no folder that Django looks into."""
    if settings is None or not settings.whole:
        return None
    templates = settings.value("TEMPLATES")
    if not isinstance(templates.plain, tuple) or len(templates.plain) != 1 or templates.others:
        return None
    engine = templates.plain[0]
    backend = places.entry(engine.plain, "BACKEND")
    folders = engine.plain.get("DIRS") if isinstance(engine.plain, dict) else None
    options = places.entry(engine.plain, "OPTIONS", "loaders")
    if (
        backend != "django.template.backends.django.DjangoTemplates"
        or folders is None
        or options is not None
    ):
        return None
    if not isinstance(folders.plain, tuple) or not folders.whole or folders.others:
        return None
    roots = _roots(context, settings, engine.plain)
    for item in folders.plain:
        if isinstance(item.plain, Folder):
            roots.append(item.plain.path)
        elif isinstance(item.plain, str):
            app = context.project.code.working
            roots.append(f"{app}/{item.plain}" if app else item.plain)
        else:
            return None
    wanted = {f"{root.strip('/')}/{name}".lstrip("/") for root in roots}
    if wanted & set(there):
        return None
    if _apps_unknown(settings):
        return None
    return (Evidence("no folder that is searched holds it; it is", there[0], How.READ),)


def _apps_unknown(settings: Settings) -> bool:
    apps = settings.value("INSTALLED_APPS")
    if not apps.whole or not isinstance(apps.plain, tuple):
        return True
    return any(not item.known for item in apps.plain)


def _roots(context: Context, settings: Settings, engine: Plain) -> list[str]:
    if places.entry(engine, "APP_DIRS") is not True:
        return []
    sources = context.project.code.sources
    found_ = []
    for app in places.installed_apps(settings):
        for module in (app, app.partition(".apps.")[0], app.rpartition(".apps")[0]):
            path = sources.path_of(module) if module else None
            if path is not None:
                found_.append(f"{path.rpartition('/')[0]}/templates")
            elif module and sources.is_local(module):
                found_ += [
                    f"{root}/{module.replace('.', '/')}/templates".lstrip("/")
                    for root in sources.roots
                ]
    return found_


def _is_strict(settings: Settings) -> bool:
    """Whether a page fails that names a file which collectstatic has not seen."""
    strict = settings.find("WHITENOISE_MANIFEST_STRICT")
    loose = strict is not None and strict.value.plain is False
    return static_serving.has_manifest(settings) and not loose


def _manifest(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is None or not _is_strict(settings):
        return
    files = context.project.files
    statics = [
        entry.path.partition("static/")[2]
        if entry.path.startswith("static/")
        else entry.path.partition("/static/")[2]
        for entry in files
        if entry.deployed and "static/" in entry.path and files.is_source(entry.path)
    ]
    if not statics:
        return
    known, small = set(statics), {path.lower() for path in statics}
    roots = {path.partition("/")[0] for path in statics}
    count = 0
    for entry in files:
        if entry.suffix != ".html" or not entry.deployed or not files.is_source(entry.path):
            continue
        count += 1
        text = context.project.text(entry.path) if count <= _MOST else None
        if text is None:
            continue
        for number, line in enumerate(text.lines, 1):
            for name in _STATIC.findall(line):
                if _is_missing(context, name, known, small, roots):
                    yield found(
                        "static-manifest-missing",
                        FileSpan(entry.path, number, quote=line.strip()[:160]),
                        severity=Severity.ERROR,
                        values={"file": name, "template": entry.path},
                    )


def _is_missing(
    context: Context, name: str, known: set[str], small: set[str], roots: set[str]
) -> bool:
    """Whether a file is surely in no static folder: those of packages cannot be seen."""
    path = name.lstrip("/")
    if path in known or any(one.endswith(f"/{path}") for one in known):
        return False
    if any(entry.endswith(f"/{path}") for entry in context.project.files.paths):
        return False
    return (
        path.lower() in small or "\\" in path or ("/" in path and path.partition("/")[0] in roots)
    )


# Where a build or a start may be told what to do.
_SCRIPTS: Final = (".sh", ".yml", ".yaml", ".toml", ".json", ".py", ".bash", ".mk")
_SCRIPT_NAMES: Final = ("Dockerfile", "Procfile", "Makefile", "justfile")


def _never_collected(context: Context) -> Iterator[Finding]:
    """Report a page that names static files, where nothing ever runs collectstatic."""
    settings = places.django(context)
    if settings is None or not _is_strict(settings):
        return
    if not _is_all_known(context) or static_serving.collects(context) or _is_named(context):
        return
    if static_serving.stored_elsewhere(settings):
        return
    for entry in context.project.files:
        if entry.suffix != ".html" or not entry.deployed:
            continue
        text = context.project.text(entry.path)
        line = None if text is None else next(filter(_STATIC.search, text.lines), None)
        if text is not None and line is not None:
            place = text.at(text.lines.index(line) + 1)
            names = {"file": _STATIC.findall(line)[0], "template": entry.path}
            told = Evidence("commands that run collectstatic", "none", How.READ)
            yield found("static-manifest-missing", place, values=names, evidence=(told,))
            return


def _is_all_known(context: Context) -> bool:
    """Whether all that the build runs stands in the project's files, and not on a web page."""
    if static_serving.in_image(context):
        return True
    services = context.project.services
    return bool(services) and all(service.build_command for service in services)


def _is_named(context: Context) -> bool:
    """Whether any script, or anything that may run one, speaks of it."""
    for entry in context.project.files:
        name = entry.path.rpartition("/")[2]
        if entry.suffix in _SCRIPTS or name.startswith(_SCRIPT_NAMES) or "." not in name:
            text = context.project.text(entry.path)
            if text is not None and "collectstatic" in text.content:
                return True
    return False


TEMPLATES: Final = Rule("templates", ("template-missing",), _templates)
MANIFEST: Final = Rule("static-names", ("static-manifest-missing",), _manifest)
COLLECTED: Final = Rule("static-collected", ("static-manifest-missing",), _never_collected)
