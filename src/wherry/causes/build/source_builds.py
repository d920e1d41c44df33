"""Packages that have no wheel here and do not build."""

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
        code="WH143",
        name="sdist-build-python-too-new",
        title="{pin|A pin} has no wheel for this Python, and its source does not build on it",
        severity=Severity.ERROR,
        why="Where no wheel fits, pip downloads the source and builds it. The release is older "
        "than the Python: it asks for what was removed since (distutils, imp, pkgutil.ImpImporter, "
        "parts of the C interface) and fails, after minutes of compiling or at once.",
        looks_like=(
            "  Downloading numpy-1.19.5.zip (7.3 MB)",
            "  Preparing metadata (pyproject.toml): finished with status 'error'",
            (
                "AttributeError: module 'pkgutil' has no attribute "
                "'ImpImporter'. Did you mean: 'zipimporter'?"
            ),
            "ModuleNotFoundError: No module named 'distutils'",
            "error: metadata-generation-failed",
        ),
        remedies=(
            _REPAIR,
            edit(
                "Move the pin to a release with a wheel for this Python.",
                "{requirements|requirements.txt}",
                "{replacement|numpy==2.3.5}",
            ),
            edit(
                "Or pin the newest Python that the release has a wheel for, if the host builds it.",
                ".python-version",
                "{pin_python|3.11}",
            ),
        ),
        check=_RESOLVES,
        sources=(sources.LOGS, sources.PYTHON_312, sources.PROJECTS),
        related=("pins-not-installable", "sdist-needs-old-setuptools", "build-tools-missing"),
    ),
    Cause(
        code="WH147",
        name="psycopg2-needs-pg-config",
        title="psycopg2 is built from source, and PostgreSQL's headers are missing",
        severity=Severity.ERROR,
        why="psycopg2 is published as source only; building it takes a compiler and pg_config. "
        "psycopg2-binary is the same with everything in it, but an old pin of it has no wheel for "
        "a new Python and falls back to the source too.",
        looks_like=(
            "Error: pg_config executable not found.",
            "pg_config is required to build psycopg2 from source.  Please add the directory",
        ),
        remedies=(
            edit(
                "Require the ready-made one, in a release with a wheel for your Python.",
                "{requirements|requirements.txt}",
                "psycopg2-binary==2.9.11",
                pythons="3.9-3.14",
            ),
            edit(
                "Or its successor, which Django 4.2 and later speak.",
                "{requirements|requirements.txt}",
                "psycopg[binary]==3.2.13",
                needs="Django 4.2 or later",
            ),
            edit(
                "Or install what the build needs.",
                "Dockerfile",
                "RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev",
                on="dokku render railway fly cloud-run",
            ),
        ),
        check=_RESOLVES,
        sources=(sources.PSYCOPG, sources.LOGS),
        related=("build-tools-missing", "db-driver-missing"),
    ),
    Cause(
        code="WH149",
        name="build-tools-missing",
        aliases=("gdal-missing",),
        title="{pin|A package} is compiled from source, and a compiler or a header is missing",
        severity=Severity.ERROR,
        why="No wheel fits, so it is built where gcc, make, Rust, or the development files of a "
        "library ({missing|such as GDAL, SQLite or MySQL}) are not installed: slim images have "
        "none of them, Heroku's build image has gcc but not every library.",
        looks_like=(
            "error: command 'gcc' failed: No such file or directory",
            "fatal error: Python.h: No such file or directory",
            " !     Error: Package installation failed since the GDAL library wasn't found.",
            " !     Error: Package installation failed since SQLite headers weren't found.",
            "Exception: Can not find valid pkg-config name.",
        ),
        remedies=(
            edit(
                "Move to a release that has a wheel.",
                "{requirements|requirements.txt}",
                "{replacement|lxml==6.0.2}",
            ),
            edit(
                "Install what it is built with.",
                "Dockerfile",
                "RUN apt-get update && apt-get install -y --no-install-recommends build-essential "
                "{library|default-libmysqlclient-dev} pkg-config",
                on="dokku render railway fly cloud-run",
            ),
            edit(
                "On Heroku, let the apt buildpack bring the library.",
                "Aptfile",
                "{library|libgdal-dev}",
                "heroku buildpacks:add --index 1 heroku-community/apt",
                on="heroku-cedar",
            ),
        ),
        check=_RESOLVES,
        sources=(sources.BUILDPACK_PIP, sources.HEROKU_APT),
        related=("psycopg2-needs-pg-config", "sdist-build-python-too-new", "system-lib-missing"),
    ),
    Cause(
        code="WH150",
        name="sdist-needs-old-setuptools",
        title="{pin|A package}'s source needs an older setuptools, or a package it does not name",
        severity=Severity.ERROR,
        why="The source builds in a fresh environment with today's setuptools, which dropped "
        "use_2to3, pkg_resources and other old ways; and a setup.py that imports numpy or Cython "
        "finds neither there unless the release declares them. The Python is not at fault.",
        looks_like=(
            "error in anyjson setup command: use_2to3 is invalid.",
            "ModuleNotFoundError: No module named 'pkg_resources'",
            "AttributeError: install_layout. Did you mean: 'install_platlib'?",
            "ERROR: Failed to build 'fire' when getting requirements to build wheel",
        ),
        remedies=(
            edit(
                "Move to a release with a wheel.",
                "{requirements|requirements.txt}",
                "{replacement|fire==0.7.1}",
            ),
            edit(
                "Hold setuptools back for builds only.",
                "constraints.txt",
                "setuptools<81",
                "PIP_CONSTRAINT=constraints.txt pip install -r {requirements|requirements.txt}",
                on="dokku render railway fly cloud-run",
            ),
        ),
        check=_RESOLVES,
        sources=(sources.SETUPTOOLS, sources.PIP_CHANGES),
        related=("sdist-build-python-too-new", "gunicorn20-no-pkg-resources"),
    ),
)
