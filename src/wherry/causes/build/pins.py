"""Versions that cannot be installed together, or at all."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_RESOLVES: Final = Check(
    "The list resolves for the host's Python and for Linux:",
    (
        (
            "uv pip compile {requirements|requirements.txt} --python-version "
            "{python|3.12} --python-platform linux --only-binary :all:"
        ),
    ),
)
_REPAIR: Final = run(
    "Let the doctor compute the fewest lines to move, and to what.",
    "wherry doctor --fix --unsafe-fixes --diff",
)

CAUSES: Final = (
    Cause(
        code="WH140",
        name="pins-not-installable",
        title="{pin|A pinned version} cannot be installed on {python:Python *|the host's Python}",
        severity=Severity.ERROR,
        why="A pin names one release, and a release only knows the Pythons of its day: {reason|it "
        "has no file for this one}. This is the commonest reason of all for a failed build, and "
        "seldom alone: pins of one age fail together.",
        looks_like=(
            (
                "ERROR: Could not find a version that satisfies the requirement "
                "scipy==1.4.1 (from versions: 1.9.2, 1.9.3, 1.10.0)"
            ),
            (
                "ERROR: Ignored the following versions that require a different "
                "python version: 1.6.2 Requires-Python >=3.7,<3.10"
            ),
        ),
        remedies=(
            _REPAIR,
            edit(
                "Move this pin to a release that fits.",
                "{requirements|requirements.txt}",
                "{replacement|scipy==1.16.3}",
            ),
            edit(
                "Or go back to a Python that it fits, as long as the host builds it.",
                ".python-version",
                "{pin_python|3.11}",
            ),
        ),
        check=_RESOLVES,
        sources=(sources.PROJECTS, sources.PIP),
        related=(
            "tf-no-wheel-for-python",
            "sdist-build-python-too-new",
            "package-needs-newer-python",
            "python-version-eol",
        ),
    ),
    Cause(
        code="WH144",
        name="package-needs-newer-python",
        title="{pin|A pin} needs a newer Python than {python|the one here}",
        severity=Severity.ERROR,
        why="The release was made after support for this Python had ended: its metadata says so, "
        "and pip passes it over. The list of versions that pip prints ends below the one asked "
        "for.",
        looks_like=(
            (
                "ERROR: Ignored the following versions that require a different "
                "python version: 1.11.0 Requires-Python <3.13,>=3.9"
            ),
            "ERROR: No matching distribution found for scipy==1.11.1",
            "ERROR: Package 'contourpy' requires a different Python: 3.8.18 not in '>=3.9'",
        ),
        remedies=(
            edit("Use a newer Python.", ".python-version", "{pin_python|3.12}"),
            run(
                "On Railway, name it for the builder.",
                "railway variables --set RAILPACK_PYTHON_VERSION=3.12",
                on="railway",
            ),
            edit(
                "Or pin an older release.",
                "{requirements|requirements.txt}",
                "{replacement|scipy==1.10.1}",
                pythons="3.8-3.11",
                needs="a reason for the old Python",
            ),
        ),
        check=_RESOLVES,
        sources=(sources.LOGS, sources.PIP),
        related=("pins-not-installable", "python-version-eol"),
    ),
    Cause(
        code="WH146",
        name="resolution-impossible",
        aliases=("conflicting-pins",),
        title="Pins contradict one another{conflict:: *|}",
        severity=Severity.ERROR,
        why="Each package states which versions of the others it works with. TensorFlow's range "
        "for numpy is the usual one: 2.12 and 2.13 want numpy up to 1.24.3 and "
        "typing-extensions below 4.6, 2.14 to 2.17 want numpy below 2, and everything before 2.12 "
        "wants protobuf below 3.20.",
        looks_like=(
            (
                "ERROR: Cannot install -r requirements.txt (line 4) and "
                "numpy==1.26.4 because these package versions have conflicting "
                "dependencies."
            ),
            "The conflict is caused by:",
            (
                "ERROR: ResolutionImpossible: for help visit "
                "https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts"
            ),
            "  \u00d7 No solution found when resolving dependencies:",
        ),
        remedies=(
            edit(
                "Loosen the pin that you do not care about, and lock what comes out.",
                "{requirements|requirements.txt}",
                "{replacement|numpy<2}",
                "uv pip compile {requirements|requirements.txt} -o requirements.lock.txt",
            ),
            _REPAIR,
            edit(
                "Drop TensorFlow and its demands: serve the model on a light runtime.",
                "{requirements|requirements.txt}",
                "wherry[litert,serve]",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
                pythons="3.12-3.14",
            ),
        ),
        check=_RESOLVES,
        sources=(sources.PIP, sources.TF_TABLE, sources.LOGS, sources.PROJECTS),
        related=("pins-not-installable", "protobuf-too-new", "numpy2-abi"),
    ),
    Cause(
        code="WH148",
        name="invalid-metadata",
        aliases=("broken-metadata",),
        title="{pin|A pinned release} has metadata that today's pip refuses",
        severity=Severity.ERROR,
        why="Since 24.1 pip no longer accepts versions and requirements that break the standard, "
        "such as `>=2.0.*` or `pytz>dev`, in a release's own metadata. uv mends the commonest of "
        "them, so that a list resolves on your machine and fails on the host.",
        looks_like=(
            "WARNING: Ignoring version 4.4.2 of celery since it has invalid metadata:",
            "Please use pip<24.1 if you need to use this version.",
            " !     Error: One of your dependencies contains broken metadata.",
        ),
        remedies=(
            edit(
                "Move to a release without the mistake.",
                "{requirements|requirements.txt}",
                "{replacement|celery==5.5.3}",
            ),
        ),
        check=Check(
            "pip itself accepts it:",
            (("pip install --dry-run -r {requirements|requirements.txt}"),),
        ),
        sources=(sources.PIP_CHANGES, sources.BUILDPACK_PIP),
        related=("pins-not-installable", "resolution-impossible"),
    ),
)
