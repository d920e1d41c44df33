"""The file that says which Python is wanted."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_HEROKU = frozenset(("heroku", "dokku"))
_WHICH = Check(
    "The build log names the version that it uses:",
    ("git push heroku main",),
)

CAUSES: Final = (
    Cause(
        code="WH113",
        name="python-version-bad-format",
        title="The Python version file is not in the form that is read",
        severity=Severity.ERROR,
        why="`.python-version` holds one line like 3.12 or 3.12.14: no `python-`, no quotes, no "
        "`3.12.*`, no virtual environment's name, UTF-8 without a byte-order mark. `runtime.txt` "
        "is the other way round and needs `python-3.12`. {found|What is there} is neither.",
        looks_like=(
            " !     Error: Invalid Python version in .python-version.",
            " !     Error: Unable to read .python-version.",
            " !     Error: No Python version found in .python-version.",
            " !     Error: Multiple Python versions found in .python-version.",
            " !     Error: Invalid Python version in runtime.txt.",
        ),
        platforms=_HEROKU,
        remedies=(
            edit("Write the version, and nothing else.", ".python-version", "{pin_python|3.12}"),
            run(
                "If the file came out of PowerShell as UTF-16, write it anew.",
                "printf '3.12\\n' > .python-version",
            ),
        ),
        check=Check("The file is one line of plain text:", ("file .python-version",)),
        sources=(sources.BUILDPACK_PYTHON, sources.PROJECTS),
        related=("python-version-file-misspelled", "runtime-not-available"),
    ),
    Cause(
        code="WH115",
        name="python-version-file-misspelled",
        title="The Python version file's name is misspelled",
        severity=Severity.ERROR,
        why="The buildpack looks for `.python-version`, and stops where it finds {file|a file} "
        "whose name is only nearly that, since the version in it would silently be ignored.",
        looks_like=(" !     Error: Your .python-version file is spelled incorrectly.",),
        platforms=_HEROKU,
        remedies=(run("Rename it.", "git mv {file|.python_version} .python-version"),),
        check=Check("The right name is tracked by git:", ("git ls-files .python-version",)),
        sources=(sources.BUILDPACK_PYTHON,),
        related=("python-version-bad-format", "python-unpinned"),
    ),
    Cause(
        code="WH116",
        name="runtime-txt-deprecated",
        title="runtime.txt is no longer the place for the Python version",
        severity=Severity.WARNING,
        why="The classic Heroku buildpack still reads runtime.txt, with a warning. It is an error "
        "beside uv.lock and on Fir, and overrides a `.python-version` that somebody else may be "
        "editing. Other hosts do not read it at all.",
        looks_like=(
            " !     Warning: The runtime.txt file is deprecated.",
            " !     Error: The runtime.txt file isn't supported when using uv.",
            "Error: The runtime.txt file isn't supported",
        ),
        platforms=_HEROKU,
        remedies=(
            edit(
                "Move the version, without `python-`, to the other file.",
                ".python-version",
                "{pin_python|3.12}",
                "git rm runtime.txt",
            ),
        ),
        check=_WHICH,
        sources=(sources.BUILDPACK_PYTHON, sources.CNB),
        related=("python-version-bad-format",),
    ),
)
