"""What may be asked of a shrink."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wherry.platforms.heroku import DEFAULT_DYNO
from wherry.shrink.candidates import KINDS, Kind
from wherry.shrink.records import Preference
from wherry.shrink.sampling.drawing import Scale


@dataclass(frozen=True, slots=True)
class ShrinkOptions:
    """A model, the bundle that is to become of it, and how.

    Attributes:
        model: The trained model: a file, or a SavedModel's folder.
        bundle: A new or empty folder.
        report: A folder for the report; ``<bundle>.report`` where None.
        name: The bundle's name; its folder's where None.
        version: The bundle's version.
        samples: Where the samples come from (see ``samples.load``); None draws synthetic ones.
        count: At most so many samples; None leaves it to the size of the inputs.
        seed: What draws among samples, and synthetic ones.
        labels: A file of what is right for each sample.
        labels_column: The column or key that labels stand under.
        output: The output whose answers the labels judge; found where None.
        scale: How pictures' numbers are scaled.
        rate_hz: The rate that recordings are brought to.
        class_names: A text file with the name of each class, a line each.
        signature: The signature that is compared and measured.
        with_files: Python files that define the model's custom objects.
        allow_lambda: Whether code inside the model may be run.
        kinds: The candidates to try.
        prefer: What the chosen one is to be best at.
        platform: The dyno that candidates are measured for.
        max_drop: The most accuracy that may be lost, a ratio.
        max_error_ratio: The largest error allowed, of an output's range.
        quick: Measure in one short round, which tells little differences less well.
    """

    model: Path
    bundle: Path
    report: Path | None = None
    name: str | None = None
    version: str = "1"
    samples: str | None = None
    count: int | None = None
    seed: int = 0
    labels: Path | None = None
    labels_column: str | None = None
    output: str | None = None
    scale: Scale | None = None
    rate_hz: int | None = None
    class_names: Path | None = None
    signature: str | None = None
    with_files: tuple[Path, ...] = ()
    allow_lambda: bool = False
    kinds: tuple[Kind, ...] = KINDS
    prefer: Preference = Preference.LATENCY
    platform: str = DEFAULT_DYNO
    max_drop: float | None = None
    max_error_ratio: float | None = None
    quick: bool = False

    @property
    def report_folder(self) -> Path:
        """Where the report goes: beside the bundle, which is the same from run to run."""
        return self.report or self.bundle.with_name(f"{self.bundle.name}.report")

    def stated(self) -> dict[str, Any]:
        """Return the options that bear on the result, as the manifest records them."""
        return {
            "candidates": [kind.name for kind in self.kinds],
            "prefer": self.prefer.value,
            "platform": self.platform,
            "max_drop": self.max_drop,
            "max_error_ratio": self.max_error_ratio,
            "quick": self.quick,
            "samples_at_most": self.count,
            "seed": self.seed,
            "scale": None if self.scale is None else self.scale.value,
            "rate_hz": self.rate_hz,
            "with": [path.name for path in self.with_files],
            "allow_lambda": self.allow_lambda,
        }
