"""How large the compressed slug becomes: what is installed, its bytecode, the interpreter, the app.

A wheel is a zip: each of its files has been through the same deflate that gzip uses, one by one.
The slug is one stream, so that small files fare better in it, each file costs a header, and the
installer adds the bytecode of every module. The coefficients for these say how much; they were
fitted on real slugs (``benchmarks/slug``).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from wherry.estimate.prediction import Part, Prediction, largest_first
from wherry.estimate.slug_coefficients import Coefficients, Python, coefficients
from wherry.estimate.wheels.contents import Contents, Kind
from wherry.estimate.wheels.package import Knowledge, Package

WHAT: Final = "compressed slug"


@dataclass(frozen=True, slots=True)
class SlugPrediction:
    """The slug as gzip -6 makes it, which Heroku is assumed to use, and what other levels would.

    Attributes:
        fastest_bytes: With gzip -1.
        smallest_bytes: With gzip -9.
        unknown: Packages of which nothing is known but the name.
    """

    prediction: Prediction
    fastest_bytes: float
    smallest_bytes: float
    unknown: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON says of it."""
        return {
            **self.prediction.to_dict(),
            "gzip_1_bytes": self.fastest_bytes,
            "gzip_9_bytes": self.smallest_bytes,
            "unknown": list(self.unknown),
        }


def predict_slug(
    packages: Sequence[Package], python: Python, app: Contents | None = None
) -> SlugPrediction:
    """Predict the slug of an app with these packages on that Python.

    ``app`` is what the project itself adds, as its files lie there (deflated sizes are not
    looked at). What a buildpack for system packages adds is not counted.
    """
    known = coefficients(python)
    parts = [Part(_title(package), package_bytes(package, known)) for package in packages]
    spreads = [
        part.value * known.spread(package.knowledge)
        for part, package in zip(parts, packages, strict=True)
    ]
    addends = [*parts, Part(f"Python {python[0]}.{python[1]}", known.interpreter_bytes)]
    if app is not None:
        addends.append(Part("the project itself", app_bytes(app, known)))
    value = sum(part.value for part in addends)
    # What is wrong with the coefficients is wrong for all of them; the rest partly cancels.
    spread = known.common_spread_ratio * value + math.hypot(*spreads)
    unknown = tuple(item.name for item in packages if item.knowledge is Knowledge.NOTHING)
    ahead = len(unknown) * known.unknown_high_bytes
    prediction = Prediction(
        WHAT,
        value,
        low=max(0.0, value - spread),
        high=value + spread + ahead,
        unit="bytes",
        basis=_basis(packages),
        parts=largest_first(addends),
    )
    return SlugPrediction(
        prediction,
        fastest_bytes=value * known.fastest_ratio,
        smallest_bytes=value * known.smallest_ratio,
        unknown=unknown,
    )


def package_bytes(package: Package, known: Coefficients) -> float:
    """Return what one package adds to the slug."""
    if package.contents is not None:
        return contents_bytes(package.contents, known)
    if package.wheel_bytes is not None:
        return package.wheel_bytes * known.wheel_ratio
    return known.unknown_bytes


def contents_bytes(inside: Contents, known: Coefficients) -> float:
    """Return what an installed wheel adds, bytecode included."""
    files = sum(
        known.deflated_ratio[kind] * inside.of(kind).deflated_bytes
        - known.shared_bytes.get(kind, 0.0) * inside.of(kind).count
        for kind in Kind
    )
    return max(0.0, files) + known.bytecode_ratio * inside.of(Kind.PYTHON).deflated_bytes


def app_bytes(app: Contents, known: Coefficients) -> float:
    """Return what the project's own files add; its source is compiled at the first import."""
    return sum(known.raw_ratio[kind] * app.of(kind).raw_bytes for kind in Kind)


def _title(package: Package) -> str:
    return f"{package.name} {package.version}".rstrip()


def _basis(packages: Sequence[Package]) -> str:
    counts = {
        knowledge: sum(package.knowledge is knowledge for package in packages)
        for knowledge in Knowledge
    }
    told = [f"{count} by {knowledge.value}" for knowledge, count in counts.items() if count]
    if not told:
        return "the interpreter and the project's files"
    return f"{_packages(len(packages))}: {', '.join(told)}; gzip -6 assumed"


def _packages(count: int) -> str:
    return "1 package" if count == 1 else f"{count} packages"
