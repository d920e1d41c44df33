"""How many processes and threads there will be, which small dynos limit."""

from typing import Final

from wherry.estimate.libraries import costs
from wherry.estimate.prediction import Part, Prediction, largest_first
from wherry.estimate.workload import Workload

WHAT: Final = "processes and threads"
# The pools were measured with one and two processors; what they are with eight is drawn out.
_SPREAD_RATIO: Final = 0.35


def predict_threads(workload: Workload) -> Prediction:
    """Predict the processes and threads once every worker has answered with every model."""
    known = costs()
    serving, cpus = workload.serving, workload.cpus
    parts = [Part("request threads", float(max(1, serving.threads)))]
    for name in sorted(known.closure(workload.at_boot | workload.at_request, workload.versions)):
        cost = known.libraries[name].cost(workload.versions.get(name, ""))
        parts.append(Part(f"pools of {name}", cost.threads + cost.threads_per_cpu * cpus))
    for loader in sorted({model.loader for model in workload.models}):
        use = known.loader(loader, workload.tensorflow)
        started = use.first_threads + use.first_threads_per_cpu * cpus
        parts.append(Part(f"pools of {loader.value} models", started))
    everywhere = [Part(part.name, part.value * serving.workers) for part in parts if part.value]
    everywhere.append(Part("the server itself", known.server(serving.kind).threads))
    value = sum(part.value for part in everywhere)
    return Prediction(
        WHAT,
        value,
        low=value * (1 - _SPREAD_RATIO),
        high=value * (1 + _SPREAD_RATIO),
        unit="",
        basis=f"{serving.workers} workers, pools for {cpus:g} processors",
        parts=largest_first(everywhere),
    )
