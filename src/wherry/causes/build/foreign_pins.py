"""Requirements that only another machine can install."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_DRY_RUN: Final = "uv pip compile {requirements|requirements.txt} --python-platform linux"

CAUSES: Final = (
    Cause(
        code="WH131",
        name="windows-only-pin",
        aliases=("windows-only-dependency",),
        title="{pin|A package} exists for Windows only",
        severity=Severity.ERROR,
        why="A `pip freeze` from Windows also lists what only Windows needs: pywin32, pypiwin32, "
        "tensorflow-intel, pywinpty, twisted-iocpsupport, win-unicode-console. On Linux there is "
        "no file of it that could be installed.",
        looks_like=(
            (
                "ERROR: Could not find a version that satisfies the requirement "
                "pywin32==304 (from versions: none)"
            ),
            "ERROR: No matching distribution found for tensorflow-intel==2.11.0",
        ),
        remedies=(
            edit(
                "Remove the line; what needs it on Windows brings it along there.",
                "{requirements|requirements.txt}",
                "# {pin|pywin32==304} removed: Windows only",
            ),
            edit(
                "If your own code imports it, keep it for Windows.",
                "{requirements|requirements.txt}",
                '{pin|pywin32==304} ; sys_platform == "win32"',
            ),
        ),
        check=Check("The list resolves for Linux:", (_DRY_RUN,)),
        sources=(sources.LOGS, sources.PROJECTS),
        related=("conda-file-pin", "package-not-found", "pip-freeze-bloat"),
    ),
    Cause(
        code="WH132",
        name="conda-file-pin",
        title="{file|The requirements file} points into conda's build folders",
        severity=Severity.ERROR,
        why="`pip freeze` inside a conda environment writes `name @ file:///...` for what conda "
        "built, a folder on the machine of whoever built it, not on the host. conda's own "
        "export format (`name=1.0=py39_0`) is no more use to pip.",
        looks_like=(
            "Processing /home/conda/feedstock_root/build_artifacts/certifi_1655906961/work/certifi",
            (
                "ERROR: Could not install packages due to an OSError: [Errno 2] "
                "No such file or directory: '/croot/absl-py_1666362945/work'"
            ),
        ),
        remedies=(
            run(
                "Write the list without the paths.",
                "pip list --format=freeze > {requirements|requirements.txt}",
            ),
            edit(
                "Or turn each such line into a pin by hand.",
                "{requirements|requirements.txt}",
                "{pin|certifi==2024.8.30}",
            ),
        ),
        check=Check("No path is left:", ("grep -n '@ file:' {requirements|requirements.txt}",)),
        sources=(sources.PIP_REQUIREMENTS, sources.LOGS),
        related=("windows-only-pin", "pip-freeze-bloat"),
    ),
    Cause(
        code="WH138",
        name="wheel-platform-mismatch",
        title="A wheel is named by its address, and is for another Python or machine",
        severity=Severity.ERROR,
        why="A wheel's file name says what it runs on: cp38 is Python 3.8, macosx and win are not "
        "Linux. {wheel|This one} does not fit the host, and an address leaves pip no choice.",
        looks_like=(
            (
                "ERROR: tensorflow-2.4.0-cp38-cp38-manylinux2010_x86_64.whl is "
                "not a supported wheel on this platform."
            ),
        ),
        remedies=(
            edit(
                "Depend on it by name and version; pip finds the fitting wheel.",
                "{requirements|requirements.txt}",
                "{pin|tensorflow-cpu==2.20.0}",
            ),
            edit(
                "Or pin the Python that the wheel is for, where the host still has it.",
                ".python-version",
                "{pin_python|3.11}",
            ),
        ),
        check=Check("The list resolves for the host:", (_DRY_RUN,)),
        sources=(sources.LOGS, sources.MANYLINUX),
        related=("tf-no-wheel-for-python", "tf-no-wheel-for-platform"),
    ),
)
