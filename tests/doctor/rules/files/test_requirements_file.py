"""Lines that pip reads, and lines that it does not."""

from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import HEALTHY, brief, look
from wherry.findings import Fix

GOOD = HEALTHY["requirements.txt"]
HASH = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    "line",
    [
        # Each was given to pip 26.2.1, which refused it.
        "six = 1.16.0",
        "six 1.16.0",
        "pip install six",
        "'six==1.16.0'",
        "<<<<<<< HEAD",
        "six>=1.16.*",
        '6six==1.0; python_version<"3.9" and',
        "\u200bidna",
        "numpy=1.19.2=py38h54aff64_0",
        "Package    Version",
        "from django.db import models",
    ],
)
def test_a_line_that_is_no_requirement(tmp_path: Path, line: str) -> None:
    found = look(tmp_path, {"requirements.txt": f"{GOOD}{line}\n"})

    assert brief(found) == {"requirements-syntax": "error"}
    assert [getattr(span, "line", None) for span in found["requirements-syntax"].where] == [3]


@pytest.mark.parametrize(
    "line",
    [
        # Each was given to pip 26.2.1, which took it.
        "six==1.16.0,",
        "six (>=1.0)",
        "six==1.16.0 \\",
        "six>=1.0,!=1.1  # a comment",
        'backports.zoneinfo; python_version < "3.9"',
        "pillow[extra] >= 9",
        "name @ https://files.example/x-1.0-py3-none-any.whl",
        "git+https://github.com/a/b.git@main#egg=b",
        "https://files.example/b-1.0.tar.gz",
        "torch==2.2.0+cpu",
        "torch --index-url https://packages.example/simple",
        "--extra-index-url https://packages.example/simple",
        "-f https://packages.example/wheels.html",
        "--pre",
        "# pip install six",
        "",
        "    ",
    ],
)
def test_a_line_that_is_one(tmp_path: Path, line: str) -> None:
    assert look(tmp_path, {"requirements.txt": f"{GOOD}{line}\n"}) == {}


def test_many_bad_lines_are_one_finding(tmp_path: Path) -> None:
    conda = "".join(f"package{n}=1.{n}=py38_0\n" for n in range(60))
    found = look(tmp_path, {"requirements.txt": GOOD + conda})

    assert brief(found) == {"requirements-syntax": "error"}
    assert len(found["requirements-syntax"].where) == 5
    assert found["requirements-syntax"].fix is None


def test_one_equals_sign_is_mended(tmp_path: Path) -> None:
    found = look(tmp_path, {"requirements.txt": f"{GOOD}six=1.16.0\npip install idna\n"})
    fix = found["requirements-syntax"].fix

    assert isinstance(fix, Fix)
    assert fix.changes[0].after == f"{GOOD}six==1.16.0\nidna\n"


def test_utf16_is_an_error_without_a_mark_only(tmp_path: Path) -> None:
    bare = GOOD.replace("\n", "\r\n").encode("utf-16-le")
    found = look(tmp_path / "a", {"requirements.txt": bare})
    marked = look(tmp_path / "b", {"requirements.txt": GOOD.encode("utf-16")})

    assert brief(found) == {"requirements-utf16": "error"}
    assert brief(marked) == {"requirements-utf16": "note"}
    assert found["requirements-utf16"].fix is not None


def test_latin_1_stops_pip(tmp_path: Path) -> None:
    text = f"# für alle\n{GOOD}"

    assert look(tmp_path / "a", {"requirements.txt": text}) == {}
    found = look(tmp_path / "b", {"requirements.txt": text.encode("latin-1")})
    assert brief(found) == {"requirements-syntax": "error"}


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": f"-r base.txt\n{GOOD}"},
        {"requirements.txt": f"-c constraints.txt\n{GOOD}"},
        {"requirements.txt": f"./wheels/x-1.0-py3-none-any.whl\n{GOOD}"},
        {"requirements.txt": f"/home/me/x-1.0-py3-none-any.whl\n{GOOD}"},
        {"requirements.txt": f"-e ./library\n{GOOD}"},
        {
            "requirements.txt": f"-r base.txt\n{GOOD}",
            "base.txt": "six\n",
            ".gitignore": "base.txt\n",
        },
    ],
)
def test_a_file_that_is_not_pushed(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    assert brief(look(tmp_path, files)) == {"requirements-include-missing": "error"}


@pytest.mark.parametrize(
    "files",
    [
        {
            "requirements.txt": f"-r requirements/base.txt\n{GOOD}",
            "requirements/base.txt": "-r more.txt\n",
            "requirements/more.txt": "six\n",
        },
        {
            "requirements.txt": f"-e .\n{GOOD}",
            "setup.py": "from setuptools import setup\nsetup(install_requires=['six'])\n",
        },
        {
            "requirements.txt": f"./library\n{GOOD}",
            "library/pyproject.toml": "[project]\nname='l'\nversion='1'\ndependencies=[]\n",
        },
        {"requirements.txt": f"-r ../elsewhere.txt\n{GOOD}"},
        {"requirements.txt": f"-r requirements.txt\n{GOOD}"},
    ],
)
def test_files_that_are_there(tmp_path: Path, files: dict[str, str | bytes | None]) -> None:
    assert look(tmp_path, files) == {}


def test_one_hash_asks_for_all(tmp_path: Path) -> None:
    some = f"Django==5.2.8 --hash={HASH}\ngunicorn==23.0.0\n"
    all_of_them = f"Django==5.2.8 \\\n    --hash={HASH}\ngunicorn==23.0.0 --hash={HASH}\n"

    assert brief(look(tmp_path / "a", {"requirements.txt": some})) == {
        "requirements-hash-mismatch": "error"
    }
    assert look(tmp_path / "b", {"requirements.txt": all_of_them}) == {}


def test_hashes_of_what_is_for_windows_are_not_asked_for(tmp_path: Path) -> None:
    hashed = f"Django==5.2.8 --hash={HASH}\ngunicorn==23.0.0 --hash={HASH}\n"
    text = f"{hashed}pywin32==306; sys_platform == 'win32'\n"

    assert look(tmp_path, {"requirements.txt": text}) == {}


@pytest.mark.parametrize(
    ("line", "python", "expected"),
    [
        ("tflite-runtime==2.14.0", "3.12", "tflite-runtime-abandoned"),
        ("tflite-runtime", "3.13", "tflite-runtime-abandoned"),
        ("tensorflow-gpu", "3.11", "tensorflow-gpu-removed"),
        ("tensorflow-gpu==2.12.0", "3.11", "tensorflow-gpu-removed"),
        ("tensorflow-gpu>=2.4", "3.11", "tensorflow-gpu-removed"),
        ("tflite-runtime==2.14.0", "3.11", None),
        ("tflite-runtime==2.14.0; sys_platform == 'darwin'", "3.13", None),
        # Its last real releases are another matter: they have no wheel for this Python.
        ("tensorflow-gpu==2.4.1", "3.11", None),
        ("tensorflow==2.15.1", "3.11", None),
        ("ai-edge-litert==2.3.0", "3.13", None),
    ],
)
def test_packages_that_ended(tmp_path: Path, line: str, python: str, expected: str | None) -> None:
    files = {"requirements.txt": f"{GOOD}{line}\n", ".python-version": f"{python}\n"}

    assert set(look(tmp_path, files)) == ({expected} if expected else set())


def test_invalid_toml_matters_where_it_is_used(tmp_path: Path) -> None:
    broken = "[project\nname = 1\n"

    assert look(tmp_path / "a", {"pyproject.toml": broken}) == {}
    files = {"requirements.txt": None, "pyproject.toml": broken, "uv.lock": "version = 1\n"}
    assert brief(look(tmp_path / "b", files)) == {"requirements-syntax": "error"}
