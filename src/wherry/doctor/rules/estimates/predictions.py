"""All that is predicted of a project, beside the host's limits: what a report shows in any case."""

from dataclasses import dataclass
from typing import Any

from wherry.doctor.rule import Context
from wherry.doctor.rules.estimates import slug
from wherry.doctor.rules.estimates.workloads import situation
from wherry.estimate.boot import predict_boot
from wherry.estimate.memory import predict_memory
from wherry.estimate.prediction import Prediction
from wherry.estimate.slug import SlugPrediction
from wherry.estimate.threads import predict_threads
from wherry.project.host_python import uses_image


@dataclass(frozen=True, slots=True)
class Against:
    """A prediction and what the host allows.

    Attributes:
        limit: In the prediction's unit; None where the host sets none, or none is known.
    """

    prediction: Prediction
    limit: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {**self.prediction.to_dict(), "limit": self.limit}


@dataclass(frozen=True, slots=True)
class Predictions:
    """What is predicted.

    Attributes:
        slug: With the sizes that other levels of gzip would give; None where an image is built.
        process: Memory at boot and after the first prediction, time to load, threads; () where
            nothing says how the app is started.
    """

    slug: SlugPrediction | None
    slug_limit_bytes: float | None
    process: tuple[Against, ...]

    @property
    def each(self) -> tuple[Against, ...]:
        """All of them, the slug first."""
        if self.slug is None:
            return self.process
        return (Against(self.slug.prediction, self.slug_limit_bytes), *self.process)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON says of them."""
        return {
            "slug": None
            if self.slug is None
            else {**self.slug.to_dict(), "limit": self.slug_limit_bytes},
            "process": [one.to_dict() for one in self.process],
        }


def predict(context: Context) -> Predictions:
    """Predict everything that the project's files allow to be predicted."""
    target = context.target
    in_image = uses_image(context.project, target.platform.name)
    return Predictions(
        slug=None if in_image else slug.prediction(context),
        slug_limit_bytes=target.number("slug_limit_bytes"),
        process=_process(context),
    )


def _process(context: Context) -> tuple[Against, ...]:
    now = situation(context)
    if now is None:
        return ()
    target = context.target
    memory = predict_memory(now.workload)
    return (
        Against(memory.at_boot, target.memory_bytes),
        Against(memory.after_prediction, target.memory_bytes),
        Against(predict_boot(now.workload), target.number("boot_timeout_s")),
        Against(predict_threads(now.workload), target.number("max_processes")),
    )
