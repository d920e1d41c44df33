"""Places in the code, and the settings as the rules ask for them."""

from collections.abc import Iterable

from wherry.doctor.rule import Context
from wherry.findings import FileSpan
from wherry.project.code.loads import ModelLoad
from wherry.project.code.settings import Settings
from wherry.project.code.values import Plain, Setting, Value


def of_setting(setting: Setting) -> FileSpan:
    """Return where a setting is set."""
    return FileSpan(setting.path, setting.line, end_line=setting.end_line, quote=setting.quote)


def of_settings(settings: Settings) -> FileSpan:
    """Return the settings module as a whole, for what it lacks."""
    return FileSpan(settings.path)


def of_load(load: ModelLoad) -> FileSpan:
    """Return where a model is loaded."""
    return FileSpan(load.path, load.line, load.column, load.end_line, load.quote)


def django(context: Context) -> Settings | None:
    """Return the settings that run; None where the project has none, or too little is known."""
    return context.project.code.settings


def texts(value: Value) -> tuple[str, ...]:
    """Return every text that a list may hold, in whatever surroundings."""
    found = []
    for plain in value.possible:
        for item in plain if isinstance(plain, tuple) else ():
            found += [text for text in item.possible if isinstance(text, str)]
    return tuple(found)


def installed_apps(settings: Settings) -> tuple[str, ...]:
    """Return what INSTALLED_APPS may hold."""
    return texts(settings.value("INSTALLED_APPS"))


def middleware(settings: Settings) -> tuple[str, ...]:
    """Return what MIDDLEWARE may hold."""
    return (*texts(settings.value("MIDDLEWARE")), *texts(settings.value("MIDDLEWARE_CLASSES")))


def entry(plain: Plain, *keys: str) -> Plain:
    """Return what stands behind keys in a dictionary; None where it is not there."""
    for key in keys:
        if not isinstance(plain, dict) or key not in plain:
            return None
        plain = plain[key].plain
    return plain


def uses_django_heroku(settings: Settings) -> bool:
    """Whether ``django_heroku.settings(locals())`` sets hosts, database and static files."""
    return any("heroku" in name for name in settings.helpers)


def any_in(words: Iterable[str], texts_: Iterable[str]) -> bool:
    """Whether one of the words stands in one of the texts."""
    wanted = tuple(words)
    return any(word in text for text in texts_ for word in wanted)
