"""Whether the Python buildpack takes a folder for its own.

Source: bin/detect of heroku/heroku-buildpack-python v351.
"""

from typing import Final

from wherry.buildrules.listing import Listing
from wherry.buildrules.refusal import Refusal

_FILES: Final = frozenset(
    (
        *(".python-version", "__init__.py", "app.py", "main.py", "manage.py", "pdm.lock"),
        *("Pipfile", "Pipfile.lock", "poetry.lock", "pyproject.toml", "requirements.txt"),
        *("runtime.txt", "server.py", "setup.cfg", "setup.py", "uv.lock"),
        # Misspelled, they are told of where the package manager is chosen.
        *("requirement.txt", "Requirements.txt", "requirements.text", "requirements.txt.txt"),
        *("requirments.txt", "requirements", "runtime.txt.txt"),
    )
)
_FOLDERS: Final = ("__pycache__", ".venv", "venv")


def detects(listing: Listing) -> bool:
    """Whether it finds anything of Python's at the root."""
    if not _FILES.isdisjoint(listing.paths):
        return True
    return any(listing.has_folder(name) for name in _FOLDERS)


def refuse(listing: Listing, *, named: bool) -> Refusal:
    """Return what is said of a folder without anything of Python's.

    ``named`` is whether the app is told to use the Python buildpack; where it is not, every
    buildpack of the platform has looked in vain.
    """
    if named:
        return Refusal(
            (
                "Error: Your app is configured to use the Python buildpack,",
                "but we couldn't find any supported Python project files.",
                "",
                "The root directory contains:",
                "",
                *listing.top[:60],
            ),
            "no-package-manager-file",
            "detect::none-found",
        )
    return Refusal(
        (
            "No default language could be detected for this app.",
            (
                "HINT: This occurs when Heroku cannot detect the buildpack to use for this "
                "application automatically."
            ),
            "See https://devcenter.heroku.com/articles/buildpacks",
        ),
        "no-package-manager-file",
        "detect::no-language",
    )
