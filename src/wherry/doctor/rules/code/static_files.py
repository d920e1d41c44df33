"""STATIC_ROOT, STATICFILES_DIRS, STATICFILES_STORAGE and WhiteNoise."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places, static_serving, versions
from wherry.findings import Change, Finding, Fix
from wherry.project.code.settings import Settings
from wherry.project.code.values import Folder, Setting, Special

_STORAGES_SINCE: Final = (5, 1)
_MISSING_FOLDERS_BORNE_SINCE: Final = (4, 0)
_WHITENOISE: Final = '"whitenoise.middleware.WhiteNoiseMiddleware",'
_SECURITY: Final = "django.middleware.security.SecurityMiddleware"


def _root(context: Context) -> Iterator[Finding]:
    settings = context.project.code.build_settings
    if settings is None or not settings.whole or places.uses_django_heroku(settings):
        return
    if not static_serving.has_staticfiles(settings) or not static_serving.collects(context):
        return
    if static_serving.stored_elsewhere(settings):
        return
    setting = settings.find("STATIC_ROOT")
    if setting is not None and not setting.value.always(lambda plain: not plain):
        return
    if setting is not None and isinstance(setting.value.plain, Folder):
        return
    where = places.of_settings(settings) if setting is None else places.of_setting(setting)
    yield found(
        "static-root-unset",
        where,
        values={"settings": where.path},
        fix=_fix_root(context, settings, setting),
    )


def _fix_root(context: Context, settings: Settings, setting: Setting | None) -> Fix | None:
    """Return STATIC_ROOT beside the manage.py, in the way that the settings name folders."""
    base = settings.find("BASE_DIR") or settings.find("ROOT_DIR")
    if base is None or not isinstance(base.value.plain, Folder):
        return None
    source = context.project.code.sources.get(base.path)
    pathlib = source is not None and source.mentions("pathlib")
    path = (
        f'{base.name} / "staticfiles"' if pathlib else f'os.path.join({base.name}, "staticfiles")'
    )
    statement = f"STATIC_ROOT = {path}"
    static_url = settings.find("STATIC_URL")
    change: Change | None = None
    if setting is not None:
        change = editing.replaced(context, setting, statement)
    elif static_url is not None and not static_url.conditional:
        change = editing.inserted(context, static_url.path, static_url.end_line, statement)
    if change is None:
        return None
    return Fix("Name the folder that static files are collected into.", (change,), safe=True)


def _folders(context: Context) -> Iterator[Finding]:
    settings = context.project.code.build_settings
    setting = None if settings is None else settings.find("STATICFILES_DIRS")
    if settings is None or setting is None or not isinstance(setting.value.plain, tuple):
        return
    if not static_serving.has_staticfiles(settings) or setting.value.variables:
        return
    for item in setting.value.plain:
        plain = item.plain
        if isinstance(plain, tuple) and len(plain) == 2:  # a prefix and a folder
            plain = plain[1].plain
        path = _missing_folder(context, plain)
        if path is None or item.variables:
            continue
        strict = versions.below(context, "django", _MISSING_FOLDERS_BORNE_SINCE)
        fails = strict and static_serving.collects(context)
        yield found(
            "static-dir-missing",
            places.of_setting(setting),
            severity=Severity.ERROR if fails else Severity.NOTE,
            values={"folder": path, "settings": setting.path},
            fix=_keep(path),
        )


def _keep(path: str) -> Fix:
    """Return the folder with a file in it, without which git would not keep it."""
    return Fix(
        f"Keep the folder {path} in git.", (Change(f"{path}/.gitkeep", None, ""),), safe=True
    )


def _missing_folder(context: Context, plain: object) -> str | None:
    """Return the folder of the project that is not deployed; None where it is, or is no folder."""
    files = context.project.files
    if isinstance(plain, Folder):
        path = plain.path
    elif isinstance(plain, str) and plain and not plain.startswith("/") and ":" not in plain:
        app = context.project.app
        path = f"{app}/{plain}" if app else plain
    else:
        return None
    path = path.strip("/")
    if not path or path.startswith("..") or files.has_folder(path) or path in files:
        return None
    return path


def _storage(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is None or settings.find("STORAGES") is not None or not settings.whole:
        return
    for name in ("STATICFILES_STORAGE", "DEFAULT_FILE_STORAGE"):
        setting = settings.find(name)
        if setting is None or isinstance(setting.value.plain, Special):
            continue
        plain = setting.value.plain
        if isinstance(plain, str) and plain.startswith("django.") and "Manifest" not in plain:
            continue  # what Django does without being told
        if _reads_storages_only(context):
            yield found(
                "staticfiles-storage-removed",
                places.of_setting(setting),
                values={"settings": setting.path},
            )
            return


def _reads_storages_only(context: Context) -> bool:
    if versions.at_least(context, "django", _STORAGES_SINCE):
        return True
    asked = context.project.requirements.get("django")
    if versions.installed(context, "django") is not None or asked is None:
        return False
    # Without an upper limit the newest is installed, which is 5.2 on every Python since 3.10.
    return not versions.below(context, "django", _STORAGES_SINCE) and (
        context.python is None or context.python >= (3, 10)
    )


def _server(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is None or not settings.whole or places.uses_django_heroku(settings):
        return
    setting = settings.find("MIDDLEWARE")
    if setting is None or not setting.value.whole or not isinstance(setting.value.plain, tuple):
        return
    names = places.middleware(settings)
    if places.any_in(("whitenoise", "WhiteNoise"), names) or not static_serving.has_staticfiles(
        settings
    ):
        return
    if any(not item.known for item in setting.value.plain):
        return
    if static_serving.stored_elsewhere(settings) or static_serving.served_otherwise(
        context, settings
    ):
        return
    if static_serving.uses_static(context):
        yield found(
            "no-whitenoise-static",
            places.of_setting(setting),
            values={"settings": setting.path},
            fix=_fix_server(context, setting),
        )


def _fix_server(context: Context, setting: Setting) -> Fix | None:
    """Return WhiteNoise in the list of middleware, and in the requirements."""
    before = editing.text_of(context, setting.path)
    if before is None:
        return None
    lines = before.splitlines(keepends=True)
    for number in range(setting.line - 1, setting.end_line):
        if (
            _SECURITY in lines[number]
            and lines[number].strip().strip(",").strip("\"'") == _SECURITY
        ):
            indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
            if not lines[number].rstrip().endswith(","):
                return None
            lines.insert(number + 1, f"{indent}{_WHITENOISE}\n")
            break
    else:
        return None
    changes = [Change(setting.path, before, "".join(lines))]
    if not context.project.requirements.installs("whitenoise"):
        required = editing.require(context, "whitenoise~=6.6")
        if required is None:
            return None
        changes.append(required)
    return Fix("Let WhiteNoise serve them from the app.", tuple(changes), safe=True)


ROOT: Final = Rule("static-root", ("static-root-unset",), _root)
FOLDERS: Final = Rule("static-folders", ("static-dir-missing",), _folders)
STORAGE: Final = Rule("static-storage", ("staticfiles-storage-removed",), _storage)
SERVER: Final = Rule("static-server", ("no-whitenoise-static",), _server)
