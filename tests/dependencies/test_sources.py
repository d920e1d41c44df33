import io
import tarfile
import zipfile
from collections.abc import Mapping

import pytest

from wherry.dependencies.archives import look_into
from wherry.dependencies.sources import Source, from_dict, read_source

PLAIN = "from setuptools import setup\nsetup(name='x', version='1.0')\n"
EXTENSION = (
    "from setuptools import setup, Extension\n"
    "setup(name='x', ext_modules=[Extension('x', ['x.c'])])\n"
)


def _tar(files: Mapping[str, str]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"x-1.0/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return target.getvalue()


def _read(files: Mapping[str, str]) -> Source:
    found = read_source(_tar(files), "x-1.0.tar.gz")
    assert found is not None
    return found


def test_plain_python_is_not_compiled() -> None:
    found = _read({"setup.py": PLAIN, "x/__init__.py": ""})
    assert not found.compiled
    assert not found.needs_old_setuptools
    assert not found.stopped((3, 14))


def test_a_c_extension_is_compiled() -> None:
    found = _read({"setup.py": EXTENSION, "x.c": ""})
    assert found.compiled
    assert not found.fragile


def test_cython_follows_pythons_insides() -> None:
    assert _read({"setup.py": EXTENSION, "x.pyx": "", "x.c": ""}).fragile


@pytest.mark.parametrize("backend", ["mesonpy", "maturin", "scikit_build_core.build"])
def test_backends_that_compile(backend: str) -> None:
    text = f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n'
    assert _read({"pyproject.toml": text, "src/lib.rs": ""}).compiled


def test_an_extension_that_may_fail_is_none() -> None:
    text = EXTENSION.replace("['x.c']", "['x.c'], optional=True")
    assert not _read({"setup.py": text, "x.c": ""}).compiled


def test_c_files_of_tests_are_none() -> None:
    assert not _read({"setup.py": EXTENSION, "tests/x.c": ""}).compiled


@pytest.mark.parametrize(
    ("setup", "python"),
    [
        ("import imp\n" + PLAIN, (3, 12)),
        ("print 'hello'\n" + PLAIN, (3, 8)),
        ("from setuptools import setup\nfile.readfp(open('x'))\n", (3, 12)),
        ("import ast\nast.Str\n" + PLAIN, (3, 14)),
        ('max_python_version = "3.10"\n' + PLAIN, (3, 10)),
        ("def f():\n    exec('a = 1')\n    return locals()['a']\n" + PLAIN, (3, 13)),
    ],
)
def test_what_stops_it_on_a_newer_python(setup: str, python: tuple[int, int]) -> None:
    found = _read({"setup.py": setup})
    assert found.stopped(python)
    assert not found.stopped((3, python[1] - 1)) or python == (3, 8)


def test_a_build_that_asks_for_an_old_setuptools() -> None:
    text = '[build-system]\nrequires = ["setuptools==59.2.0", "wheel"]\n'
    found = _read({"pyproject.toml": text, "setup.py": PLAIN})
    assert found.stopped((3, 12))
    assert not found.stopped((3, 11))


@pytest.mark.parametrize(
    "setup",
    [
        "from setuptools import setup\nsetup(use_2to3=True)\n",
        "import pkg_resources\n" + PLAIN,
        "import numpy\n" + PLAIN,
        "from pip.req import parse_requirements\n" + PLAIN,
    ],
)
def test_setups_that_todays_setuptools_does_not_run(setup: str) -> None:
    assert _read({"setup.py": setup}).needs_old_setuptools


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "import os, re, sys\n" + PLAIN},
        {"setup.py": "from distutils.core import setup\nsetup()\n"},
        {"setup.py": "import versioneer\n" + PLAIN, "versioneer.py": ""},
        {"setup.py": "from x.version import v\n" + PLAIN, "x/__init__.py": ""},
        {"setup.py": "import _tools\n" + PLAIN, "build/_tools.py": ""},
        {"setup.py": "try:\n    import numpy\nexcept ImportError:\n    numpy = None\n" + PLAIN},
        {
            "setup.py": "import numpy\n" + PLAIN,
            "pyproject.toml": '[build-system]\nrequires = ["setuptools", "numpy>=2"]\n',
        },
    ],
)
def test_setups_that_run_are_left_alone(files: Mapping[str, str]) -> None:
    found = _read(files)
    assert not found.needs_old_setuptools
    assert not found.stopped((3, 14))


def test_what_it_wants_is_read_from_its_metadata() -> None:
    text = "Metadata-Version: 2.1\nName: x\nVersion: 1.0\nRequires-Dist: six\n"
    assert _read({"PKG-INFO": text, "setup.py": PLAIN}).requires == ("six",)


def test_or_from_what_an_old_setuptools_wrote() -> None:
    text = "six>=1.5\n\n[test]\npytest\n\n[:python_version < '3']\nenum34\n"
    found = _read({"x.egg-info/requires.txt": text, "setup.py": PLAIN})
    assert found.requires == ("six>=1.5", "enum34 ; python_version < '3'")


def test_it_is_kept_as_json() -> None:
    found = _read({"setup.py": "import imp\n" + EXTENSION, "x.pyx": ""})
    assert from_dict(found.to_dict()) == found


@pytest.mark.parametrize("body", [b"", b"not an archive", _tar({"setup.py": PLAIN})[:60]])
def test_what_is_no_archive_is_passed_over(body: bytes) -> None:
    assert read_source(body, "x-1.0.tar.gz") is None
    assert read_source(body, "x-1.0.zip") is None


def test_a_zip_is_read_too() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("x-1.0/setup.py", PLAIN)
    found = look_into(target.getvalue(), "x-1.0.zip", ["setup.py"])
    assert found is not None
    assert found.texts == {"setup.py": PLAIN}
