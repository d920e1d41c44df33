"""What app.json and its like say of buildpacks and stacks."""

from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import HEALTHY, brief, look

GOOD = HEALTHY["requirements.txt"]


def app_json(*buildpacks: str, more: str = "") -> str:
    listed = ", ".join(f'{{"url": "{name}"}}' for name in buildpacks)
    return f'{{"name": "x", "buildpacks": [{listed}]{more}}}'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app.json": app_json("heroku/nodejs")}, {"wrong-buildpack": "error"}),
        ({"app.json": app_json("heroku/nodejs", "heroku/python")}, {"wrong-buildpack": "error"}),
        (
            {
                "app.json": app_json(
                    "https://github.com/heroku/heroku-buildpack-ruby", "heroku/python"
                )
            },
            {"wrong-buildpack": "error"},
        ),
        (
            {"app.json": app_json("heroku-community/apt", "heroku/python")},
            {"wrong-buildpack": "error"},
        ),
        ({"package.json": "{}"}, {"wrong-buildpack": "warning"}),
        ({"Aptfile": "libgl1\n"}, {"aptfile-needs-buildpack": "warning"}),
        (
            {"Aptfile": "libgl1\n", "app.json": app_json("heroku/python")},
            {"aptfile-needs-buildpack": "warning"},
        ),
        (
            {"Aptfile": "tesseract-ocr\n", "requirements.txt": f"{GOOD}pytesseract==0.3.13\n"},
            {"aptfile-needs-buildpack": "error"},
        ),
        ({"app.json": '{"stack": "heroku-18"}'}, {"stack-end-of-life": "error"}),
        (
            {"Dockerfile": "FROM python:3.13\nCMD python x.py\n"},
            {"dockerfile-and-procfile": "note"},
        ),
        (
            {"app.json": '{"formation": {"web": {"quantity": 0}}}'},
            {"web-scaled-to-zero": "error"},
        ),
    ],
)
def test_what_does_not_fit(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: dict[str, str]
) -> None:
    assert brief(look(tmp_path, files)) == expected


@pytest.mark.parametrize(
    "files",
    [
        {"app.json": app_json("heroku/python")},
        {"app.json": app_json("heroku/nodejs", "heroku/python"), "package.json": "{}"},
        {"app.json": app_json("heroku-community/apt", "heroku/python"), "Aptfile": "libgl1\n"},
        {
            "app.json": app_json(
                "https://github.com/moneymeets/python-poetry-buildpack", "heroku/python"
            )
        },
        {"Aptfile": "# nothing yet\n"},
        {"app.json": '{"stack": "heroku-24", "formation": {"web": {"quantity": 1}}}'},
        {"app.json": '{"stack": "container"}'},
        {"app.json": "{ not json"},
        {"Dockerfile": "FROM python:3.13\n", "docker-compose.yml": "services: {}\n"},
    ],
)
def test_what_fits(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    assert look(tmp_path, files) == {}


def test_other_hosts_do_not_read_app_json(tmp_path: Path) -> None:
    files = {"app.json": app_json("heroku/nodejs"), "Aptfile": "libgl1\n", "package.json": "{}"}

    assert look(tmp_path, files, "render") == {}
