"""When the build runs Django's collectstatic, and with which manage.py.

Source: bin/steps/collectstatic of heroku/heroku-buildpack-python v351; src/django.rs of
heroku/buildpacks-python v6.5.6 for Fir.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from wherry.buildrules.refusal import Caution, Refusal

SWITCH: Final = "DISABLE_COLLECTSTATIC"
FILE_SWITCH: Final = ".heroku/collectstatic_disabled"
_DEEPEST: Final = 3
# What collectstatic prints for every file is left out of the log.
DROPPED: Final = r"^(?:Post-processed|Copying).*|^$"


@dataclass(frozen=True, slots=True)
class Collecting:
    """Whether and how collectstatic runs.

    Attributes:
        manage: The manage.py that runs it; "" where it does not run.
        line: What the log says; "" for nothing.
        cautions: What the buildpack warns of.
    """

    manage: str
    line: str
    cautions: tuple[Caution, ...] = ()


def plan(
    paths: Iterable[str], variables: Mapping[str, str], *, django: bool, fir: bool = False
) -> Collecting:
    """Return whether collectstatic runs.

    Args:
        paths: The files of the app.
        variables: The config vars.
        django: Whether Django was installed.
        fir: Whether it is Fir's buildpack, which looks at the root only.
    """
    names = set(paths)
    if FILE_SWITCH in names:
        caution = Caution(
            ("Warning: The .heroku/collectstatic_disabled file is deprecated.",),
            "collectstatic-disabled",
        )
        line = f"Skipping Django collectstatic since the file '{FILE_SWITCH}' exists."
        return Collecting("", line, (caution,))
    if variables.get(SWITCH, "0") != "0":
        line = f"Skipping Django collectstatic since the env var {SWITCH} is set."
        return Collecting("", line)
    if not django:
        return Collecting("", "")
    manage = find_manage(names, deepest=1 if fir else _DEEPEST)
    if not manage:
        return Collecting("", "Skipping Django collectstatic since no manage.py file found.")
    return Collecting(manage, f"$ python {manage} collectstatic --noinput")


def find_manage(paths: Iterable[str], *, deepest: int = _DEEPEST) -> str:
    """Return the manage.py nearest to the root, and first by name; "" where there is none."""
    found = [
        path
        for path in paths
        if path.rpartition("/")[2] == "manage.py" and path.count("/") < deepest
    ]
    return min(found, key=lambda path: (path.count("/"), path), default="")


def failed(manage: str) -> Refusal:
    """Return what is said where collectstatic failed."""
    return Refusal(
        (
            "Error: Unable to generate Django static files.",
            "",
            f"The 'python {manage} collectstatic --noinput' Django",
            "management command to generate static files failed.",
            "",
            "See the traceback above for details.",
            "",
            "Mend what it says, or switch it off:",
            "",
            "   $ heroku config:set DISABLE_COLLECTSTATIC=1",
        ),
        "collectstatic-fails",
        "collectstatic-other",
        (manage,),
    )
