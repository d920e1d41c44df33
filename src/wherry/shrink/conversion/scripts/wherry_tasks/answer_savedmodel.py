"""The answers of a SavedModel, through TensorFlow's session loader.

It reads the graph, not the Python objects around it, which other versions may refuse; where it
cannot, the object loader is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .answering import answer
from .quiet_tensorflow import import_tensorflow
from .task import run_task

if TYPE_CHECKING:
    from .answering import Call


def answer_savedmodel(request: dict[str, Any]) -> dict[str, Any]:
    """Load the model, and run the samples through one signature."""
    tf = import_tensorflow(request["threads"])
    try:
        call = _session(tf, request)
    except Exception as refused:  # noqa: BLE001  its classes differ from version to version
        try:
            call = _function(tf, request)
        except Exception:  # noqa: BLE001
            raise refused from None
    answer(request["samples"], request["answers"], request["mode"], call)
    return {}


def _session(tf: Any, request: dict[str, Any]) -> Call:
    v1 = tf.compat.v1
    graph = tf.Graph()
    with graph.as_default():
        session = v1.Session(graph=graph, config=_config(v1, request["threads"]))
        loaded = v1.saved_model.loader.load(session, request["tags"], request["saved_model"])
    signature = loaded.signature_def[request["signature"]]
    tensors = {name: graph.get_tensor_by_name(i.name) for name, i in signature.inputs.items()}
    fetched = {name: info.name for name, info in signature.outputs.items()}

    def call(arrays: Mapping[str, Any]) -> Mapping[str, Any]:
        feed = {tensor: _fed(tensor, arrays[name]) for name, tensor in tensors.items()}
        answered: Mapping[str, Any] = session.run(fetched, feed)
        return answered

    return call


def _config(v1: Any, threads: int) -> Any:
    return v1.ConfigProto(
        intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads
    )


def _fed(tensor: Any, array: Any) -> Any:
    dtype = tensor.dtype.base_dtype.as_numpy_dtype
    return array if array.dtype.kind == "O" else np.asarray(array).astype(dtype, copy=False)


def _function(tf: Any, request: dict[str, Any]) -> Call:
    module = tf.saved_model.load(request["saved_model"], tags=request["tags"])
    function = module.signatures[request["signature"]]
    function.wherry_keeps = module  # whose variables would go with it
    specifications = function.structured_input_signature[1]

    def call(arrays: Mapping[str, Any]) -> Mapping[str, Any]:
        tensors = {
            name: tf.constant(arrays[name], dtype=each.dtype)
            for name, each in specifications.items()
        }
        return {name: tensor.numpy() for name, tensor in function(**tensors).items()}

    return call


run_task(answer_savedmodel)
