"""What packages that do not go together are mended to."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, context_of, one, resolution
from wherry.dependencies.resolution import LineTrouble, Trouble
from wherry.doctor.rules.dependencies import libraries, versions_apart
from wherry.doctor.rules.dependencies.situation import lines

SLIM = 'FROM python:3.12-slim\nRUN pip install -r requirements.txt\nCMD ["gunicorn"]\n'


@pytest.mark.parametrize(
    ("asked", "mended", "safe"),
    [
        ("pandas==1.5.3\n", "pandas==1.5.3\nnumpy==1.26.4\n", True),
        ("pandas==1.5.3\nnumpy==2.1.0\n", "pandas==1.5.3\nnumpy==1.26.4\n", False),
        ("pandas==1.5.3\r\n", "pandas==1.5.3\r\nnumpy==1.26.4\r\n", True),
    ],
)
def test_it_stays_with_numpy_1(tmp_path: Path, asked: str, mended: str, safe: bool) -> None:
    files = {".python-version": "3.11\n", "requirements.txt": asked}
    fix = one(ask(tmp_path, files, installed={"pandas": "1.5.3", "numpy": "2.1.0"}), "numpy2-abi")
    assert fix.fix is not None
    assert fix.fix.changes[0].after == mended
    assert fix.fix.safe is safe


@pytest.mark.parametrize(
    ("demand", "version"),
    [("numpy<1.25,>=1.19", "1.24.4"), ("numpy<1.24", "1.23.5"), ("numpy>=2", "")],
)
def test_what_the_others_allow(tmp_path: Path, demand: str, version: str) -> None:
    context = context_of(
        tmp_path, {".python-version": "3.11\n", "requirements.txt": "pandas==1.5.3\nother\n"}
    )
    found = resolution((3, 11), {"pandas": "1.5.3", "numpy": "2.1.0", "other": "1"})
    packages = tuple(replace(package, requires=(demand,)) for package in found.packages)
    context = replace(context, resolution=replace(found, packages=packages))
    (finding,) = versions_apart.RULES[0].check(context)
    after = finding.fix.changes[0].after if finding.fix else None
    assert after == (f"pandas==1.5.3\nother\nnumpy=={version}\n" if version else None)


def test_no_pin_is_added_where_each_has_its_hash(tmp_path: Path) -> None:
    files = {
        ".python-version": "3.11\n",
        "requirements.txt": f"pandas==1.5.3 --hash=sha256:{'0' * 64}\n",
    }
    found = ask(tmp_path, files, installed={"pandas": "1.5.3", "numpy": "2.1.0"})
    assert one(found, "numpy2-abi").fix is None


@pytest.mark.parametrize(
    ("asked", "mended"),
    [
        ("flask==2.0.3\n", "flask==2.0.3\nWerkzeug==2.3.8\n"),
        ("flask==2.0.3\nwerkzeug==3.0.1\n", "flask==2.0.3\nWerkzeug==2.3.8\n"),
    ],
)
def test_an_old_flask_stays_with_its_werkzeug(tmp_path: Path, asked: str, mended: str) -> None:
    files = {"requirements.txt": asked}
    finding = one(
        ask(tmp_path, files, installed={"flask": "2.0.3", "werkzeug": "3.0.1"}),
        "flask-werkzeug-mismatch",
    )
    assert finding.fix is not None
    assert finding.fix.changes[0].after == mended


@pytest.mark.parametrize("werkzeug", ["2.3.8", "2.0.3"])
def test_an_old_flask_beside_an_old_werkzeug(tmp_path: Path, werkzeug: str) -> None:
    files = {"requirements.txt": "django==5.2.8\nflask==2.0.3\n"}
    installed = {"flask": "2.0.3", "werkzeug": werkzeug}
    assert ask(tmp_path, files, installed=installed) == []


@pytest.mark.parametrize(
    ("asked", "replacement", "mended"),
    [
        ("psycopg2==2.9.10\n", "", "psycopg2-binary==2.9.10\n"),
        ("psycopg2\n", "", "psycopg2-binary\n"),
        ("psycopg2-binary==2.9.5\n", "psycopg2-binary==2.9.9", "psycopg2-binary==2.9.9\n"),
        ("lxml==4.9.1\n", "lxml==4.9.4", "lxml==4.9.4\n"),
    ],
)
def test_what_is_built_in_a_slim_image(
    tmp_path: Path, asked: str, replacement: str, mended: str
) -> None:
    context = context_of(tmp_path, {"requirements.txt": asked, "Dockerfile": SLIM}, "fly")
    trouble = LineTrouble(
        lines(context)[0],
        Trouble.SOURCE_NEEDS_COMPILER,
        version="",
        detail="",
        replacement=replacement,
        builds=True,
    )
    found = replace(resolution((3, 12), {}), troubles=(trouble,))
    context = replace(context, resolution=found)
    (finding,) = libraries.RULES[2].check(context)
    assert finding.fix is not None
    assert finding.fix.changes[0].after == mended
    assert not finding.fix.safe
