"""Tell which layers of a .tflite file stray most when they are quantized.

By trial: each layer is quantized alone, all others stay in float, and the outputs tell what it
brings. How much a layer adds to its own output does not tell what becomes of it later. Large
models are tried in blocks of neighbours, which bounds the trials.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wherry_tasks.task import run_task
from wherry_tasks.tensor_files import read_tensors

from . import flatbuffer, planning, ranges
from .errors import Errors
from .feeding import first, runs
from .running import outputs

# A trial quantizes the whole file and runs it, which takes some 70 ms for each MB: of a large file
# there are fewer, of larger blocks. By bytes and not by a clock, so that the result is the same.
_TRIALS = (4, 40)
_TRIALS_BYTES = 320 * 2**20
_BATCH = 4


def rank(request: dict[str, Any]) -> dict[str, Any]:
    """Return the layers with their errors."""
    model = flatbuffer.read(request["model"])
    known, plans = ranges.planned(request, model)
    own = planning.names(model)
    planning.quantize(model, plans, known)  # which takes out of the plan what cannot be done
    planning.restore(model, own)
    layers = planning.describe(model, plans)
    samples = first(read_tensors(Path(request["samples"])), request["count"])
    size = _BATCH if request["mode"] == "batch" else 1
    inputs = list(runs(samples, request["mode"], size))
    run_as = (request["signature"], request["threads"], inputs)
    exact = outputs(flatbuffer.write(model), *run_as)
    fewest, most = _TRIALS
    fitting = _TRIALS_BYTES // Path(request["model"]).stat().st_size
    step = -(-len(layers) // max(fewest, min(most, fitting)))
    for start in range(0, len(layers), step):
        block = layers[start : start + step]
        alone = {layer["key"]: plans[layer["key"]] for layer in block}
        try:
            rough = outputs(planning.quantize(model, alone, known), *run_as)
        except Exception:  # noqa: BLE001, S112
            continue  # not a reason to give up the format: what cannot be tried comes last
        error = _error(exact, rough)
        for layer in block:
            layer["error"] = error
    return {"layers": layers}


def _error(exact: dict[str, Any], rough: dict[str, Any]) -> float:
    """Return the error of the output that strays most."""
    errors = Errors()
    errors.add(exact, rough)
    return max((errors.of(name) for name in exact), default=0.0)


run_task(rank)
