"""Decide how each operator of a .tflite file is quantized, and quantize it so.

litert-quantizer picks operators by regular expressions over the names of their outputs, and keeps
ranges by names of tensors. Names repeat between subgraphs and can hold anything; so every tensor
is called after its place first, an operator's output also after its plan, and given its own name
back at the end.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from litert_quantizer import default_policy, qtyping, quantizer, recipe_manager
from wherry_tasks.task import Refused

from .flatbuffer import FLOAT32, Operation, constant, layer_name, operations, write

# An operator's position of the weights.
_WEIGHTS = {
    "FULLY_CONNECTED": 1,
    "CONV_2D": 1,
    "DEPTHWISE_CONV_2D": 1,
    "TRANSPOSE_CONV": 1,
    "BATCH_MATMUL": 1,
    "EMBEDDING_LOOKUP": 1,
}
_OWN_NAMES = {"CONV_2D_TRANSPOSE": "TRANSPOSE_CONV"}
# The kernels that quantize activations while they run are slow for these; so are their weights
# few. They compute with floats, made of the int8 weights once.
_WEIGHT_ONLY = ("DEPTHWISE_CONV_2D", "CONV_2D_TRANSPOSE")
_ACTIVATIONS = ("SOFTMAX", "LOGISTIC", "TANH")
# A smaller tensor costs more in scales and operators than it saves.
_SMALLEST = 256
_STATIC, _DYNAMIC, _TABLE, _FLOAT = "static", "dynamic", "table", "float"

type Ranges = dict[str, tuple[float, float]]
type Own = tuple[bytes, Any]


def supported(config: str) -> dict[str, str]:
    """Return the operators that litert-quantizer takes, by LiteRT's own name."""
    listed = json.loads(default_policy.DEFAULT_JSON_POLICY)["ops_per_config"][config]
    return {_OWN_NAMES.get(name, name): name for name in listed}


def plan(model: Any, ranges: Ranges | None, main: int, kept: set[str]) -> dict[str, str]:
    """Return how each operator is quantized, by key; those left in float are not in it.

    With ``ranges``, of the tensors of subgraph ``main``, activations are quantized too.
    """
    static = supported("static_wi8_ai8")
    plans = {}
    for operation in operations(model):
        if operation.key in kept:
            continue
        if _is_table(model, operation):
            plans[operation.key] = _TABLE
        elif (
            ranges is not None
            and operation.subgraph == main
            and operation.operator in static
            and not _is_last(model, operation)
            and _in_range(model, operation, ranges)
        ):
            plans[operation.key] = _STATIC
        elif _has_weights(model, operation):
            plans[operation.key] = _DYNAMIC
    return plans


def quantize(model: Any, plans: dict[str, str], ranges: Ranges | None) -> bytes:
    """Return the file with its operators quantized as planned; tensors bear their places' names.

    Kinds of operators that the quantizer cannot do, or the runtime not load, are taken out of
    ``plans``. The model's tensors are renamed; ``restore`` gives names back.
    """
    try:
        return _quantize(model, plans, ranges)
    except Exception:
        found = {operation.key: operation for operation in operations(model)}
        kinds = sorted({(how, found[key].operator) for key, how in plans.items()})
        bad = [kind for kind in kinds if not _works_alone(model, plans, ranges, kind)]
        if not bad or len(bad) == len(kinds):
            raise
    for key, how in list(plans.items()):
        if (how, found[key].operator) in bad:
            del plans[key]
            if how == _STATIC and _has_weights(model, found[key]):
                plans[key] = _DYNAMIC
    return _quantize(model, plans, ranges)


def _works_alone(
    model: Any, plans: dict[str, str], ranges: Ranges | None, kind: tuple[str, str]
) -> bool:
    found = {operation.key: operation for operation in operations(model)}
    alone = {key: how for key, how in plans.items() if (how, found[key].operator) == kind}
    try:
        _quantize(model, alone, ranges)
    except Exception:  # noqa: BLE001
        return False
    return True


def _quantize(model: Any, plans: dict[str, str], ranges: Ranges | None) -> bytes:
    found = {operation.key: operation for operation in operations(model)}
    rename(model, {key: (found[key], how) for key, how in plans.items()})
    recipe = recipe_manager.RecipeManager()
    for name in supported("dynamic_wi8_afp32").values():
        operator = qtyping.TFLOperationName(name)
        if name in _WEIGHT_ONLY:
            recipe.add_weight_only_config(f"^{_DYNAMIC}_", operator, 8)
        else:
            recipe.add_dynamic_config(f"^{_DYNAMIC}_", operator, 8)
    if _TABLE in plans.values():
        recipe.add_static_config(f"^{_TABLE}_", qtyping.TFLOperationName.GATHER, 8, 8)
    if ranges is not None:
        for name in supported("static_wi8_ai8").values():
            if name not in ("INPUT", "OUTPUT"):
                operator = qtyping.TFLOperationName(name)
                recipe.add_static_config(f"^{_STATIC}_", operator, 8, 8)
    tool = quantizer.Quantizer(bytearray(write(model)), recipe.get_quantization_recipe())
    result = tool.quantize(
        _statistics(model, ranges or {}, plans, found),
        enable_progress_bar=False,
        enable_progress_report=False,
    )
    content = bytes(result.quantized_model)
    Interpreter(model_content=content).allocate_tensors()
    return content


def describe(model: Any, plans: dict[str, str]) -> list[dict[str, Any]]:
    """Return the quantized operators, and the bytes of their weights in float, for the host."""
    return [
        {
            "key": o.key,
            "operator": o.operator,
            "name": layer_name(model, o),
            "weights_bytes": sum(
                numbers.nbytes
                for index in o.node.inputs
                if (numbers := constant(model, o.subgraph, index)) is not None
            ),
        }
        for o in operations(model)
        if o.key in plans
    ]


def names(model: Any) -> dict[str, Own]:
    """Return the tensors' own names by place, and their shapes with open sizes."""
    return {
        f"{number}_{index}": (tensor.name or b"", tensor.shapeSignature)
        for number, subgraph in enumerate(model.subgraphs)
        for index, tensor in enumerate(subgraph.tensors)
    }


def restore(model: Any, own: dict[str, Own]) -> None:
    """Give tensors that are called after their places their own names.

    Those that litert-quantizer added beside get the open sizes too, which it forgets.
    """
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            match = re.fullmatch(rb"[a-z]+_(\d+_\d+)_(.*)", tensor.name or b"")
            if match:
                name, sizes = own[match.group(1).decode()]
                tensor.name = name + match.group(2)
                tensor.shapeSignature = sizes


def rename(model: Any, planned: dict[str, tuple[Operation, str]]) -> None:
    """Call each tensor after its place, and the outputs of planned operators after their plan."""
    prefixes = {}
    for operation, how in planned.values():
        for index in operation.node.outputs:
            prefixes[operation.subgraph, index] = how
    for number, subgraph in enumerate(model.subgraphs):
        for index, tensor in enumerate(subgraph.tensors):
            prefix = prefixes.get((number, index), _FLOAT)
            tensor.name = f"{prefix}_{number}_{index}_".encode()


def place(name: str) -> str:
    """Return the place that a renamed tensor is called after; empty for one that was added."""
    match = re.fullmatch(r"[a-z]+_(\d+_\d+)_", name)
    return match.group(1) if match else ""


def _is_last(model: Any, operation: Operation) -> bool:
    """Whether it is the activation that makes an output.

    In float it costs nothing; 8-bit integers would round probabilities to 1/256.
    """
    ends = set(model.subgraphs[operation.subgraph].outputs)
    return operation.operator in _ACTIVATIONS and bool(ends & set(operation.node.outputs))


def _has_weights(model: Any, operation: Operation) -> bool:
    position = _WEIGHTS.get(operation.operator)
    if position is None or position >= len(operation.node.inputs):
        return False
    numbers = constant(model, operation.subgraph, operation.node.inputs[position])
    return numbers is not None and numbers.size >= _SMALLEST and bool(np.isfinite(numbers).all())


def _is_table(model: Any, operation: Operation) -> bool:
    """Whether it looks up rows of a table of weights, as an Embedding layer does."""
    if operation.operator != "GATHER":
        return False
    numbers = constant(model, operation.subgraph, operation.node.inputs[0])
    return numbers is not None and numbers.size >= _SMALLEST and bool(np.isfinite(numbers).all())


def _in_range(model: Any, operation: Operation, ranges: Ranges) -> bool:
    """Whether all its numbers are floats whose range is known."""
    tensors = model.subgraphs[operation.subgraph].tensors
    inputs = [index for index in operation.node.inputs if index >= 0]
    outputs = list(operation.node.outputs)
    if not inputs or not outputs or any(tensors[index].type != FLOAT32 for index in outputs):
        return False
    floats = [index for index in (*inputs, *outputs) if tensors[index].type == FLOAT32]
    return any(tensors[index].type == FLOAT32 for index in inputs) and all(
        f"{operation.subgraph}_{index}" in ranges
        or constant(model, operation.subgraph, index) is not None
        for index in floats
    )


def _statistics(
    model: Any, ranges: Ranges, plans: dict[str, str], found: dict[str, Operation]
) -> dict[str, Any]:
    known = dict(ranges)
    for key, how in plans.items():
        if how == _TABLE:
            operation = found[key]
            table = constant(model, operation.subgraph, operation.node.inputs[0])
            low, high = float(table.min()), float(table.max())
            for index in (operation.node.inputs[0], operation.node.outputs[0]):
                known[f"{operation.subgraph}_{index}"] = (low, high)
    statistics = {}
    for number, subgraph in enumerate(model.subgraphs):
        for index, tensor in enumerate(subgraph.tensors):
            if f"{number}_{index}" in known:
                low, high = known[f"{number}_{index}"]
                rank = len(tensor.shape) if tensor.shape is not None else 0
                statistics[tensor.name.decode()] = {
                    "min": np.full([1] * rank, low, np.float32),
                    "max": np.full([1] * rank, high, np.float32),
                }
    return statistics


def refuse_nothing(plans: dict[str, str]) -> None:
    """Refuse a model of which nothing would become int8.

    Raises:
        Refused: the plan is empty.
    """
    if not plans:
        raise Refused(
            "None of the model's operators has weights that LiteRT can keep as 8-bit integers."
        )
