"""Exactly one package manager, or a refusal in the buildpack's words."""

import pytest

from tests.buildrules.listings import listing
from wherry.buildrules.managers import Manager, choose, present
from wherry.buildrules.refusal import Refusal
from wherry.causes import catalogue


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("requirements.txt", "pip"),
        ("Pipfile.lock", "pipenv"),
        ("poetry.lock", "poetry"),
        ("uv.lock", "uv"),
    ],
)
def test_one_file_chooses(file: str, name: str) -> None:
    chosen = choose(listing(file, "pyproject.toml", "setup.py", "manage.py"))
    assert isinstance(chosen, Manager)
    assert chosen.name == name


def test_a_lock_settles_its_pipfile() -> None:
    chosen = choose(listing("Pipfile", "Pipfile.lock"))
    assert isinstance(chosen, Manager)
    assert chosen.name == "pipenv"


@pytest.mark.parametrize(
    ("names", "first_line", "cause"),
    [
        (
            ("requirements.txt", "uv.lock"),
            "Error: Multiple Python package manager files were found.",
            "several-package-managers",
        ),
        (("Pipfile",), "Error: No 'Pipfile.lock' found!", "pipfile-without-lock"),
        (
            ("Pipfile", "requirements.txt"),
            "Error: No 'Pipfile.lock' found!",
            "pipfile-without-lock",
        ),
        (
            ("setup.py", "manage.py"),
            "Error: Implicit setup.py file support has been sunset.",
            "no-package-manager-file",
        ),
        (
            ("pyproject.toml",),
            "Error: Couldn't find any supported Python package manager files.",
            "no-package-manager-file",
        ),
        (
            ("app/requirements.txt",),
            "Error: Couldn't find any supported Python package manager files.",
            "no-package-manager-file",
        ),
    ],
)
def test_refusals(names: tuple[str, ...], first_line: str, cause: str) -> None:
    refused = choose(listing(*names))
    assert isinstance(refused, Refusal)
    assert refused.first_line == first_line
    assert refused.cause == cause
    assert catalogue.cause(refused.cause)


def test_the_refusal_names_the_files() -> None:
    refused = choose(listing("poetry.lock", "requirements.txt", "Pipfile.lock", "Pipfile"))
    assert isinstance(refused, Refusal)
    assert refused.files == ("Pipfile.lock", "requirements.txt", "poetry.lock")
    assert refused.values["file"] == "poetry.lock"


def test_fir_knows_no_pipenv() -> None:
    assert isinstance(choose(listing("Pipfile", "Pipfile.lock"), fir=True), Refusal)
    chosen = choose(listing("Pipfile", "Pipfile.lock", "requirements.txt"), fir=True)
    assert isinstance(chosen, Manager)
    assert chosen.name == "pip"


def test_the_order_is_the_buildpack_s() -> None:
    found = present({"uv.lock", "poetry.lock", "requirements.txt", "Pipfile.lock"})
    assert [manager.name for manager in found] == ["pipenv", "pip", "poetry", "uv"]
