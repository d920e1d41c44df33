import pytest

from wherry.shrink.conversion.processes import TaskFailed
from wherry.shrink.conversion.reasons import litert_reason, onnx_reason, reason

_NEEDS_FLEX = """<unknown>:0: error: loc("m"): 'tf.StringLower' op is neither a custom op
<unknown>:0: error: failed while converting: 'main':
Some ops are not supported by the native TFLite runtime, you can enable TF kernels fallback.
TF Select ops: RaggedTensorToTensor, StaticRegexReplace, StringLower, StringSplitV2, Where3
Details:
\ttf.StringLower(tensor<?x1x!tf_type.string>) -> (tensor<?x1x!tf_type.string>) : {device = ""}
"""
_IN_FLOAT64 = """<unknown>:0: error: failed while converting: 'main':
TF Select ops: BiasAdd, MatMul
Details:
\ttf.BiasAdd(tensor<?x3xf64>, tensor<3xf64>) -> (tensor<?x3xf64>) : {data_format = "NHWC"}
\ttf.MatMul(tensor<?x4xf64>, tensor<3x4xf64>) -> (tensor<?x3xf64>) : {grad_a = false}
"""
_CUSTOM = """Some ops in the model are custom ops, See instructions to implement custom ops:
Custom ops: TensorListReserve
Details:
\ttf.TensorListReserve(tensor<0xi32>, tensor<i32>) -> (tensor<!tf_type.variant>) : {}
"""
_LISTS = """loc(callsite(fused["T:", "a (b) c@f"] at callsite(fused["X:", "y"]))): error: \
'tf.TensorListReserve' op requires element_shape to be static during TF Lite transformation pass
loc("x"): error: failed to legalize operation 'tf.TensorListReserve' that was explicitly marked
"""
_OTHER = """<unknown>:0: error: loc(callsite(fused["W:", "w(1)"] at "z")): failed to legalize \
unresolved materialization from ('tensor<?xf32>') that remained live after conversion
<unknown>:0: note: see current operation
"""

_FOUR = "tf.RaggedTensorToTensor, tf.StaticRegexReplace, tf.StringLower, tf.StringSplitV2"
_REST = "unresolved materialization from ('tensor<?xf32>') that remained live after conversion"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (_NEEDS_FLEX, f"LiteRT has no operator for {_FOUR} and 1 more."),
        (_IN_FLOAT64, "LiteRT has no operator for tf.BiasAdd and tf.MatMul of 64-bit floats."),
        (_CUSTOM, "LiteRT has no operator for tf.TensorListReserve."),
        (_LISTS, "LiteRT has no operator for tf.TensorListReserve."),
        (_OTHER, f"The LiteRT converter refused the model: failed to legalize {_REST}."),
        ("", "The LiteRT converter refused the model: ConverterError: it gave no reason."),
    ],
)
def test_the_converters_noise_becomes_one_sentence(said: str, sentence: str) -> None:
    assert litert_reason(TaskFailed("ConverterError", said)) == sentence


_GRAPH_ERROR = """Graph execution error:

Detected at node ParseExample defined at (most recent call last):
  File "/somewhere/task.py", line 34, in run_task
    said = {"done": task()}
Could not parse example input, value: 'good'
\t [[{{node ParseExample/ParseExampleV2}}]]
"""


@pytest.mark.parametrize(
    ("kind", "said", "told"),
    [
        (
            "InvalidArgumentError",
            _GRAPH_ERROR,
            "InvalidArgumentError: Could not parse example input, value: 'good'",
        ),
        ("ValueError", "Plain and short.", "ValueError: Plain and short"),
        ("MemoryError", "", "the memory of this machine does not suffice"),
        (
            "UnknownError",
            "ValueError: callback pyfunc_0 is not found",
            "it calls Python code (tf.py_function), which is not in the file (pyfunc_0)",
        ),
        ("ValueError", f"It is long.{' More.' * 60}", "ValueError: It is long"),
    ],
)
def test_the_telling_line_is_found(kind: str, said: str, told: str) -> None:
    assert reason(TaskFailed(kind, said)) == told


def test_tf2onnx() -> None:
    failure = TaskFailed("KeyError", "'While'\nnoise")

    assert onnx_reason(failure) == "tf2onnx cannot convert the model: KeyError: 'While'."
