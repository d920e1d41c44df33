"""The buildpack's own commands, and the versions of the tools that it runs them with.

Source: lib/pip.sh, lib/pipenv.sh, lib/poetry.sh and lib/uv.sh of heroku/heroku-buildpack-python
v351.
"""

import re
from dataclasses import dataclass
from typing import Final

from wherry.buildrules.refusal import Refusal
from wherry.platforms import hosts

_LAST_WITH_SETUPTOOLS: Final = (3, 12)
_VERSION: Final = re.compile(r"[0-9][0-9a-zA-Z.]{0,30}")


@dataclass(frozen=True, slots=True)
class Install:
    """How a manager installs.

    Attributes:
        shown: The words that the log shows.
        hidden: The words that follow them.
        dropped: What is left out of its output: a pattern for whole lines.
    """

    shown: tuple[str, ...]
    hidden: tuple[str, ...]
    dropped: str = ""

    @property
    def line(self) -> str:
        """What the log says before it runs."""
        return f"Installing dependencies using '{' '.join(self.shown)}'"


_INSTALLS: Final = {
    "pip": Install(
        ("pip", "install", "-r", "requirements.txt"),
        (
            *("--disable-pip-version-check", "--exists-action=w", "--no-cache-dir", "--no-input"),
            *("--progress-bar", "off", "--src={python}/src"),
        ),
        r"Requirement already satisfied",
    ),
    "pipenv": Install(
        ("pipenv", "install", "--deploy"),
        ("--extra-pip-args=--src={python}/src", "--system"),
    ),
    "poetry": Install(
        ("poetry", "sync", "--only", "main"),
        ("--compile", "--no-ansi", "--no-interaction"),
        r"Skipping virtualenv creation",
    ),
    "uv": Install(
        ("uv", "sync", "--locked", "--no-default-groups"),
        ("--color", "never", "--compile-bytecode", "--no-progress"),
    ),
}


def install_of(manager: str) -> Install:
    """Return how a package manager installs."""
    return _INSTALLS[manager]


def tool_version(manager: str) -> str:
    """Return the version of a package manager that the buildpack brings."""
    # Dokku builds with the same buildpack, and its facts do not repeat these.
    fact = hosts.get("heroku").fact(f"{manager}_version")
    found = _VERSION.fullmatch(str(fact.value))
    return found[0] if found else ""


def setuptools_version(python: tuple[int, int]) -> str | None:
    """Return the setuptools that is there before anything is installed; None on newer Pythons."""
    if python > _LAST_WITH_SETUPTOOLS:
        return None
    return str(hosts.get("heroku").fact("setuptools_preinstalled").value)


def failed(title: str, manager: str) -> Refusal:
    """Return what is said where the dependencies could not be installed."""
    return Refusal(
        (
            f"Error: Unable to install dependencies using {title}.",
            "",
            "See the log output above for more information.",
        ),
        "",
        f"install-dependencies::{manager}",
    )


_KNOWN: Final = (
    (
        "Could not find gdal-config",
        "Error: Package installation failed since the GDAL library wasn't found.",
        "system-lib-missing",
    ),
    (
        "sqlite3.h: No such file or directory",
        "Error: Package installation failed since SQLite headers weren't found.",
        "build-tools-missing",
    ),
    (
        "Please use pip<24.1 if you need to use this version",
        "Error: One of your dependencies contains broken metadata.",
        "invalid-metadata",
    ),
)


def recognised(output: str) -> Refusal | None:
    """Return what the buildpack adds where it knows what an installer's output means."""
    for pattern, line, cause in _KNOWN:
        if pattern in output:
            return Refusal((line,), cause, "install-dependencies::known")
    return None
