"""The one repository of this process, built from the settings."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.signals import setting_changed

from wherry.django.conf import Conf, read_conf
from wherry.serving.model import ServedModel
from wherry.serving.repository import Repository


@dataclass(frozen=True, slots=True)
class _Current:
    conf: Conf
    repository: Repository


_current: _Current | None = None
_lock = threading.Lock()


def _get() -> _Current:
    global _current
    if _current is None:
        with _lock:
            if _current is None:
                conf = read_conf()
                _current = _Current(conf, Repository(conf.models))
    return _current


def conf() -> Conf:
    """Return the settings that are in force.

    Raises:
        ConfigurationError: ``WHERRY`` is not usable.
    """
    return (_current or _get()).conf


def repository() -> Repository:
    """Return the repository of this process.

    Raises:
        ConfigurationError: ``WHERRY`` is not usable.
    """
    return (_current or _get()).repository


def get_model(name: str) -> ServedModel:
    """Return the model that WHERRY["MODELS"] calls ``name``; nothing is loaded yet.

    Raises:
        ModelNotFound: WHERRY has none of that name.
        ConfigurationError: ``WHERRY`` is not usable.
    """
    return repository().get(name)


@contextmanager
def substituted(model: ServedModel) -> Iterator[None]:
    """Serve this model in place of the one of its name, in this process, for a while."""
    current = _get()
    global _current
    _current = _Current(current.conf, current.repository.with_substitute(model))
    try:
        yield
    finally:
        _current = current


def _forget(*, setting: str, **_: Any) -> None:
    """Build the repository anew after ``override_settings(WHERRY=...)``."""
    global _current
    if setting == "WHERRY":
        with _lock:
            current, _current = _current, None
        if current is not None:
            current.repository.close()


setting_changed.connect(_forget, dispatch_uid="wherry")
