"""How much anonymous memory a web process and its workers hold: what a host's quota counts.

Each worker imports and loads for itself, so that it is a sum over workers; pages that they share
since they were forked are counted once, as a control group counts them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from wherry.estimate.libraries import Costs, costs
from wherry.estimate.prediction import Part, Prediction, largest_first
from wherry.estimate.workload import Model, Workload

AT_BOOT: Final = "anonymous memory at boot"
AFTER_PREDICTION: Final = "anonymous memory after the first prediction"
# The spread that benchmarks/memory found over its test cases, at nineteen of twenty.
SPREAD_RATIO: Final = 0.15
# From a tenth (ResNet50) to nearly all (a large dense layer): between them, nearer to the former.
_LARGEST_SHARE: Final = 0.25
# Between a network of one's own (ten) and a pretrained one (150 to 450).
_USUAL_LAYERS: Final = 100


@dataclass(frozen=True, slots=True)
class MemoryPrediction:
    """The tree of processes at two moments.

    Attributes:
        at_boot: Once every worker is ready.
        after_prediction: Once every worker has answered with every model.
        worker_at_boot: One worker of these.
    """

    at_boot: Prediction
    after_prediction: Prediction
    worker_at_boot: Prediction
    worker_after_prediction: Prediction

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            "at_boot": self.at_boot.to_dict(),
            "after_prediction": self.after_prediction.to_dict(),
        }


def predict_memory(workload: Workload) -> MemoryPrediction:
    """Predict the memory of a web process and its workers."""
    known = costs()
    boot = _boot_parts(workload, known)
    first = _first_parts(workload, known)
    return MemoryPrediction(
        at_boot=_tree(AT_BOOT, workload, known, boot, 0.0),
        after_prediction=_tree(
            AFTER_PREDICTION, workload, known, [*boot, *first], _first_request(workload, known)
        ),
        worker_at_boot=_worker(AT_BOOT, workload, known, boot, 0.0),
        worker_after_prediction=_worker(
            AFTER_PREDICTION, workload, known, [*boot, *first], _first_request(workload, known)
        ),
    )


def _boot_parts(workload: Workload, known: Costs) -> list[Part]:
    return [
        *_imports(known.closure(workload.at_boot, workload.versions), workload, known),
        *(_loaded(model, workload, known) for model in workload.models if model.at_boot),
    ]


def _first_parts(workload: Workload, known: Costs) -> list[Part]:
    boot = known.closure(workload.at_boot, workload.versions)
    later = known.closure(workload.at_request, workload.versions) - boot
    return [
        *_imports(later, workload, known),
        *(_loaded(model, workload, known) for model in workload.models if not model.at_boot),
        *(_used(model, workload, known) for model in workload.models),
    ]


def _imports(names: Iterable[str], workload: Workload, known: Costs) -> list[Part]:
    return [
        Part(
            f"import of {name}",
            known.libraries[name].cost(workload.versions.get(name, "")).anonymous_bytes,
        )
        for name in sorted(names)
    ]


def _loaded(model: Model, workload: Workload, known: Costs) -> Part:
    cost = known.loader(model.loader, workload.tensorflow)
    largest = model.largest_bytes
    if largest is None:
        largest = round(_LARGEST_SHARE * model.file_bytes)
    value = cost.load_bytes + cost.load_ratio * model.file_bytes + cost.largest_ratio * largest
    return Part(model.name, value)


def _used(model: Model, workload: Workload, known: Costs) -> Part:
    cost = known.loader(model.loader, workload.tensorflow)
    layers = _USUAL_LAYERS if model.layers is None else model.layers
    value = cost.first_bytes + cost.first_ratio * model.file_bytes
    value += cost.first_layer_bytes * layers
    return Part(f"first prediction of {model.name}", value)


def _first_request(workload: Workload, known: Costs) -> float:
    return known.server(workload.serving.kind).request_bytes


def _worker(
    what: str, workload: Workload, known: Costs, parts: list[Part], extra: float
) -> Prediction:
    server = known.server(workload.serving.kind)
    own = Part("Python, Django and the server", server.worker_bytes + extra)
    return _prediction(f"{what}, one worker", [own, *parts], "one worker")


def _tree(
    what: str, workload: Workload, known: Costs, parts: list[Part], extra: float
) -> Prediction:
    serving = workload.serving
    server = known.server(serving.kind)
    if serving.preload:
        own = server.master_bytes + server.worker_bytes + extra
        once = [Part("Python, Django and the server", own), *parts]
        forked = Part(f"{_workers(serving.workers)}, forked", serving.workers * server.forked_bytes)
        return _prediction(what, [*once, forked], f"{_workers(serving.workers)} after --preload")
    each = [Part("Python, Django and the server", server.worker_bytes + extra), *parts]
    all_of_them = [Part(part.name, part.value * serving.workers) for part in each]
    if server.master_bytes:
        all_of_them.append(Part("the process that watches the workers", server.master_bytes))
    return _prediction(what, all_of_them, _workers(serving.workers))


def _prediction(what: str, parts: list[Part], whose: str) -> Prediction:
    value = sum(part.value for part in parts)
    return Prediction(
        what,
        value,
        low=value * (1 - SPREAD_RATIO),
        high=value * (1 + SPREAD_RATIO),
        unit="bytes",
        basis=f"{whose}; measured imports and models, added up",
        parts=largest_first(parts),
    )


def _workers(count: int) -> str:
    return "one worker" if count == 1 else f"{count} workers"
