"""The runtime itself: a model file and arrays, with nothing around.

The neighbours' servers call it, the expected answers come from it, and run as a program it
measures predictions per second in a bare loop.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Predict = Callable[[Any], list[Any]]


def load(model: str, threads: int) -> Predict:
    """Return a function from the input array to the output arrays, in a fixed order.

    The order is that of ``output_names``. Not to be called from two threads at once with LiteRT.
    """
    if model.endswith(".onnx"):
        return _onnx(model, threads)
    return _litert(model, threads)


def _onnx(model: str, threads: int) -> Predict:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (given,) = [item.name for item in session.get_inputs()]
    names = sorted(item.name for item in session.get_outputs())
    return lambda array: session.run(names, {given: array})


def _litert(model: str, threads: int) -> Predict:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=model, num_threads=threads)
    interpreter.allocate_tensors()
    (given,) = [item["index"] for item in interpreter.get_input_details()]
    details = sorted(interpreter.get_output_details(), key=lambda item: item["name"])
    indices = [item["index"] for item in details]

    def predict(array: Any) -> list[Any]:
        interpreter.set_tensor(given, array)
        interpreter.invoke()
        return [interpreter.get_tensor(index) for index in indices]

    return predict


def _rate(callers: list[Predict], array: Any, duration_s: float) -> float:
    """Return calls per second, all callers together, each in a thread of its own."""
    for predict in callers:
        predict(array)
    counts = [0] * len(callers)
    # Loops in several processes are to run at the same time.
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.perf_counter()

    def work(index: int) -> None:
        while time.perf_counter() - started < duration_s:
            callers[index](array)
            counts[index] += 1

    threads = [threading.Thread(target=work, args=(index,)) for index in range(1, len(callers))]
    for thread in threads:
        thread.start()
    work(0)
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def _wherry(model: str, threads: int) -> Predict:
    """Return libtensorflow's bare loop, which only Wherry's runtime offers without TensorFlow."""
    from wherry import runtimes
    from wherry.runtimes.protocol import LoadOptions

    loaded = runtimes.load("tensorflow", Path(model), LoadOptions(threads=threads))
    ((name, signature),) = loaded.signatures.items()
    (given,) = [item.name for item in signature.inputs]
    return lambda array: list(loaded.run(name, {given: array}).values())


def _answer(model: str, given: str, shape: str) -> None:
    """Write the answer beside the input; print the outputs' names and shapes in order."""
    array = np.fromfile(given, np.float32).reshape(json.loads(shape))
    answers = load(model, 1)(array)
    raw = b"".join(answer.tobytes() for answer in answers)
    Path(given).with_name("expected.bin").write_bytes(raw)
    print(json.dumps([[str(index), answer.shape] for index, answer in enumerate(answers)]))


def _measure(
    model: str, given: str, shape: str, threads: str, callers: str, duration_s: str
) -> None:
    """Print the predictions per second of so many callers, in threads of this process."""
    array = np.fromfile(given, np.float32).reshape(json.loads(shape))
    make = _wherry if Path(model).is_dir() else load
    if model.endswith(".tflite"):
        made = [make(model, int(threads)) for _ in range(int(callers))]
    else:
        made = [make(model, int(threads))] * int(callers)
    print(json.dumps(_rate(made, array, float(duration_s))))


if __name__ == "__main__":
    verbs: dict[str, Callable[..., None]] = {"answer": _answer, "measure": _measure}
    verbs[sys.argv[1]](*sys.argv[2:])
