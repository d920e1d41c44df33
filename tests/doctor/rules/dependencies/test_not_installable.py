from dataclasses import replace
from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief, context_of, one
from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import LineTrouble, Move, Repair, Resolution, Trouble
from wherry.doctor.rule import Context
from wherry.doctor.rules.dependencies.rules import RULES
from wherry.findings import FileSpan, Finding, Role
from wherry.platforms import hosts
from wherry.project.host_python import host_python
from wherry.project.project import read_project


@pytest.mark.parametrize(
    ("python", "text", "expected"),
    [
        ("3.14", "tensorflow==2.15.1", "tf-no-wheel-for-python"),
        ("3.12", "tensorflow-cpu==2.12.0", "tf-no-wheel-for-python"),
        ("3.13", "tensorflow<2.17", "tf-no-wheel-for-python"),
        ("3.12", "numpy==1.19.5", "pins-not-installable"),
        ("3.12", "scipy==1.4.1", "pins-not-installable"),
        ("3.13", "pandas<2", "pins-not-installable"),
        ("3.12", "pywin32==304", "windows-only-pin"),
        ("3.12", "tensorflow-intel==2.11.0", "windows-only-pin"),
        ("3.12", "tensorflow-macos==2.9.0", "tf-no-wheel-for-platform"),
        ("3.12", "pkg-resources==0.0.0", "package-not-found"),
        ("3.12", "cv2", "package-not-found"),
        ("3.12", "sklearn", "sklearn-dummy-package"),
    ],
)
def test_a_line_that_cannot_be_installed(
    tmp_path: Path, python: str, text: str, expected: str
) -> None:
    files = {".python-version": f"{python}\n", "requirements.txt": f"django==5.0\n{text}\n"}
    (found,) = ask(tmp_path, files)
    assert found.cause.name == expected
    assert found.severity.value == "error"
    assert found.where[0] == FileSpan("requirements.txt", 2, quote=text)


def test_pins_of_one_age_are_one_finding(tmp_path: Path) -> None:
    text = "django==5.0\nnumpy==1.19.5\nscipy==1.4.1\npandas==1.1.5\n"
    found = one(ask(tmp_path, {"requirements.txt": text}), "pins-not-installable")
    assert found.title == "numpy==1.19.5 (and 2 more) cannot be installed on Python 3.12"
    assert [span.line for span in found.where if isinstance(span, FileSpan)] == [2, 3, 4]


def test_the_old_placeholder_of_sklearn_still_installs(tmp_path: Path) -> None:
    found = ask(tmp_path, {"requirements.txt": "django==5.0\nsklearn==0.0\n"})
    assert brief(found) == [("sklearn-dummy-package", "warning")]


def test_windows_packages_are_kept_for_windows(tmp_path: Path) -> None:
    text = "django==5.0\r\npywin32==304\r\nnumpy==1.26.4\r\n"
    found = one(ask(tmp_path, {"requirements.txt": text}), "windows-only-pin")
    assert found.fix is not None
    assert found.fix.safe
    (change,) = found.fix.changes
    assert change.after == (
        'django==5.0\r\npywin32==304 ; sys_platform == "win32"\r\nnumpy==1.26.4\r\n'
    )


def test_a_wrong_name_is_put_right(tmp_path: Path) -> None:
    text = "django==5.0\ncv2  # for the camera\npkg-resources==0.0.0\n"
    found = one(ask(tmp_path, {"requirements.txt": text}), "package-not-found")
    assert found.fix is not None
    assert found.fix.changes[0].after == "django==5.0\nopencv-python-headless  # for the camera\n"


def _with(tmp_path: Path, text: str, resolution: Resolution) -> list[Finding]:
    context = context_of(tmp_path, {"requirements.txt": text, ".python-version": "3.14\n"})
    context = replace(context, resolution=resolution)
    return [finding for rule in RULES for finding in rule.check(context)]


def _line(name: str, version: str, number: int) -> RequirementLine:
    raw = f"{name}=={version}"
    return RequirementLine(name, f"=={version}", "requirements.txt", number, raw=raw)


def test_the_repair_moves_the_python_first_and_is_not_safe(tmp_path: Path) -> None:
    scipy = _line("scipy", "1.4.1", 2)
    resolution = Resolution(
        (3, 14),
        troubles=(LineTrouble(scipy, Trouble.SOURCE_TOO_OLD, "1.4.1", "its wheels are older"),),
        repairs=(
            Repair((3, 11), (Move(scipy, "scipy==1.9.3"),), (("scipy", "1.9.3"),)),
            Repair((3, 12), (Move(scipy, "scipy==1.11.4"),), ()),
        ),
    )
    text = "django==5.0\nscipy==1.4.1\n"
    found = one(_with(tmp_path, text, resolution), "pins-not-installable")
    assert found.fix is not None
    assert not found.fix.safe
    assert {change.path: change.after for change in found.fix.changes} == {
        "requirements.txt": "django==5.0\nscipy==1.9.3\n",
        ".python-version": "3.11\n",
    }
    assert found.evidence[-1].value == (
        "Python 3.11: 1 line to move; Python 3.12: at least 1 line to move"
    )


def test_what_pip_goes_on_to_build_is_a_consequence(tmp_path: Path) -> None:
    scipy = _line("scipy", "1.4.1", 2)
    trouble = LineTrouble(scipy, Trouble.SOURCE_TOO_OLD, "1.4.1", "its wheels are older")
    found = _with(tmp_path, "django==5.0\nscipy==1.4.1\n", Resolution((3, 14), troubles=(trouble,)))
    assert one(found, "sdist-build-python-too-new").role is Role.CONSEQUENCE
    assert one(found, "pins-not-installable").role is Role.FIRST


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (Trouble.PYTHON_TOO_OLD, ["package-needs-newer-python"]),
        (Trouble.NO_VERSION, ["pins-not-installable"]),
        (Trouble.INVALID_METADATA, ["invalid-metadata"]),
        (Trouble.SOURCE_OLD_SETUPTOOLS, ["sdist-needs-old-setuptools"]),
    ],
)
def test_each_trouble_has_its_cause(tmp_path: Path, trouble: Trouble, expected: list[str]) -> None:
    item = LineTrouble(_line("thing", "1.0", 2), trouble, "1.0", "it is so")
    found = _with(tmp_path, "django==5.0\nthing==1.0\n", Resolution((3, 14), troubles=(item,)))
    assert [finding.cause.name for finding in found] == expected


def test_a_source_that_builds_is_left_alone(tmp_path: Path) -> None:
    item = LineTrouble(_line("psycopg2", "2.9.11", 2), Trouble.SOURCE_NEEDS_COMPILER, builds=True)
    found = _with(
        tmp_path, "django==5.0\npsycopg2==2.9.11\n", Resolution((3, 14), troubles=(item,))
    )
    assert found == []


def test_a_page_of_links_may_hold_what_the_index_has_not(tmp_path: Path) -> None:
    item = LineTrouble(_line("torch", "2.9.0+cpu", 3), Trouble.NO_VERSION)
    text = "-f https://download.example.com/stable.html\ndjango==5.0\ntorch==2.9.0+cpu\n"
    assert _with(tmp_path, text, Resolution((3, 14), troubles=(item,))) == []


_PYPROJECT = """[project]
name = "mysite"
version = "1"
requires-python = ">=3.9"
dependencies = ["django>=5,<6", "numpy<2"]
"""
_LOCK = """version = 1
requires-python = ">=3.9"

[[package]]
name = "mysite"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "django" }, { name = "numpy" }]

[[package]]
name = "django"
version = "5.2.8"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "1.19.5"
source = { registry = "https://pypi.org/simple" }
"""


def test_what_a_lock_settles_counts_and_is_not_edited(tmp_path: Path) -> None:
    files = {"pyproject.toml": _PYPROJECT, "uv.lock": _LOCK, ".python-version": "3.12\n"}
    tree_of = context_of(tmp_path, files).project.root
    (tree_of / "requirements.txt").unlink()
    found = ask_again(tmp_path)
    pins = one(found, "pins-not-installable")
    assert [getattr(span, "path", "") for span in pins.where] == ["uv.lock"]
    assert pins.fix is None


def ask_again(root: Path) -> list[Finding]:
    """Ask of a folder as it is."""
    project = read_project(root)
    target = hosts.get("heroku:eco")
    context = Context(project, target, host_python(project, target))
    return [finding for rule in RULES for finding in rule.check(context)]
