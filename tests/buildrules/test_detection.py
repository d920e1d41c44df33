"""Whether the buildpack takes a folder, and what stands in its way."""

import pytest

from tests.buildrules.listings import listing
from wherry.buildrules import buildpacks
from wherry.buildrules.checks import check_folders, check_stack
from wherry.buildrules.detection import detects, refuse
from wherry.platforms import hosts

HEROKU = hosts.get("heroku:basic")


@pytest.mark.parametrize("name", ["requirements.txt", "manage.py", "uv.lock", "venv/bin/python"])
def test_it_takes_python(name: str) -> None:
    assert detects(listing(name, "README.md"))


@pytest.mark.parametrize("name", ["package.json", "backend/manage.py", "index.html"])
def test_it_leaves_the_rest(name: str) -> None:
    assert not detects(listing(name))


def test_what_it_says() -> None:
    found = listing("index.html", "css/site.css")
    told = refuse(found, named=True)
    assert told.lines[:2] == (
        "Error: Your app is configured to use the Python buildpack,",
        "but we couldn't find any supported Python project files.",
    )
    assert told.lines[-2:] == ("css/", "index.html")
    other = refuse(found, named=False)
    assert other.first_line == "No default language could be detected for this app."


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        (".venv/pyvenv.cfg", ".venv"),
        ("venv/pyvenv.cfg", "venv"),
        (".heroku/python/bin/python", ".heroku/python"),
    ],
)
def test_folders_in_the_way(name: str, folder: str) -> None:
    refused = check_folders(listing(name, "requirements.txt"))
    assert refused is not None
    assert refused.first_line == f"Error: Existing '{folder}/' directory found."
    assert refused.cause == "venv-committed"


def test_folders_that_only_are_called_so() -> None:
    assert check_folders(listing("venv/README.md", ".heroku/notes", "env/pyvenv.cfg")) is None


def test_stacks() -> None:
    ended = check_stack("heroku-20", HEROKU)
    assert ended is not None
    assert ended.first_line == "Error: The 'heroku-20' stack is no longer supported."
    unknown = check_stack("heroku-99", HEROKU)
    assert unknown is not None
    assert unknown.first_line == "Error: The 'heroku-99' stack isn't recognised."
    for good in ("heroku-24", "heroku-26", "", "container"):
        assert check_stack(good, HEROKU) is None


def test_buildpacks_are_read_where_they_are_named() -> None:
    both = listing(
        __buildpacks="# two\nhttps://github.com/heroku/heroku-buildpack-apt\n\nheroku/python\n",
        app__json='{"buildpacks": [{"url": "heroku/nodejs"}]}',
    )
    told = buildpacks.named(both)
    assert told == ("https://github.com/heroku/heroku-buildpack-apt", "heroku/python")
    assert buildpacks.is_apt(told[0])
    assert buildpacks.is_python(told[1])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '{"buildpacks": [{"url": "heroku/python"}, "./buildpack"]}',
            ("heroku/python", "./buildpack"),
        ),
        ('{"buildpacks": "heroku/python"}', ()),
        ('{"buildpacks": [1, null, {}]}', ()),
        ("[]", ()),
        ("{", ()),
        ("[" * 100_000, ()),
    ],
)
def test_app_json_of_any_kind(text: str, told: tuple[str, ...]) -> None:
    assert buildpacks.named(listing(app__json=text)) == told


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("https://github.com/heroku/heroku-buildpack-python.git#v351", True),
        ("heroku/python", True),
        ("https://github.com/moneymeets/python-poetry-buildpack", False),
        ("heroku/nodejs", False),
    ],
)
def test_which_one_is_python_s(name: str, python: bool) -> None:
    assert buildpacks.is_python(name) is python
