"""The interpreter here is not the Python that the host will run."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.findings import Evidence, FileSpan, Finding, How

CAUSE: Final = "environment-differs"


def _check(context: Context) -> Iterator[Finding]:
    environment, python = context.environment, context.python
    if environment is None or python is None or environment.python[:2] == python:
        return
    here = ".".join(map(str, environment.python[:2]))
    there = f"{python[0]}.{python[1]}"
    asked = context.project.python_version.where
    yield found(
        CAUSE,
        asked or FileSpan(context.project.at_base(".python-version")),
        values={
            "what": f"Python {here} here, {there} there",
            "here": f"Python {here}",
            "there": f"Python {there}",
            "file": asked.path if asked else ".python-version",
            "replacement": here,
            "python": there,
        },
        evidence=(
            Evidence("Python here", ".".join(map(str, environment.python)), How.READ),
            Evidence("Python there", there if asked else f"{there}, its default", How.READ),
        ),
    )


PYTHON_DIFFERS: Final = Rule("python-here-differs", (CAUSE,), _check)
