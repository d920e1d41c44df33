"""TensorFlow, which takes much of a small host's memory, for nothing but predictions."""

from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, usage
from wherry.doctor.rules.estimates.workloads import situation
from wherry.estimate.memory import predict_memory
from wherry.findings import Finding
from wherry.project.code.loads import Library, ModelLoad

# What a light runtime can take the place of; weights alone and pretrained networks need code.
_CONVERTIBLE: Final = frozenset((Library.KERAS, Library.SAVED_MODEL))
_TENSORFLOW: Final = frozenset(("tensorflow", "tensorflow-cpu", "tensorflow-intel"))
_TRAINS: Final = (".fit(", ".fit_generator(", ".train_on_batch(", "GradientTape")
# From here on it decides whether there is room for anything else: a second worker, an upload.
_MUCH_RATIO: Final = 1 / 3


def _check(context: Context) -> Iterator[Finding]:
    quota = context.target.memory_bytes
    now = situation(context)
    if quota is None or now is None or not _TENSORFLOW & set(now.workload.versions):
        return
    loads = [load for load in now.loads if load.library is not Library.KERAS_JSON]
    if not loads or not all(_is_convertible(load) for load in loads):
        return
    if any(True for _ in usage.sources(context, *_TRAINS)):
        return
    alone = predict_memory(now.workload).worker_after_prediction
    if alone.value > quota * _MUCH_RATIO:
        yield found(
            "tensorflow-only-for-inference",
            *(places.of_load(load) for load in loads),
            severity=Severity.NOTE,
            values={"code_file": loads[0].path},
            evidence=(alone.evidence(quota),),
        )


def _is_convertible(load: ModelLoad) -> bool:
    return load.library in _CONVERTIBLE


RULE: Final = Rule("tensorflow-for-predictions", ("tensorflow-only-for-inference",), _check)
