"""A Keras model of any generation, called with a tensor for each input, by name."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .custom_objects import load_custom_objects
from .names import identifiers
from .repairs import allow_open_sizes, forget_between_calls
from .task import Refused
from .untrusted import check_modules, hdf5_config, refuse_code


class Port:
    """An input: its name, shape (None where a size is open) and datatype."""

    def __init__(self, name: str, shape: Sequence[int | None], dtype: str) -> None:
        self.name = name
        self.shape = list(shape)
        self.dtype = dtype


class KerasModel:
    """A loaded model.

    ``pack`` makes the arguments that the model takes of the tensors for its ``inputs``;
    ``stateful`` says whether it remembered from call to call, which it does no more.
    """

    def __init__(
        self,
        model: Any,
        inputs: list[Port],
        pack: Callable[[list[Any]], tuple[tuple[Any, ...], dict[str, Any]]],
    ) -> None:
        self.model = model
        self.inputs = inputs
        self._pack = pack
        self.stateful = False

    def call(self, tensors: Sequence[Any]) -> dict[str, Any]:
        """Return the outputs by name; the tensors are in the order of ``inputs``."""
        arguments, named = self._pack(list(tensors))
        returned = self.model(*arguments, training=False, **named)
        outputs = _leaves(returned, "")
        if isinstance(returned, Mapping) or len(self._output_names()) != len(outputs):
            names = [name or self._only_name() for name, _ in outputs]
        else:
            names = self._output_names()
        for _, tensor in outputs:
            if not hasattr(tensor, "dtype") or hasattr(tensor, "row_splits"):
                raise Refused(
                    f"The model gives a {type(tensor).__name__}, and only plain tensors can be "
                    "answered. Make one of it in the model's last layer."
                )
        return dict(zip(identifiers(names, "output"), (t for _, t in outputs)))  # noqa: B905

    def _output_names(self) -> list[str]:
        try:
            return [str(name) for name in self.model.output_names or ()]
        except AttributeError:
            return []

    def _only_name(self) -> str:
        names = self._output_names()
        if len(names) == 1:
            return names[0]
        layers = getattr(self.model, "layers", None)
        return str(layers[-1].name) if layers and hasattr(self.model, "add") else "output"


def load(tf: Any, request: Mapping[str, Any]) -> KerasModel:
    """Load the model that a request names, with the Keras that it names."""
    keras = importlib.import_module(request["keras"])
    custom_objects = load_custom_objects(request["with"])
    path = Path(request["model"])
    check_modules(path, custom_objects)
    options: dict[str, Any] = {"compile": False, "custom_objects": custom_objects}
    if not request["allow_lambda"]:
        refuse_code()
    elif "safe_mode" in inspect.signature(keras.models.load_model).parameters:
        options["safe_mode"] = False
    allow_open_sizes(tf)
    model = _load(keras, path, options)
    stateful = forget_between_calls(model)
    loaded = _with_inputs(model)
    loaded.stateful = stateful
    return loaded


def _load(keras: Any, path: Path, options: dict[str, Any]) -> Any:
    try:
        return keras.models.load_model(str(path), **options)
    except (TypeError, ValueError):
        config = hdf5_config(path)
        if config is None or _plain_functions(config) == config:
            raise
    # Keras 2.12 to 2.15 write a function of the user's in a way that they cannot read back.
    model = keras.models.model_from_config(_plain_functions(config), options["custom_objects"])
    model.load_weights(str(path))
    return model


def _plain_functions(config: Any) -> Any:
    """Return a config in which functions stand as their names, as all Keras 2 understand them."""
    if isinstance(config, dict):
        if config.get("class_name") == "function" and isinstance(config.get("config"), str):
            return config["config"]
        return {key: _plain_functions(value) for key, value in config.items()}
    return [_plain_functions(each) for each in config] if isinstance(config, list) else config


def _with_inputs(model: Any) -> KerasModel:
    structure = next(
        (
            found
            for name in ("_inputs_struct", "_nested_inputs", "inputs")
            for found in (getattr(model, name, None),)
            if found is not None
        ),
        None,
    )
    if structure is None:
        return _subclassed(model)
    leaves = [(name, leaf) for name, leaf in _leaves(structure, "") if leaf is not None]
    names = identifiers([_name_of(path, leaf) for path, leaf in leaves], "input")
    ports = [_port(name, leaf) for name, (_, leaf) in zip(names, leaves)]  # noqa: B905
    identities = [id(leaf) for _, leaf in leaves]

    def pack(tensors: list[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        by_identity = dict(zip(identities, tensors))  # noqa: B905
        packed = _rebuild(structure, by_identity)
        alone = isinstance(packed, (list, tuple)) and len(packed) == 1
        return (packed[0] if alone else packed,), {}

    return KerasModel(model, ports, pack)


def _name_of(path: str, leaf: Any) -> str:
    """Return the key of an input in a dict of them; of another the name of its layer."""
    if _is_key(path):
        return path
    history = getattr(leaf, "_keras_history", None)
    for attribute in ("operation", "layer"):
        if hasattr(history, attribute):
            return str(getattr(history, attribute).name)
    return str(history[0].name) if history else str(leaf.name).split(":")[0]


def _port(name: str, leaf: Any) -> Port:
    kind = type(getattr(leaf, "type_spec", None)).__name__
    if "Ragged" in kind or "Sparse" in kind or getattr(leaf, "sparse", False):
        raise Refused(
            f"The input {name} is ragged or sparse, and only plain tensors can be sent to a model."
        )
    shape = leaf.shape.as_list() if hasattr(leaf.shape, "as_list") else list(leaf.shape)
    return Port(name, shape, str(getattr(leaf.dtype, "name", leaf.dtype)))


def _subclassed(model: Any) -> KerasModel:
    """Take the shapes that a subclassed model was built with, and open the batch axis."""
    shapes = getattr(model, "_build_shapes_dict", None)
    if shapes and len(shapes) > 1:
        return _called_by_name(model, shapes)
    structure = _as_shapes(next(iter(shapes.values())) if shapes else _build_shape(model))
    leaves = _leaves(structure, "")
    first = next(iter(inspect.signature(model.call).parameters), "inputs")
    names = identifiers([path if _is_key(path) else first for path, _ in leaves], "input")
    ports = [_opened(model, n, leaf) for n, (_, leaf) in zip(names, leaves)]  # noqa: B905
    identities = [id(leaf) for _, leaf in leaves]

    def pack(tensors: list[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (_rebuild(structure, dict(zip(identities, tensors))),), {}  # noqa: B905

    return KerasModel(model, ports, pack)


def _called_by_name(model: Any, shapes: Mapping[str, Any]) -> KerasModel:
    """Take a model whose ``call`` has several arguments; Keras adds ``_shape`` to their names."""
    parameters = [re.sub("_shape$", "", key) for key in shapes]
    names = identifiers(parameters, "input")
    leaves = [_as_shapes(shape) for shape in shapes.values()]
    ports = [_opened(model, n, leaf) for n, leaf in zip(names, leaves)]  # noqa: B905

    def pack(tensors: list[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (), dict(zip(parameters, tensors))  # noqa: B905

    return KerasModel(model, ports, pack)


def _opened(model: Any, name: str, leaf: Any) -> Port:
    if not isinstance(leaf, _Shape):
        raise Refused(
            "The model takes several structures of tensors. Save it as a SavedModel with a "
            "signature of plain tensors: model.export(path)."
        )
    dtype = "float64" if getattr(model, "compute_dtype", None) == "float64" else "float32"
    return Port(name, [None, *leaf.sizes[1:]], dtype)


def _is_key(path: str) -> bool:
    return bool(path) and not path.replace("_", "").isdigit()


def _build_shape(model: Any) -> Any:
    shape = getattr(model, "_build_input_shape", None)
    if shape is None:
        raise Refused(
            "The file does not say what shapes the model takes. Save it once more after it has "
            "been called on data, or as a SavedModel: model.export(path)."
        )
    return shape


class _Shape:
    """A shape as one leaf, where a list of sizes would be taken for a structure."""

    def __init__(self, sizes: Sequence[int | None]) -> None:
        self.sizes = list(sizes)


def _as_shapes(value: Any) -> Any:
    if hasattr(value, "as_list"):
        return _Shape(value.as_list())
    if isinstance(value, Mapping):
        return {key: _as_shapes(each) for key, each in value.items()}
    if all(size is None or isinstance(size, int) for size in value):
        return _Shape(value)
    return [_as_shapes(each) for each in value]


def _leaves(structure: Any, path: str) -> list[tuple[str, Any]]:
    """Return what a structure of dicts, lists and tuples holds, each with the way to it."""
    if isinstance(structure, Mapping):
        # In the order of the keys, as TensorFlow flattens.
        entries = [(str(key), structure[key]) for key in sorted(structure)]
    elif isinstance(structure, (list, tuple)):
        entries = [(str(position), each) for position, each in enumerate(structure)]
    else:
        return [(path, structure)]
    found = []
    for key, each in entries:
        found += _leaves(each, f"{path}_{key}" if path else key)
    return found


def _rebuild(structure: Any, by_identity: Mapping[int, Any]) -> Any:
    if isinstance(structure, Mapping):
        return {key: _rebuild(each, by_identity) for key, each in structure.items()}
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(_rebuild(each, by_identity) for each in structure))
    if isinstance(structure, (list, tuple)):
        return type(structure)(_rebuild(each, by_identity) for each in structure)
    return by_identity.get(id(structure), structure)
