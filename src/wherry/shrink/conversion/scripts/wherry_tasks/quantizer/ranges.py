"""Between which numbers the tensors of a .tflite file move on the samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from wherry_tasks.task import Refused
from wherry_tasks.tensor_files import read_tensors

from . import flatbuffer, planning
from .feeding import runs
from .running import Runner


def planned(request: dict[str, Any], model: Any) -> tuple[planning.Ranges | None, dict[str, str]]:
    """Return the ranges that the request's number format needs, and the plan.

    Raises:
        Refused: nothing in the model would be quantized.
    """
    known = of(request, model) if request["format"] == "int8" else None
    main = flatbuffer.signature_subgraph(model, request["signature"])
    plans = planning.plan(model, known, main, set(request["kept"]))
    planning.refuse_nothing(plans)
    if known is not None and "static" not in plans.values():
        raise Refused(
            "None of the model's operators runs in 8-bit integers on the sampled signature."
        )
    return known, plans


def of(request: dict[str, Any], model: Any) -> planning.Ranges:
    """Return the ranges of the tensors in the signature's subgraph, by place.

    They are kept in the file that the request names, for the next try. A tensor that held
    anything infinite or NaN has none.
    """
    kept = Path(request["ranges"])
    if kept.exists():
        return {name: (low, high) for name, (low, high) in json.loads(kept.read_text()).items()}
    own = planning.names(model)
    planning.rename(model, {})
    main = flatbuffer.signature_subgraph(model, request["signature"])
    runner = Runner(flatbuffer.write(model), request["signature"], main, request["threads"])
    planning.restore(model, own)
    found: planning.Ranges = {}
    samples = read_tensors(Path(request["samples"]))
    count = min((len(array) for array in samples.values()), default=1)
    size = runner.batch_size(request["mode"], count)
    for inputs in runs(samples, request["mode"], size):
        for name, numbers in runner.tensors(inputs).items():
            if where := planning.place(name):
                low, high = float(np.min(numbers)), float(np.max(numbers))
                before = found.get(where, (low, high))
                # NaN is neither smaller nor larger: it must not be lost.
                both = (low, high, *before)
                found[where] = (float(np.min(both)), float(np.max(both)))
    finite = {where: both for where, both in found.items() if np.isfinite(both).all()}
    kept.write_text(json.dumps(finite))
    return finite
