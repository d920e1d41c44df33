"""Dependency files that cannot be read."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_DRY_RUN: Final = "uv pip compile {requirements|requirements.txt} --python-platform linux"

CAUSES: Final = (
    Cause(
        code="WH130",
        name="requirements-utf16",
        aliases=("utf16-requirements",),
        title="{file|The requirements file} is UTF-16, not UTF-8",
        severity=Severity.ERROR,
        why="PowerShell's `>` writes UTF-16: two bytes for each letter. With a byte-order mark "
        "pip and uv still read it; without one, every name holds zero bytes and the build stops. "
        "git treats the file as binary and shows no differences in either case.",
        looks_like=(
            "ERROR: Invalid requirement: 'a\\x00b\\x00s\\x00l\\x00-\\x00p\\x00y\\x00=\\x00=\\x00'",
            (
                "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in "
                "position 0: invalid start byte"
            ),
        ),
        remedies=(
            run(
                "Write it again as UTF-8.",
                "iconv -f UTF-16 -t UTF-8 {requirements|requirements.txt} -o requirements.utf8",
                "mv requirements.utf8 {requirements|requirements.txt}",
            ),
            run(
                "In PowerShell, name the encoding whenever you write it.",
                "pip freeze | Out-File -Encoding utf8 {requirements|requirements.txt}",
            ),
        ),
        check=Check("It is plain text:", ("file {requirements|requirements.txt}",)),
        sources=(sources.PIP_REQUIREMENTS, sources.LOGS, sources.PROJECTS),
        related=("requirements-syntax", "pip-freeze-bloat"),
    ),
    Cause(
        code="WH133",
        name="requirements-syntax",
        title="A line of {file|the requirements file} is not a requirement",
        severity=Severity.ERROR,
        why="pip stops at the first line that it cannot read: {line|a single = instead of ==, a "
        "`pip install` in front, a name with a blank, a comment without #, prose, or the marks of "
        "an unfinished merge}.",
        looks_like=(
            "ERROR: Invalid requirement: 'django=4.2' (from line 3 of requirements.txt)",
            "Hint: = is not a valid operator. Did you mean == ?",
            "error: Couldn't parse requirement in `requirements.txt` at position 22",
        ),
        remedies=(
            edit(
                "Write it as pip reads it.",
                "{requirements|requirements.txt}",
                "{pin|django==5.2.8}",
            ),
        ),
        check=Check("Every line is read:", (_DRY_RUN,)),
        sources=(sources.PIP_REQUIREMENTS,),
        related=("requirements-utf16", "requirements-include-missing"),
    ),
    Cause(
        code="WH158",
        name="requirement-not-imported",
        title="{names|A heavy package}: required, and imported by nothing here",
        severity=Severity.NOTE,
        why="Every build installs it and every slug carries it: tens of megabytes, more to "
        "download, and one more pin that may not install or may conflict with another. No Python "
        "file of the project imports it, and nothing else in the list needs it.",
        remedies=(
            edit(
                "Take {names|it} out, or move it to a list of its own for notebooks and training.",
                "requirements-dev.txt",
                "{names|matplotlib}",
            ),
        ),
        check=Check("In a fresh environment, it still starts:", ("python manage.py check",)),
        sources=(sources.PROJECTS,),
        related=("pip-freeze-bloat", "slug-too-large"),
    ),
    Cause(
        code="WH134",
        name="requirements-include-missing",
        title="{file|The requirements file} refers to a file that is not pushed",
        severity=Severity.ERROR,
        why="`-r`, `-c`, `-e` and paths to wheels are looked up beside the file that names them. "
        "{target|The other file} is not in git, is ignored, or is on your machine only.",
        looks_like=(
            (
                "ERROR: Could not open requirements file: [Errno 2] No such "
                "file or directory: 'requirements/base.txt'"
            ),
            (
                "ERROR: Invalid requirement: "
                "'./wheels/tensorflow-2.4.0-cp38-cp38-linux_x86_64.whl': "
                "Expected package name at the start of dependency specifier"
            ),
            (
                "WARNING: Requirement './wheels/x.whl' looks like a filename, "
                "but the file does not exist"
            ),
        ),
        remedies=(
            run("Commit it.", "git add --force {target|requirements/base.txt}"),
            edit(
                "Or depend on the published package by its name.",
                "{requirements|requirements.txt}",
                "{pin|tensorflow-cpu==2.20.0}",
            ),
        ),
        check=Check("git tracks it:", ("git ls-files {target|requirements}",)),
        sources=(sources.PIP_REQUIREMENTS,),
        related=("wheel-platform-mismatch", "conda-file-pin"),
    ),
    Cause(
        code="WH139",
        name="requirements-hash-mismatch",
        title="A downloaded file does not have the hash that {file|the requirements file} demands",
        severity=Severity.ERROR,
        why="One hash in the file turns on the check for all: every line needs one, and every "
        "kind of wheel that may be chosen must be listed. A list hashed on macOS or Windows knows "
        "nothing of the Linux wheel.",
        looks_like=(
            (
                "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE "
                "REQUIREMENTS FILE. If you have updated the package versions, "
                "please update the hashes."
            ),
            (
                "ERROR: Hashes are required in --require-hashes mode, but they "
                "are missing from some requirements."
            ),
        ),
        remedies=(
            run(
                "Write the hashes of every file of each release.",
                "uv pip compile --generate-hashes requirements.in -o "
                "{requirements|requirements.txt}",
            ),
        ),
        check=Check(
            "It installs with the check on:",
            (("pip install --require-hashes -r {requirements|requirements.txt}"),),
        ),
        sources=(sources.PIP_REQUIREMENTS,),
        related=("lockfile-out-of-date", "private-dependency-unreachable"),
    ),
)
