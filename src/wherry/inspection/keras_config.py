"""Keras's description of a model, read as plain JSON: its layers, and what is not Keras's own.

Keras 1 and 2 write ``{"class_name", "config"}``; Keras 3 (and late 2) adds ``module``, where the
class comes from, and ``registered_name``, which Keras's own classes lack.
"""

import builtins
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from wherry.inspection.known import keras_names

MAX_CONFIG_BYTES = 64 * 2**20
"""Vocabularies and normalization tables make configs of megabytes; none is larger than this."""

_KERAS = ("keras", "tf_keras", "keras_core", "tensorflow", "tensorflow_core")
_LAYER_PLACES = ("layers", "layer", "forward_layer", "backward_layer", "cell", "cells")
_FUNCTION_PLACES = ("activation",)
_OBJECT_PLACES = ("initializer", "regularizer", "constraint")
_CODE = "__lambda__"


class NotAConfig(Exception):
    """The text is not a description of a Keras model."""


@dataclass(slots=True)
class Architecture:
    """What a config holds: layers by class, and the names of what is not Keras's own."""

    layers: Counter[str] = field(default_factory=Counter)
    custom_objects: dict[str, None] = field(default_factory=dict)
    lambdas: dict[str, None] = field(default_factory=dict)


def parse(text: str | bytes) -> dict[str, Any]:
    """Return the config of a model.

    Raises:
        NotAConfig: it is too long, no JSON, or describes no model.
    """
    if len(text) > MAX_CONFIG_BYTES:
        raise NotAConfig
    try:
        # Not orjson: Keras writes Infinity and NaN.
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise NotAConfig from None
    if not is_object(document):
        raise NotAConfig
    return document


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether this is how Keras writes an object."""
    return (
        isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value
    )


def survey(config: Mapping[str, Any]) -> Architecture:
    """Look through a model's config, whatever the nesting."""
    found = Architecture()
    if _custom(config):
        _add(found.custom_objects, _registered_name(config))
    # Each value with the key that it stands under, and the name of the object around it.
    pending = [(config["config"], "", name_of(config))]
    while pending:
        value, place, owner = pending.pop()
        if isinstance(value, dict):
            if is_object(value):
                _record(value, place, owner, found)
                owner = name_of(value) or owner
            pending.extend((inner, key, owner) for key, inner in _inside(value))
        elif isinstance(value, list):
            pending.extend((inner, place, owner) for inner in reversed(value))
        elif isinstance(value, str) and _is_unknown_name(place, value):
            _add(found.custom_objects, value)
    return found


def _inside(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what to look at in an object: not how it was compiled, and not a Lambda's code."""
    if not is_object(value):
        yield from value.items()
    elif value["class_name"] not in ("Lambda", _CODE, "function"):
        yield "", value["config"]


def _record(value: Mapping[str, Any], place: str, owner: str, found: Architecture) -> None:
    kind = value["class_name"]
    if kind == _CODE:
        _add(found.lambdas, owner or _CODE)
    elif kind == "function":
        if isinstance(value["config"], str) and not _keras_module(value):
            _add(found.custom_objects, value["config"])
    elif not kind.startswith("__"):  # tensors, types and the like in calls of layers
        if _custom(value):
            _add(found.custom_objects, _registered_name(value))
        if place in _LAYER_PLACES or _is_layer(value, place):
            found.layers[kind] += 1
        if kind == "Lambda":
            _record_lambda(value, found)


def _is_layer(value: Mapping[str, Any], place: str) -> bool:
    """Whether this is a layer that a layer of someone's own holds under a name of its own."""
    return value["class_name"] in keras_names().layers and not place.endswith(_OBJECT_PLACES)


def _record_lambda(value: Mapping[str, Any], found: Architecture) -> None:
    _add(found.lambdas, name_of(value) or "Lambda")
    config = value["config"] if isinstance(value["config"], dict) else {}
    function = config.get("function")
    if is_object(function) and function["class_name"] != _CODE:
        function = function["config"]
    if isinstance(function, str) and config.get("function_type", "function") == "function":
        _add(found.custom_objects, function)


def name_of(value: Mapping[str, Any]) -> str:
    """Return the name that an object has of its own, or nothing."""
    for holder in (value.get("config"), value):
        if isinstance(holder, dict) and isinstance(holder.get("name"), str):
            return str(holder["name"])
    return ""


def _add(names: dict[str, None], name: str) -> None:
    names.setdefault(name[:200])


def _registered_name(value: Mapping[str, Any]) -> str:
    registered = value.get("registered_name")
    return registered if isinstance(registered, str) and registered else str(value["class_name"])


def _keras_module(value: Mapping[str, Any]) -> bool:
    module = value.get("module")
    return isinstance(module, str) and module.partition(".")[0] in _KERAS


def _custom(value: Mapping[str, Any]) -> bool:
    module, kind = value.get("module"), value["class_name"]
    if module == "builtins" and hasattr(builtins, kind):
        return False
    if isinstance(module, str) and module != "builtins":
        return not _keras_module(value)
    names, config = keras_names(), value["config"]
    if kind in names.operations and isinstance(config, dict) and "trainable" not in config:
        return False  # every layer, someone's own too, says whether it is trainable
    known = (names.layers, names.models, names.objects, names.functions)
    return not any(kind in each for each in known)


def _is_unknown_name(place: str, name: str) -> bool:
    names = keras_names()
    if place.endswith(_FUNCTION_PLACES):
        return name not in names.functions and name not in names.layers
    if place.endswith(_OBJECT_PLACES):
        return name not in names.objects
    return False
