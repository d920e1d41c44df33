"""Import and load step by step, and print what each step cost; runs in an environment of its own.

    python probe.py 'import numpy' 'django' 'keras model.keras' ...

Nothing of Wherry is imported: the process is to hold what the steps bring, and no more.
"""

import gc
import json
import os
import sys
import time


def main() -> None:
    """Do the steps in order; print one row for each as JSON."""
    kept: list[object] = []
    rows = [_row("start")]
    for step in sys.argv[1:]:
        verb, _, rest = step.partition(" ")
        kept.append(STEPS[verb](rest, kept))
        gc.collect()
        rows.append(_row(step))
    print(json.dumps(rows))


def _row(step: str) -> dict[str, object]:
    with open("/proc/self/smaps_rollup") as file:  # noqa: PTH123 (pathlib would be one import more)
        fields = dict(line.split(":", 1) for line in file.readlines()[1:])
    return {
        "step": step,
        "anonymous_bytes": int(fields["Anonymous"].split()[0]) * 1024,
        "cpu_s": time.process_time(),
        "threads": len(os.listdir("/proc/self/task")),  # noqa: PTH208
    }


def _import(name: str, _: list[object]) -> object:
    return __import__(name, fromlist=["*"] if "." in name else [])


def _django(_: str, __: list[object]) -> object:
    from django.conf import settings

    import django

    settings.configure(
        SECRET_KEY="x",  # noqa: S106 (of a site that answers nobody)
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
        ],
        ROOT_URLCONF=__name__,
    )
    django.setup()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def _keras(path: str, _: list[object]) -> object:
    from tensorflow.keras.models import load_model

    return load_model(path, compile=False)


def _keras_predict(_: str, kept: list[object]) -> object:
    import numpy as np

    model = kept[-1]
    shape = [side or 1 for side in model.input_shape]
    return model.predict(np.zeros(shape, "float32"), verbose=0)


def _litert(path: str, _: list[object]) -> object:
    from ai_edge_litert.interpreter import Interpreter

    loaded = Interpreter(path)
    loaded.allocate_tensors()
    return loaded


def _litert_predict(_: str, kept: list[object]) -> object:
    import numpy as np

    loaded = kept[-1]
    entry = loaded.get_input_details()[0]
    loaded.set_tensor(entry["index"], np.zeros(entry["shape"], entry["dtype"]))
    loaded.invoke()
    return loaded.get_tensor(loaded.get_output_details()[0]["index"])


def _onnx(path: str, _: list[object]) -> object:
    import onnxruntime

    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def _onnx_predict(_: str, kept: list[object]) -> object:
    import numpy as np

    session = kept[-1]
    entry = session.get_inputs()[0]
    shape = [side if isinstance(side, int) else 1 for side in entry.shape]
    return session.run(None, {entry.name: np.zeros(shape, "float32")})


def _torch(path: str, _: list[object]) -> object:
    import torch

    return torch.load(path, weights_only=False).eval()


def _torch_predict(side: str, kept: list[object]) -> object:
    import torch

    with torch.no_grad():
        return kept[-1](torch.zeros(1, 3, int(side), int(side)))


def _pickle(path: str, _: list[object]) -> object:
    import joblib

    return joblib.load(path)


def _pickle_predict(_: str, kept: list[object]) -> object:
    import numpy as np

    return kept[-1].predict(np.zeros((1, kept[-1].n_features_in_)))


STEPS = {
    "import": _import,
    "django": _django,
    "keras": _keras,
    "keras-predict": _keras_predict,
    "litert": _litert,
    "litert-predict": _litert_predict,
    "onnx": _onnx,
    "onnx-predict": _onnx_predict,
    "torch": _torch,
    "torch-predict": _torch_predict,
    "pickle": _pickle,
    "pickle-predict": _pickle_predict,
}

if __name__ == "__main__":
    main()
