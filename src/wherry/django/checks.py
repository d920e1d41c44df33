"""System checks. Django does not run them under WSGI; ``wherry serve`` does, before it serves."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.urls import NoReverseMatch, reverse

from wherry.django.conf import find_mistakes, read_conf
from wherry.errors import ConfigurationError, WherryError
from wherry.runtimes.presence import missing
from wherry.serving.loading import open_named
from wherry.serving.options import ModelOptions
from wherry.serving.version_folder import versions_in

TAG = "wherry"

E001 = "The setting WHERRY is not usable: {}"
E001_HINT = "Write WHERRY = {'MODELS': {'name': BASE_DIR / 'models' / 'name'}}."
W001 = "WHERRY names no model."
W001_HINT = "Add one to WHERRY['MODELS'], or take wherry.django out of INSTALLED_APPS."
E002 = "The model {!r} cannot be served: {}"
E004 = "The label {!r} of the model {!r} is for version {!r}, which is not in {}: there is {}."
E003 = "The model {!r} needs a library that is not installed: {}"
W002 = "Anybody can ask the models: the endpoints have neither API_KEYS nor PERMISSION."
W002_HINT = (
    "Set WHERRY['API_KEYS'] from a config var, or WHERRY['PERMISSION'] to a function of the "
    "request; to leave them public on purpose, add 'wherry.W002' to SILENCED_SYSTEM_CHECKS."
)


def check_settings(**_: object) -> list[CheckMessage]:
    """E001: WHERRY has a mistake. W001: it names no model."""
    setting = getattr(settings, "WHERRY", {})
    mistakes: list[CheckMessage] = [
        Error(E001.format(mistake), hint=E001_HINT, id="wherry.E001")
        for mistake in find_mistakes(setting)
    ]
    if mistakes or setting.get("MODELS"):
        return mistakes
    return [CheckWarning(W001, hint=W001_HINT, id="wherry.W001")]


def check_models(**_: object) -> list[CheckMessage]:
    """E002: a model's files are not what they should be. E003: its runtime is missing.

    E004: one of its labels is for a version that is not there.

    Not checked here, since it would read every byte: hashes. ``manage.py wherry check`` does.
    """
    try:
        models = read_conf().models
    except ConfigurationError:
        return []  # E001 has said so.
    messages: list[CheckMessage] = []
    for name, options in models.items():
        try:
            bundle = open_named(options, hashes=False)
        except WherryError as error:
            messages.append(_error("E002", E002.format(name, error)))
            continue
        lacking = missing(bundle.runtime)
        if lacking is not None:
            messages.append(_error("E003", E003.format(name, lacking)))
        messages += _label_mistakes(name, options, bundle.version)
    return messages


def _label_mistakes(name: str, options: ModelOptions, default: str) -> Iterator[CheckMessage]:
    there = {default, *versions_in(options.path)}
    for label, version in options.labels.items():
        if version not in there:
            shown = ", ".join(map(repr, sorted(there)))
            message = E004.format(label, name, version, options.path, shown)
            yield Error(message, id="wherry.E004")


def check_access(**_: object) -> list[CheckMessage]:
    """W002: the endpoints are routed and public."""
    try:
        conf = read_conf()
    except ConfigurationError:
        return []
    if conf.api_keys or conf.permission is not None or not _are_routed():
        return []
    return [CheckWarning(W002, hint=W002_HINT, id="wherry.W002")]


def _error(code: str, message: str) -> Error:
    first, _, rest = message.partition(". ")
    return Error(first + "." if rest else first, hint=rest or None, id=f"wherry.{code}")


def _are_routed() -> bool:
    try:
        reverse("wherry:live")
    except NoReverseMatch:
        return False
    return True
