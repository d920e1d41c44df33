"""Who serves the static files, and where they are collected."""

import re
from typing import Final

from wherry.buildrules.static_files import find_manage
from wherry.doctor.rule import Context
from wherry.doctor.rules.code import places
from wherry.project.code.settings import Settings
from wherry.project.code.values import Special

_TEMPLATE: Final = re.compile(r"{%-?\s*(?:load\s+[^%]{0,80}\bstatic|static\s)")
_ASSETS: Final = frozenset(
    (".css", ".js", ".png", ".jpg", ".jpeg", ".svg", ".ico", ".woff2", ".gif")
)
_MOST_TEMPLATES: Final = 300
_OWN: Final = ("django.contrib.staticfiles.storage", "whitenoise.")
_WRAPPERS: Final = (
    "WhiteNoise(",
    "DjangoWhiteNoise(",
    "Cling(",
    "StaticFilesHandler(",
    "StaticFiles(",
)


def has_staticfiles(settings: Settings) -> bool:
    """Whether django.contrib.staticfiles is installed, so that there is a collectstatic."""
    return "django.contrib.staticfiles" in places.installed_apps(settings)


def storage(settings: Settings) -> str | None:
    """Return the class that stores static files; "" for Django's own, None for an unknown one."""
    for value in (
        places.entry(settings.value("STORAGES").plain, "staticfiles", "BACKEND"),
        settings.value("STATICFILES_STORAGE").plain
        if settings.find("STATICFILES_STORAGE")
        else None,
    ):
        if isinstance(value, str):
            return value
        if isinstance(value, Special):
            return None
    if settings.find("STORAGES") is not None and not settings.value("STORAGES").known:
        return None
    return ""


def stored_elsewhere(settings: Settings) -> bool:
    """Whether static files go to another server, or it cannot be told where they go."""
    name = storage(settings)
    if name is None or (name and not name.startswith(_OWN)):
        return not (name is not None and _subclass_here(name, settings))
    static_url = settings.value("STATIC_URL").plain
    return isinstance(static_url, str) and static_url.startswith(("http://", "https://", "//"))


def _subclass_here(name: str, settings: Settings) -> bool:
    return "whitenoise" in name.lower() or name.startswith(settings.module.partition(".")[0])


def has_manifest(settings: Settings) -> bool:
    """Whether a file that is not in the manifest makes a page fail."""
    return "Manifest" in (storage(settings) or "")


def collects(context: Context) -> bool:
    """Whether the build runs collectstatic."""
    project = context.project
    if any("DISABLE_COLLECTSTATIC" in project.environment(name) for name in ("heroku", "dokku")):
        return False
    dockerfile = project.dockerfile
    if in_image(context) and dockerfile is not None:
        return any("collectstatic" in step.text for step in dockerfile.instructions)
    if context.target.size.generation == "fir":
        # The newer buildpack looks at the root only, and asks Django first.
        return project.files.deployed(project.at_base("manage.py")) is not None
    if context.target.platform.name in ("heroku", "dokku"):
        return bool(find_manage(project.files.paths))
    return any("collectstatic" in service.build_command for service in project.services)


def in_image(context: Context) -> bool:
    """Whether the host builds from the Dockerfile."""
    if context.project.dockerfile is None:
        return False
    if context.target.platform.name == "heroku":
        return context.project.heroku_yml is not None
    return True


def served_otherwise(context: Context, settings: Settings) -> bool:
    """Whether something but WhiteNoise serves static files: the code, nginx, the dev server."""
    code = context.project.code
    for server in context.project.servers.values():
        if server.kind == "runserver":
            return True
    for path in (*code.imported, settings.path):
        source = code.sources.get(path)
        if source is None:
            continue
        if source.mentions(*_WRAPPERS, "staticfiles_urlpatterns(", "dj_static"):
            return True
        if source.mentions("views.static", "static.serve") and source.mentions("serve"):
            return True
        if "STATIC_URL" in source.text and re.search(
            r"\bstatic\(\s*settings\.STATIC_URL", source.text
        ):
            debug = settings.value("DEBUG")
            if debug.plain is True and not debug.others:
                return True
    return in_front(context)


def in_front(context: Context) -> bool:
    """Whether something before the app hands files out."""
    return _has_nginx(context) or _by_router(context)


def _by_router(context: Context) -> bool:
    """Whether Fly's router hands the files out of the image: ``[[statics]]``."""
    document = context.project.document("fly.toml")
    return (
        context.target.platform.name == "fly"
        and document is not None
        and (bool(document.data.get("statics")))
    )


def _has_nginx(context: Context) -> bool:
    names = ("nginx", "caddyfile", "app.conf.erb", "nginx.conf.sigil")
    files = context.project.files
    if context.target.platform.name == "heroku" and not in_image(context):
        return any(path.endswith("nginx.conf.erb") for path in files.paths)
    return any(
        any(name in path.lower() for name in names) for path in files.paths if files.is_source(path)
    )


def uses_static(context: Context) -> bool:
    """Whether a page of the site asks for static files: its own templates, or the admin's."""
    code = context.project.code
    for path in code.imported:
        source = code.sources.get(path)
        if source is not None and "admin.site.urls" in source.text:
            return True
    seen = 0
    for entry in context.project.files:
        if entry.suffix not in (".html", ".htm", ".jinja", ".j2") or not entry.deployed:
            continue
        if not context.project.files.is_source(entry.path):
            continue
        seen += 1
        text = context.project.text(entry.path) if seen <= _MOST_TEMPLATES else None
        if text is not None and _TEMPLATE.search(text.content):
            return True
    return False
