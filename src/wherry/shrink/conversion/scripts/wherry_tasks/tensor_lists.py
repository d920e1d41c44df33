"""Let LiteRT convert recurrent layers whose batch stays open.

TensorFlow's loops collect what each step gives in a list (``TensorListReserve``). The converter
turns lists into plain tensors, but only where the shape of an item is known, which with an open
batch it is not. Here such a list begins as a tensor of zeros instead: how large an item is tells
the loop's own body, whose part that makes an item is run once before the loop. What else the
converter knows about lists then suffices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .graphs import CONTROL, Scope, functions, scopes, source

_LOOPS = ("While", "StatelessWhile")
_THROUGH = ("Identity",)
_INT32 = 3  # types.proto


class _Loop:
    """A loop that fills a list: its node, its body, and which of its variables the list is."""

    def __init__(self, node: Any, body: Any, position: int) -> None:
        self.node = node
        self.body = body
        self.position = position
        self.arguments = [argument.name for argument in body.signature.input_arg]
        self.nodes = {each.name: each for each in body.node_def}


def open_lists(tf: Any, graph: Any) -> int:
    """Rewrite the lists of a frozen graph whose items are of unknown shape; return how many."""
    rewritten = 0
    for scope in scopes(graph):
        for node in [each for each in scope.nodes if each.op == "TensorListReserve"]:
            if _known_shape(tf, scope, node):
                continue
            loop = _loop(graph, scope, node)
            item = _item(loop) if loop is not None else None
            if loop is None or item is None:
                continue
            needed = _needed(loop, item)
            if needed is None:
                continue
            function = _add_shape_function(graph, loop, item, needed, rewritten)
            _begin_with_zeros(tf, scope, node, loop, function)
            rewritten += 1
    return rewritten


def _known_shape(tf: Any, scope: Scope, node: Any) -> bool:
    shape = scope.by_name().get(source(node.input[0]))
    if shape is None or shape.op != "Const":
        return False
    sizes = tf.make_ndarray(shape.attr["value"].tensor)
    return bool(sizes.ndim == 1 and (sizes >= 0).all())


def _loop(graph: Any, scope: Scope, node: Any) -> _Loop | None:
    library = functions(graph)
    for loop in scope.nodes:
        if loop.op not in _LOOPS:
            continue
        for position, reference in enumerate(loop.input):
            if source(reference) == node.name and not reference.startswith(CONTROL):
                return _Loop(loop, library[loop.attr["body"].func.name], position)
    return None


def _item(loop: _Loop) -> str | None:
    """Return what the body puts into the list, where it does so in one place."""
    own = {loop.arguments[loop.position]}
    own |= {
        node.name
        for node in loop.body.node_def
        if node.op in _THROUGH and source(node.input[0]) in own
    }
    puts = [
        node
        for node in loop.body.node_def
        if node.op == "TensorListSetItem" and source(node.input[0]) in own
    ]
    return str(puts[0].input[2]) if len(puts) == 1 else None


def _needed(loop: _Loop, item: str) -> set[str] | None:
    """Return the nodes and arguments that make an item; None where it takes the list itself."""
    found: set[str] = set()
    todo = [source(item)]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name == loop.arguments[loop.position]:
            return None
        if name in loop.nodes:
            inputs = loop.nodes[name].input
            todo += [source(each) for each in inputs if not each.startswith(CONTROL)]
    return found


def _add_shape_function(graph: Any, loop: _Loop, item: str, needed: set[str], number: int) -> Any:
    """Add a function that takes what the body takes, and returns the shape of its first item."""
    function = graph.library.function.add()
    function.signature.name = f"wherry_item_shape_{number}"
    for position, argument in enumerate(loop.body.signature.input_arg):
        if argument.name in needed:
            own = len(function.signature.input_arg)
            function.signature.input_arg.add().CopyFrom(argument)
            function.arg_attr[own].CopyFrom(loop.body.arg_attr[position])
    for node in loop.body.node_def:
        if node.name in needed:
            copy = function.node_def.add()
            copy.CopyFrom(node)
            inputs = [each for each in copy.input if not each.startswith(CONTROL)]
            del copy.input[:]
            copy.input.extend(inputs)
    shape = Scope(function.node_def, function).add("wherry_shape", "Shape", [item])
    puts = next(n for n in loop.body.node_def if n.op == "TensorListSetItem" and item in n.input)
    shape.attr["T"].type = puts.attr["element_dtype"].type
    shape.attr["out_type"].type = _INT32
    output = function.signature.output_arg.add()
    output.name, output.type = "shape", _INT32
    function.ret["shape"] = "wherry_shape:output:0"
    return function


def _begin_with_zeros(tf: Any, scope: Scope, node: Any, loop: _Loop, function: Any) -> None:
    """Turn the reserved list into one made of zeros, as many as there will be items."""
    prefix = f"{function.signature.name}/"
    taken = {argument.name for argument in function.signature.input_arg}
    positions = [i for i, argument in enumerate(loop.arguments) if argument in taken]
    call = scope.add(f"{prefix}call", "PartitionedCall", [loop.node.input[i] for i in positions])
    call.attr["f"].func.name = function.signature.name
    types = [argument.type for argument in function.signature.input_arg]
    call.attr["Tin"].list.type.extend(types)
    call.attr["Tout"].list.type.append(_INT32)
    dtype = node.attr["element_dtype"].type
    axis = _constant(tf, scope, f"{prefix}axis", np.int32(0))
    zero = _constant(tf, scope, f"{prefix}zero", np.zeros((), tf.as_dtype(dtype).as_numpy_dtype))
    count = scope.add(f"{prefix}count", "ExpandDims", [node.input[1], axis])
    count.attr["T"].type = count.attr["Tdim"].type = _INT32
    parts = [scope.output(count.name, "output"), scope.output(call.name, "output"), axis]
    sizes = scope.add(f"{prefix}sizes", "ConcatV2", parts)
    sizes.attr["N"].i = 2
    sizes.attr["T"].type = sizes.attr["Tidx"].type = _INT32
    zeros = scope.add(f"{prefix}zeros", "Fill", [scope.output(sizes.name, "output"), zero])
    zeros.attr["T"].type, zeros.attr["index_type"].type = dtype, _INT32
    shape, shape_type = node.input[0], node.attr["shape_type"].type
    node.op = "TensorListFromTensor"
    del node.input[:]
    node.input.extend([scope.output(zeros.name, "output"), shape])
    node.attr.clear()
    node.attr["element_dtype"].type, node.attr["shape_type"].type = dtype, shape_type
    if scope.function is not None:
        _rename_output(scope, f"{node.name}:handle:0", f"{node.name}:output_handle:0")


def _constant(tf: Any, scope: Scope, name: str, value: Any) -> str:
    node = scope.add(name, "Const", [])
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
    node.attr["dtype"].type = node.attr["value"].tensor.dtype
    return scope.output(name, "output")


def _rename_output(scope: Scope, old: str, new: str) -> None:
    for node in scope.nodes:
        for position, reference in enumerate(node.input):
            if reference == old:
                node.input[position] = new
    for name, reference in scope.function.ret.items():
        if reference == old:
            scope.function.ret[name] = new
