"""How long it takes until the app is loaded, which some servers await before they listen."""

from typing import Final

from wherry.estimate.libraries import Costs, costs
from wherry.estimate.prediction import Part, Prediction, largest_first
from wherry.estimate.workload import Model, Workload

WHAT: Final = "time to load the app"
# From files in the cache and a processor of one's own, to a disk just unpacked and a neighbour
# who is busy. Measured warm; several times that is what failure logs show of cold shared dynos.
_COLD_RATIO: Final = 4.0
_USUAL_RATIO: Final = 2.0
_BYTES_PER_GB: Final = 1_000_000_000


def predict_boot(workload: Workload) -> Prediction:
    """Predict the seconds from the start of a process to the loaded app.

    What the project itself does at its start (migrations, downloads) is not counted. Workers
    load one beside the other, and share the processors that there are.
    """
    known = costs()
    serving = workload.serving
    parts = [
        Part("Python, Django and the server", known.server(serving.kind).boot_cpu_s),
        *(
            Part(f"import of {name}", _import_s(name, workload, known))
            for name in sorted(known.closure(workload.at_boot, workload.versions))
        ),
        *(
            Part(model.name, _load_s(model, workload, known))
            for model in workload.models
            if model.at_boot
        ),
    ]
    at_once = 1 if serving.preload else serving.workers
    stretch = max(1.0, at_once / workload.cpus)
    scaled = [Part(part.name, part.value * stretch) for part in parts]
    low = sum(part.value for part in scaled)
    return Prediction(
        WHAT,
        low * _USUAL_RATIO,
        low=low,
        high=low * _COLD_RATIO,
        unit="s",
        basis=f"imports measured warm, on {workload.cpus:g} CPU; a cold start takes up to "
        f"{_COLD_RATIO:g} times as long",
        parts=largest_first(scaled),
    )


def _import_s(name: str, workload: Workload, known: Costs) -> float:
    return known.libraries[name].cost(workload.versions.get(name, "")).cpu_s


def _load_s(model: Model, workload: Workload, known: Costs) -> float:
    cost = known.loader(model.loader, workload.tensorflow)
    return cost.load_cpu_s + cost.load_s_per_gb * model.file_bytes / _BYTES_PER_GB
