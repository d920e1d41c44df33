"""The ``WHERRY`` setting, read once into plain data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from wherry.errors import ConfigurationError
from wherry.serving.options import ModelOptions

type Permission = Callable[[HttpRequest], bool]

# Room for a float32 image of 1024 x 1024 x 3 as a binary tensor, and a little more.
DEFAULT_MAX_BODY_BYTES = 16 * 2**20

_MODEL_KEYS = {option.name.upper(): option.name for option in fields(ModelOptions)}
_KEYS = ("MODELS", "API_KEYS", "PERMISSION", "MAX_BODY_BYTES")
_POSITIVE_INTEGERS = ("MAX_BATCH_SIZE", "THREADS")


@dataclass(frozen=True, slots=True)
class Conf:
    """What ``WHERRY`` says."""

    models: Mapping[str, ModelOptions] = field(default_factory=dict)
    api_keys: tuple[str, ...] = field(default=(), repr=False)
    permission: Permission | None = None
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES


def read_conf() -> Conf:
    """Read ``settings.WHERRY``.

    Raises:
        ConfigurationError: it is not usable; every mistake in it, one sentence each.
    """
    setting = getattr(settings, "WHERRY", {})
    mistakes = list(find_mistakes(setting))
    if mistakes:
        raise ConfigurationError(" ".join(mistakes))
    permission = setting.get("PERMISSION")
    return Conf(
        models={name: _model(value) for name, value in setting.get("MODELS", {}).items()},
        api_keys=tuple(setting.get("API_KEYS", ())),
        permission=import_string(permission) if isinstance(permission, str) else permission,
        max_body_bytes=setting.get("MAX_BODY_BYTES", DEFAULT_MAX_BODY_BYTES),
    )


def _model(value: Any) -> ModelOptions:
    if isinstance(value, str | Path):
        return ModelOptions(path=Path(value))
    options = {_MODEL_KEYS[key]: option for key, option in value.items()}
    return ModelOptions(**{**options, "path": Path(options["path"])})


def find_mistakes(setting: object) -> Iterator[str]:
    """Yield a sentence for each thing in a ``WHERRY`` setting that is not usable."""
    if not isinstance(setting, dict):
        yield f"WHERRY must be a dict, not {type(setting).__name__}."
        return
    for key in sorted(map(str, setting.keys() - set(_KEYS))):
        yield f"WHERRY has an unknown key {key!r}. The keys are: {', '.join(_KEYS)}."
    models = setting.get("MODELS", {})
    if isinstance(models, dict):
        for name, value in models.items():
            yield from _model_mistakes(name, value)
    else:
        yield "WHERRY['MODELS'] must be a dict from a model's name to its path or options."
    yield from _access_mistakes(setting)
    max_body_bytes = setting.get("MAX_BODY_BYTES", DEFAULT_MAX_BODY_BYTES)
    if not _is_positive(max_body_bytes):
        yield "WHERRY['MAX_BODY_BYTES'] must be a number of bytes above 0."


def _model_mistakes(name: object, value: object) -> Iterator[str]:
    here = f"WHERRY['MODELS'][{name!r}]"
    if not isinstance(name, str) or not name or not set(name) <= _NAME_CHARACTERS:
        yield f"{here}: a model's name may hold letters, digits, '.', '_' and '-' only."
    if isinstance(value, str | Path):
        return
    if not isinstance(value, dict):
        yield f"{here} must be a path or a dict of options, not {type(value).__name__}."
        return
    if not isinstance(value.get("PATH"), str | Path):
        yield f"{here} needs a 'PATH': where the model is."
    for key in sorted(map(str, value.keys() - _MODEL_KEYS.keys())):
        yield f"{here} has an unknown option {key!r}. The options are: {', '.join(_MODEL_KEYS)}."
    yield from _number_mistakes(here, value)
    for key in ("PREPROCESS", "POSTPROCESS"):
        hook = value.get(key)
        if hook is not None and not (isinstance(hook, str) or callable(hook)):
            yield f"{here}[{key!r}] must be a function or its dotted path."


def _number_mistakes(here: str, options: Mapping[str, Any]) -> Iterator[str]:
    for key in _POSITIVE_INTEGERS:
        if options.get(key) is not None and not _is_positive(options[key]):
            yield f"{here}[{key!r}] must be a whole number above 0."
    waiting = options.get("MAX_QUEUED_REQUESTS", 0)
    if isinstance(waiting, bool) or not isinstance(waiting, int) or waiting < 0:
        yield f"{here}['MAX_QUEUED_REQUESTS'] must be a whole number, 0 or more."
    timeout_s = options.get("TIMEOUT_S", 1)
    if isinstance(timeout_s, bool) or not isinstance(timeout_s, int | float) or timeout_s <= 0:
        yield f"{here}['TIMEOUT_S'] must be a number of seconds above 0."


def _access_mistakes(setting: Mapping[str, Any]) -> Iterator[str]:
    keys = setting.get("API_KEYS", ())
    if (
        isinstance(keys, str)
        or not isinstance(keys, list | tuple | set | frozenset)
        or not all(isinstance(key, str) and key for key in keys)
    ):
        yield "WHERRY['API_KEYS'] must be a list of non-empty strings."
    permission = setting.get("PERMISSION")
    if permission is None or callable(permission):
        return
    if not isinstance(permission, str):
        yield "WHERRY['PERMISSION'] must be a function of the request or its dotted path."
        return
    try:
        import_string(permission)
    except ImportError as error:
        yield f"WHERRY['PERMISSION'] cannot be imported: {error}."


_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
