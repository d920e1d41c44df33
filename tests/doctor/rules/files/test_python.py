"""The Python that is asked for, and the files that ask."""

from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import brief, look


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Nothing pinned: an error where the pins do not fit the default.
        ({".python-version": None}, {"python-unpinned": "warning"}),
        (
            {".python-version": None, "requirements.txt": "django\ngunicorn\ntensorflow==2.15.1\n"},
            {"python-unpinned": "error"},
        ),
        (
            {".python-version": None, "requirements.txt": "django\ngunicorn\nnumpy==1.26.4\n"},
            {"python-unpinned": "error"},
        ),
        (
            {".python-version": None, "requirements.txt": "django\ngunicorn\npandas<2\n"},
            {"python-unpinned": "error"},
        ),
        (
            {".python-version": None, "requirements.txt": "django\ngunicorn\nnumpy>=1.26\n"},
            {"python-unpinned": "warning"},
        ),
        # Too old, soon too old, not there.
        ({".python-version": "3.9\n"}, {"python-version-eol": "error"}),
        ({".python-version": "2.7.18\n"}, {"python-version-eol": "error"}),
        ({".python-version": "3.10\n"}, {"python-version-eol": "warning"}),
        ({".python-version": "3.15\n"}, {"runtime-not-available": "error"}),
        ({".python-version": "3.12.99\n"}, {"runtime-not-available": "error"}),
        ({".python-version": "3.12.1\n"}, {"python-patch-pinned-old": "warning"}),
        # The form of the files.
        ({".python-version": "python-3.12\n"}, {"python-version-bad-format": "error"}),
        ({".python-version": '"3.12"\n'}, {"python-version-bad-format": "error"}),
        ({".python-version": "3.12.*\n"}, {"python-version-bad-format": "error"}),
        ({".python-version": "myenv\n"}, {"python-version-bad-format": "error"}),
        ({".python-version": "# 3.12\n"}, {"python-version-bad-format": "error"}),
        ({".python-version": "3.12\n3.11\n"}, {"python-version-bad-format": "error"}),
        ({".python-version": b"\xef\xbb\xbf3.12\n"}, {"python-version-bad-format": "error"}),
        (
            {".python-version": "3.12\n".encode("utf-16")},
            {"python-version-bad-format": "error"},
        ),
        (
            {".python-version": None, "runtime.txt": "3.12.3\n"},
            {
                "python-version-bad-format": "error",
                "runtime-txt-deprecated": "warning",
                "python-patch-pinned-old": "warning",
            },
        ),
        (
            {".python-version": None, "runtime.txt": "python-3.6.8"},
            {"runtime-txt-deprecated": "warning", "python-version-eol": "error"},
        ),
        (
            {".python-version": None, ".python_version": "3.12\n"},
            {"python-version-file-misspelled": "error"},
        ),
        (
            {".python-version": None, ".python-version.txt": "3.12\n"},
            {"python-version-file-misspelled": "error"},
        ),
        (
            {".python-version": None, ".pyhton-version": "3.12\n"},
            {"python-version-file-misspelled": "error"},
        ),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, files: dict[str, str | bytes | None], expected: dict[str, str]
) -> None:
    assert brief(look(tmp_path, files)) == expected


@pytest.mark.parametrize(
    "files",
    [
        {},
        {".python-version": "# the newest\n\n  3.13  \n"},
        {".python-version": "3.12\r\n"},
        {".python-version": "3.12.14\n"},
        # Newer than the list that was read: nobody can tell.
        {".python-version": "3.12.16\n"},
        {".python-versions.md": "We use 3.12.\n"},
        {"python_version.py": "VERSION = '3.12'\n"},
    ],
)
def test_what_is_well_is_passed_over(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    assert look(tmp_path, files) == {}


@pytest.mark.parametrize("platform", ["render", "fly", "railway", "cloud-run"])
def test_other_hosts_have_other_files(tmp_path: Path, platform: str) -> None:
    files = {"runtime.txt": "python-3.6", ".python-version": None}

    assert look(tmp_path, files, platform) == {}


def test_an_image_brings_its_own_python(tmp_path: Path) -> None:
    files = {
        ".python-version": "3.6\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\nCMD gunicorn mysite.wsgi -b 0.0.0.0:$PORT\n",
        "heroku.yml": "build:\n  docker:\n    web: Dockerfile\n",
    }

    assert look(tmp_path, files) == {}


def test_uv_must_have_the_file_and_no_runtime_txt(tmp_path: Path) -> None:
    files = {
        "requirements.txt": None,
        ".python-version": None,
        "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n'
        'requires-python = ">=3.12"\ndependencies = ["django", "gunicorn"]\n',
        "uv.lock": UV_LOCK,
    }

    assert brief(look(tmp_path, files)) == {"python-unpinned": "error"}
    assert brief(look(tmp_path, {**files, "runtime.txt": "python-3.13"})) == {
        "runtime-txt-deprecated": "error"
    }


UV_LOCK = """version = 1
requires-python = ">=3.12"

[[package]]
name = "a"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "django" }, { name = "gunicorn" }]

[package.metadata]
requires-dist = [{ name = "django" }, { name = "gunicorn" }]

[[package]]
name = "django"
version = "5.2.8"
source = { registry = "https://packages.example/simple" }

[[package]]
name = "gunicorn"
version = "23.0.0"
source = { registry = "https://packages.example/simple" }
"""


@pytest.mark.parametrize(
    ("files", "path", "text", "safe"),
    [
        ({".python-version": "python-3.12"}, ".python-version", "3.12\n", True),
        ({".python-version": b"\xef\xbb\xbf3.12\n"}, ".python-version", "3.12\n", True),
        ({".python-version": "3.8\n"}, ".python-version", "3.11\n", False),
        ({".python-version": "3.12.1\n"}, ".python-version", "3.12\n", True),
        (
            {".python-version": None, "requirements.txt": "django\ngunicorn\ntensorflow==2.16.1\n"},
            ".python-version",
            "3.12\n",
            True,
        ),
        ({".python-version": None}, ".python-version", "3.14\n", True),
    ],
)
def test_fixes_write_what_is_read(
    tmp_path: Path, files: dict[str, str | bytes | None], path: str, text: str, safe: bool
) -> None:
    fixes = [finding.fix for finding in look(tmp_path, files).values() if finding.fix]

    assert [(fix.changes[-1].path, fix.changes[-1].after, fix.safe) for fix in fixes] == [
        (path, text, safe)
    ]


def test_a_misspelled_file_is_renamed(tmp_path: Path) -> None:
    finding = look(tmp_path, {".python-version": None, ".pythonversion": "3.12\n"})[
        "python-version-file-misspelled"
    ]

    assert finding.fix is not None
    assert [(change.path, change.after) for change in finding.fix.changes] == [
        (".pythonversion", None),
        (".python-version", "3.12\n"),
    ]
