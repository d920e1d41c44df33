"""The ``WHERRY`` setting, read once into plain data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from wherry.errors import ConfigurationError
from wherry.platforms import heroku
from wherry.serving.deadlines import ANSWER_TIMEOUT_S, BODY_TIMEOUT_S, RouterClock
from wherry.serving.options import ModelOptions

type Permission = Callable[[HttpRequest], bool]

# Room for a float32 image of 1024 x 1024 x 3 as a binary tensor, and a little more.
DEFAULT_MAX_BODY_BYTES = 16 * 2**20

# A year: threads cannot wait much longer, and nobody means to.
LONGEST_S = 365 * 24 * 3600

_MODEL_KEYS = {option.name.upper(): option.name for option in fields(ModelOptions)}
_KEYS = (
    "MODELS",
    "API_KEYS",
    "PERMISSION",
    "MAX_BODY_BYTES",
    "MEMORY_QUOTA_BYTES",
    "LOG_REQUESTS",
    "TRACES",
    "JOBS",
    "ROUTER_TIMEOUT_S",
    "BODY_TIMEOUT_S",
    "ANSWER_TIMEOUT_S",
)
_POSITIVE_INTEGERS = ("MAX_BATCH_SIZE", "THREADS")


@dataclass(frozen=True, slots=True)
class Conf:
    """What ``WHERRY`` says."""

    models: Mapping[str, ModelOptions] = field(default_factory=dict)
    api_keys: tuple[str, ...] = field(default=(), repr=False)
    permission: Permission | None = None
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    router_clock: RouterClock = field(default_factory=RouterClock)
    body_timeout_s: float = BODY_TIMEOUT_S
    answer_timeout_s: float = ANSWER_TIMEOUT_S
    memory_quota_bytes: int | None = None
    log_requests: bool = False
    traces: bool = False
    jobs: Mapping[str, Any] = field(default_factory=dict)


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
        router_clock=RouterClock(setting.get("ROUTER_TIMEOUT_S", heroku.ROUTER_TIMEOUT_S)),
        body_timeout_s=setting.get("BODY_TIMEOUT_S", BODY_TIMEOUT_S),
        answer_timeout_s=setting.get("ANSWER_TIMEOUT_S", ANSWER_TIMEOUT_S),
        memory_quota_bytes=setting.get("MEMORY_QUOTA_BYTES"),
        log_requests=setting.get("LOG_REQUESTS", False),
        traces=setting.get("TRACES", False),
        jobs=setting.get("JOBS", {}),
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
    yield from _limit_mistakes(setting)
    if "JOBS" in setting:
        from wherry.django.jobs.conf import find_job_mistakes

        yield from find_job_mistakes(setting["JOBS"])


def _limit_mistakes(setting: Mapping[str, Any]) -> Iterator[str]:
    for key in ("MAX_BODY_BYTES", "MEMORY_QUOTA_BYTES"):
        if not _is_positive(setting.get(key, 1)):
            yield f"WHERRY[{key!r}] must be a number of bytes above 0."
    for key in ("ROUTER_TIMEOUT_S", "BODY_TIMEOUT_S", "ANSWER_TIMEOUT_S"):
        if not _is_duration(setting.get(key, 1)):
            yield f"WHERRY[{key!r}] must be a number of seconds above 0."
    for key in ("LOG_REQUESTS", "TRACES"):
        if not isinstance(setting.get(key, False), bool):
            yield f"WHERRY[{key!r}] must be True or False."


def _model_mistakes(name: object, value: object) -> Iterator[str]:
    here = f"WHERRY['MODELS'][{name!r}]"
    if not _is_name(name):
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
    yield from _version_mistakes(here, value)
    if not isinstance(value.get("BATCHING"), bool | None):
        yield f"{here}['BATCHING'] must be True, False, or None to try whether it pays."
    for key in ("PREPROCESS", "POSTPROCESS"):
        hook = value.get(key)
        if hook is not None and not (isinstance(hook, str) or callable(hook)):
            yield f"{here}[{key!r}] must be a function or its dotted path."


def _version_mistakes(here: str, options: Mapping[str, Any]) -> Iterator[str]:
    version, labels = options.get("VERSION"), options.get("LABELS", {})
    if version is not None and not _is_name(version):
        yield f"{here}['VERSION'] must be a text of letters, digits, '.', '_' and '-'."
    if not isinstance(labels, dict) or not all(map(_is_name, [*labels, *labels.values()])):
        yield f"{here}['LABELS'] must be a dict from labels to versions."
    if not isinstance(options.get("WATCH", False), bool):
        yield f"{here}['WATCH'] must be True or False."


def _number_mistakes(here: str, options: Mapping[str, Any]) -> Iterator[str]:
    for key in _POSITIVE_INTEGERS:
        if options.get(key) is not None and not _is_positive(options[key]):
            yield f"{here}[{key!r}] must be a whole number above 0."
    waiting = options.get("MAX_QUEUED_REQUESTS", 0)
    if isinstance(waiting, bool) or not isinstance(waiting, int) or waiting < 0:
        yield f"{here}['MAX_QUEUED_REQUESTS'] must be a whole number, 0 or more."
    if not _is_duration(options.get("TIMEOUT_S", 1)):
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


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value) and set(value) <= _NAME_CHARACTERS


def _is_duration(value: object) -> bool:
    """Whether it is a number of seconds that a clock can count: NaN and infinity are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= LONGEST_S


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
