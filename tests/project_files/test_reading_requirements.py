"""What a project asks for, wherever and however it says so."""

import json
from pathlib import Path

import pytest

from tests.project_files.reading import contents
from wherry.project.requirements.requirements import Requirements
from wherry.project.requirements.specifiers import from_conda, from_poetry


def read(tmp_path: Path, files: dict[str, str | bytes]) -> Requirements:
    return contents(tmp_path, files).requirements


def names(found: Requirements) -> list[tuple[str, str]]:
    return [(item.name, item.specifier) for item in found.declared]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Django==5.2.8", ("django", "==5.2.8", "", "")),
        ("zope.interface >= 6 , < 8 # why", ("zope-interface", ">=6,<8", "", "")),
        ("a @ https://x.example/a.whl", ("a", "", "", "https://x.example/a.whl")),
        ("a @ file:///tmp/build/a", ("a", "", "", "file:///tmp/build/a")),
        ('a==1; python_version < "3.9"', ("a", "==1", 'python_version < "3.9"', "")),
        (
            "git+https://x.example/b.git@v1#egg=A_b[c]",
            ("a-b", "", "", "git+https://x.example/b.git@v1#egg=A_b[c]"),
        ),
        (
            "https://x.example/a_b-1.0-py3-none-any.whl",
            ("a-b", "", "", "https://x.example/a_b-1.0-py3-none-any.whl"),
        ),
        ("a==1 --hash=sha256:00 --hash=sha256:11", ("a", "==1", "", "")),
    ],
)
def test_lines_of_pip(tmp_path: Path, line: str, expected: tuple[str, str, str, str]) -> None:
    (found,) = read(tmp_path, {"requirements.txt": f"{line}\n"}).declared

    assert (found.name, found.specifier, found.marker, found.url) == expected
    assert found.line == 1


def test_what_is_around_a_requirement(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "requirements.txt": "--index-url=https://x.example/simple\n-e git+https://y.example/b#egg=b\n"
            "-r more/base.txt\n-c more/limits.txt\na[x,y]==1 \\\n  --hash=sha256:00 \\\n"
            "  --hash=sha256:11\n",
            "more/base.txt": "-r deeper.txt\nc\n",
            "more/deeper.txt": "d\n",
            "more/limits.txt": "c<2\n",
        },
    )

    assert [item.name for item in found.declared] == ["b", "a", "c", "d"]
    assert found.declared[0].editable
    assert found.declared[1].extras == ("x", "y")
    assert found.declared[1].hashes == ("sha256:00", "sha256:11")
    assert [(item.name, item.specifier) for item in found.constraints] == [("c", "<2")]
    assert [(option.name, option.value) for option in found.options] == [
        ("--index-url", "https://x.example/simple")
    ]
    assert [file.path for file in found.files] == [
        *("requirements.txt", "more/base.txt", "more/deeper.txt", "more/limits.txt"),
    ]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("utf-16-le", ""), ("utf-16-be", "\ufeff")],
)
def test_every_encoding_is_read(tmp_path: Path, encoding: str, mark: str) -> None:
    text = f"{mark}Django==5.2.8\r\ngunicorn==23.0.0\r\n"

    assert names(read(tmp_path, {"requirements.txt": text.encode(encoding)})) == [
        ("django", "==5.2.8"),
        ("gunicorn", "==23.0.0"),
    ]


@pytest.mark.parametrize(
    ("files", "manager", "file"),
    [
        (
            {"requirements/prod.txt": "a\n", "requirements/dev.txt": "b\n"},
            "pip",
            "requirements/prod.txt",
        ),
        ({"requirements/base.txt": "a\n"}, "pip", "requirements/base.txt"),
        (
            {"backend/manage.py": "", "backend/requirements.txt": "a\n"},
            "pip",
            "backend/requirements.txt",
        ),
        ({"requirement.txt": "a\n"}, "pip", "requirement.txt"),
        ({"Requirements.txt": "a\n"}, "pip", "Requirements.txt"),
        (
            {
                "Dockerfile": "FROM python\nRUN pip install --no-cache-dir -r deps/all.txt\n",
                "deps/all.txt": "a\n",
                "requirements-dev.txt": "b\n",
            },
            "pip",
            "deps/all.txt",
        ),
        ({"pyproject.toml": '[project]\nname="x"\ndependencies=["a"]\n'}, "uv", "pyproject.toml"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\na="*"\n'}, "poetry", "pyproject.toml"),
        ({"Pipfile": '[packages]\na="*"\n'}, "pipenv", "Pipfile"),
        (
            {"environment.yml": "dependencies:\n- python=3.9\n- pip:\n  - a\n"},
            "conda",
            "environment.yml",
        ),
        (
            {"setup.py": "from setuptools import setup\nsetup(install_requires=['a'])\n"},
            None,
            "setup.py",
        ),
    ],
)
def test_files_where_no_host_looks(
    tmp_path: Path, files: dict[str, str | bytes], manager: str | None, file: str
) -> None:
    found = read(tmp_path, files)

    assert (found.manager, found.file, found.found_by_host) == (manager, file, False)
    assert names(found) == [("a", "")]


def test_uv(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.12"\n'
            'dependencies = [\n  "django>=5",\n]\n[dependency-groups]\ndev = ["pytest"]\n',
            "uv.lock": """version = 1
requires-python = ">=3.12"
[[package]]
name = "asgiref"
version = "3.9"
source = { registry = "https://x.example/simple" }
[[package]]
name = "django"
version = "5.2.8"
source = { registry = "https://x.example/simple" }
dependencies = [{ name = "asgiref" }, { name = "tzdata", marker = "sys_platform == 'win32'" }]
wheels = [{ url = "https://x.example/django-5.2.8-py3-none-any.whl" }]
[[package]]
name = "pytest"
version = "9.0"
source = { registry = "https://x.example/simple" }
[[package]]
name = "tzdata"
version = "2025.2"
source = { registry = "https://x.example/simple" }
[[package]]
name = "x"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "django" }]
[package.metadata]
requires-dist = [{ name = "django", specifier = ">=5" }]
""",
        },
    )

    assert found.manager == "uv"
    assert found.requires_python == ">=3.12"
    assert [(item.name, item.line) for item in found.declared] == [("django", 5)]
    assert [(item.name, item.group) for item in found.optional] == [("pytest", "dev")]
    assert found.lock is not None
    assert {package.name: package.groups for package in found.lock.packages} == {
        "asgiref": (),
        "django": (),
        "pytest": ("other",),
        "tzdata": ("other",),
    }
    assert found.version("Django") == "5.2.8"
    assert found.lock.packages[1].wheels == ("django-5.2.8-py3-none-any.whl",)


def test_poetry(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "pyproject.toml": """[tool.poetry.dependencies]
python = "^3.11"
Django = "~5.2"
gunicorn = {version = "^23", optional = false}
pillow = {version = "*", extras = ["xmp"], markers = "sys_platform == 'linux'"}
mine = {git = "https://x.example/mine.git"}
maybe = {version = "1.0", optional = true}
[tool.poetry.group.dev.dependencies]
pytest = "*"
""",
            "poetry.lock": '[[package]]\nname = "Django"\nversion = "5.2.8"\ncategory = "main"\n\n'
            '[[package]]\nname = "pytest"\nversion = "9.0"\ncategory = "dev"\n\n[metadata]\n'
            'content-hash = "x"\npython-versions = "^3.11"\n',
        },
    )

    assert names(found) == [
        ("django", ">=5.2,<5.3"),
        ("gunicorn", ">=23,<24"),
        ("pillow", ""),
        ("mine", ""),
    ]
    assert found.declared[3].url == "git+https://x.example/mine.git"
    assert [item.name for item in found.optional] == ["maybe", "pytest"]
    assert found.requires_python == ">=3.11,<4"
    assert found.lock is not None
    assert [package.groups for package in found.lock.packages] == [(), ("dev",)]


def test_pipenv(tmp_path: Path) -> None:
    lock = {
        "_meta": {"hash": {"sha256": "x"}, "requires": {"python_version": "3.12"}},
        "default": {"django": {"version": "==5.2.8"}},
        "develop": {"pytest": {"version": "==9.0"}},
    }
    pipfile = '[packages]\nDjango = ">=5"\nx = {version = "==1", sys_platform = "== \'win32\'"}\n'
    found = read(tmp_path, {"Pipfile": pipfile, "Pipfile.lock": json.dumps(lock, indent=1)})

    assert names(found) == [("django", ">=5"), ("x", "==1")]
    assert found.declared[1].marker == "sys_platform == 'win32'"
    assert found.version("django") == "5.2.8"
    assert contents(tmp_path, {}).python_version.version == (3, 12)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.3", ">=0.3,<0.4"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^1", ">=1,<2"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2.3", "==1.2.3"),
        ("1.2.*", "==1.2.*"),
        (">=1,<2", ">=1,<2"),
        (">=1 <2", ">=1,<2"),
        ("*", ""),
        ("^1 || ^2", None),
    ],
)
def test_poetrys_wishes(wish: str, expected: str | None) -> None:
    assert from_poetry(wish) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("numpy", ("numpy", "")),
        ("numpy=1.19", ("numpy", "==1.19.*")),
        ("numpy=1.19.2=py38_0", ("numpy", "==1.19.2")),
        ("conda-forge::numpy>=1.19", ("numpy", ">=1.19")),
        ("numpy==1.19.2", ("numpy", "==1.19.2")),
        ("python 3.8.*", ("python", "==3.8.*")),
    ],
)
def test_condas_lines(line: str, expected: tuple[str, str]) -> None:
    assert from_conda(line) == expected


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    dynamic = '[project]\nname = "x"\ndynamic = ["dependencies"]\n'

    assert not read(
        tmp_path / "a", {"pyproject.toml": dynamic, "uv.lock": "version = 1\n"}
    ).complete
    assert not read(tmp_path / "b", {"requirements.txt": "-r ../x.txt\n"}).complete
    assert not read(
        tmp_path / "c", {"requirements.txt": "-e ./lib\n", "lib/setup.py": "setup(**x)\n"}
    ).complete
    assert read(tmp_path / "d", {"requirements.txt": "a\n"}).complete
    assert read(tmp_path / "e", {}).declared == ()


def test_the_dependencies_of_the_project_itself(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "-e .\n",
        "pyproject.toml": '[project]\nname = "x"\ndependencies = ["gunicorn>=23"]\n',
    }

    assert read(tmp_path, files).get("gunicorn") is not None
