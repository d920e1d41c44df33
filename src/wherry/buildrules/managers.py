"""The package manager: exactly one of four files chooses it.

Source: lib/package_manager.sh of heroku/heroku-buildpack-python v351, and src/package_manager.rs
of heroku/buildpacks-python v6.5.6 for Fir.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from wherry.buildrules.listing import Listing
from wherry.buildrules.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Manager:
    """A package manager that the buildpack knows.

    Attributes:
        name: ``pip``.
        title: As the log writes it: ``Pipenv``.
        file: The file at the root that chooses it.
    """

    name: str
    title: str
    file: str


# In the order in which the buildpack names them.
MANAGERS: Final = (
    Manager("pipenv", "Pipenv", "Pipfile.lock"),
    Manager("pip", "pip", "requirements.txt"),
    Manager("poetry", "Poetry", "poetry.lock"),
    Manager("uv", "uv", "uv.lock"),
)
FILES: Final = {manager.name: manager.file for manager in MANAGERS}


def known(*, fir: bool) -> tuple[Manager, ...]:
    """Return the managers of a generation: Fir's buildpack knows no Pipenv."""
    return tuple(manager for manager in MANAGERS if not (fir and manager.name == "pipenv"))


def present(names: Collection[str], *, fir: bool = False) -> tuple[Manager, ...]:
    """Return the managers whose files are among the names at the root, in the buildpack's order."""
    return tuple(manager for manager in known(fir=fir) if manager.file in names)


def choose(listing: Listing, *, fir: bool = False) -> Manager | Refusal:
    """Return the one package manager, or why the buildpack takes none."""
    found = present(listing.paths, fir=fir)
    if not fir and listing.has("Pipfile") and not listing.has("Pipfile.lock"):
        return Refusal(
            (
                "Error: No 'Pipfile.lock' found!",
                "",
                "A Pipfile is there, and no lock that belongs to it.",
                "Run 'pipenv lock', and commit the Pipfile.lock that it writes.",
            ),
            "pipfile-without-lock",
            "package-manager::pipenv-missing-lockfile",
            ("Pipfile",),
        )
    if len(found) == 1:
        return found[0]
    return _several(found) if found else _none(listing, fir=fir)


def _several(found: tuple[Manager, ...]) -> Refusal:
    names = tuple(manager.file for manager in found)
    return Refusal(
        (
            "Error: Multiple Python package manager files were found.",
            "",
            "Exactly one of them may be there. These were found:",
            "",
            *(f"{manager.file} ({manager.title})" for manager in found),
        ),
        "several-package-managers",
        "package-manager::multiple-found",
        names,
        {"files": " and ".join(names), "file": names[-1]},
    )


def _none(listing: Listing, *, fir: bool) -> Refusal:
    if not fir and listing.has("setup.py") and not listing.has("pyproject.toml"):
        return Refusal(
            (
                "Error: Implicit setup.py file support has been sunset.",
                "",
                "A setup.py alone is no longer installed. Write a requirements.txt.",
            ),
            "no-package-manager-file",
            "package-manager::setup-py-only",
            ("setup.py",),
        )
    wanted = ", ".join(f"'{manager.file}'" for manager in known(fir=fir))
    return Refusal(
        (
            "Error: Couldn't find any supported Python package manager files.",
            "",
            f"One of {wanted} has to be in the root directory.",
            "It contains:",
            "",
            *listing.top[:60],
        ),
        "no-package-manager-file",
        "package-manager::none-found",
    )
