"""Layers in a .keras file that the loading code does not know, or that Keras refuses."""

import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import keras_generation, places
from wherry.doctor.rules.code.model_files import site_loads
from wherry.findings import Evidence, Finding, How
from wherry.project.code.loads import Library, ModelLoad

_MOST_BYTES: Final = 5_000_000
_DEEPEST: Final = 50


def _check(context: Context) -> Iterator[Finding]:
    for load in site_loads(context):
        path = load.model.path if load.model is not None else ""
        if load.library is not Library.KERAS or not path.endswith(".keras"):
            continue
        if context.project.files.deployed(path) is None:
            continue
        if keras_generation.of(context, load.call) != 3:
            continue
        layers = list(_layers(_configuration(context, path)))
        call = _text(context, load)
        if ("keras.layers", "Lambda") in layers and not re.search(r"safe_mode\s*=\s*False", call):
            yield found(
                "lambda-refused-by-safe-mode",
                places.of_load(load),
                severity=Severity.ERROR,
                evidence=(Evidence(f"{path} holds", "a Lambda layer", How.READ),),
                values={"model": path, "code_file": load.path},
            )
        own = sorted({name for module, name in layers if module == "own"})
        if own and "custom_object" not in call and not _registered(context, own):
            yield found(
                "custom-object-missing",
                places.of_load(load),
                severity=Severity.ERROR,
                evidence=(Evidence(f"{path} uses", ", ".join(own[:5]), How.READ),),
                values={"name": own[0], "model": path, "code_file": load.path},
            )


def _configuration(context: Context, path: str) -> Any:
    try:
        with zipfile.ZipFile(context.project.root / path) as archive:
            info = archive.getinfo("config.json")
            return json.loads(archive.read(info)) if info.file_size <= _MOST_BYTES else None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None


def _layers(node: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Return what the configuration names: Lambda layers, and classes of somebody's own."""
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        name, module = node.get("class_name"), node.get("module")
        if name == "Lambda":
            yield "keras.layers", "Lambda"
        registered = node.get("registered_name")
        if (
            isinstance(name, str)
            and isinstance(registered, str)
            and registered.startswith("Custom>")
        ) or (isinstance(name, str) and name != "__lambda__" and _is_own(module)):
            yield "own", name
        for value in node.values():
            yield from _layers(value, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from _layers(value, depth + 1)


def _is_own(module: object) -> bool:
    """Whether a class is from a script or a module that is not Keras's."""
    return isinstance(module, str) and not module.startswith(("keras", "builtins", "tf_keras"))


def _text(context: Context, load: ModelLoad) -> str:
    source = context.project.code.sources.get(load.path)
    return "" if source is None else "\n".join(source.lines[load.line - 1 : load.end_line])


def _registered(context: Context, names: list[str]) -> bool:
    """Whether the site's code registers classes with Keras, or names these anywhere."""
    code = context.project.code
    for path in code.served:
        source = code.sources.get(path)
        if source is not None and (
            source.mentions(
                "register_keras_serializable", "get_custom_objects", "custom_object_scope"
            )
            or all(name in source.text for name in names)
        ):
            return True
    return False


RULE: Final = Rule(
    "keras-insides", ("lambda-refused-by-safe-mode", "custom-object-missing"), _check
)
