"""``wherry explain`` on logs."""

import tomllib
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.scores import Outcome, Wanted, judge
from wherry.causes.cause import Stage
from wherry.explain.explain import explain
from wherry.findings import LogSpan, Role

FOLDER = Path(__file__).parents[2] / "tests" / "cases" / "logs"
OUTSIDE = "(outside the catalogue)"


def names() -> list[str]:
    """Return the names of all logs."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def examine(name: str) -> Outcome:
    """Read the log, and compare."""
    expected: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    with (FOLDER / f"{name}.log").open("rb") as stream:
        told = explain(stream)
    told_of = [item for item in told.findings if item.role is not Role.NOISE]
    # A cause outside Wherry's scope says that something failed, and quotes it, as "outside" does.
    beyond = [item for item in told_of if item.cause.stage is Stage.OUTSIDE]
    spans = [*told.outside, *(span for item in beyond for span in item.where)]
    quotes = [quote for span in spans if isinstance(span, LogSpan) for quote in span.quotes]
    said = [item.cause.name for item in told_of]
    # What is also acceptable may stand in the place of what is expected, or beside it.
    others = tuple(expected.get("also_acceptable", ()))
    wanted = [Wanted((cause, *others)) for cause in expected["expected"]]
    line = expected.get("outside")
    if line:
        wanted.append(Wanted((OUTSIDE, *others)))
        said = [OUTSIDE] * any(line in quote for quote in quotes) + [
            name for name in said if name not in {item.cause.name for item in beyond}
        ]
    elif told.outside:
        said.append(OUTSIDE)
    acceptable = {
        *expected.get("consequences", ()),
        *expected.get("noise", ()),
    }
    return judge(name, wanted, said, acceptable)
