from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief, one


@pytest.mark.parametrize(
    "text", ["tensorflow", "tensorflow>=2.4", "tensorflow-cpu", "tensorflow!=2.5"]
)
def test_a_tensorflow_that_is_open_above(tmp_path: Path, text: str) -> None:
    found = ask(tmp_path, {"requirements.txt": f"django==5.0\n{text}\n"})
    assert brief(found) == [("tf-unpinned", "warning")]


def test_it_is_pinned_to_what_this_python_has(tmp_path: Path) -> None:
    found = one(ask(tmp_path, {"requirements.txt": "tensorflow-cpu\n"}), "tf-unpinned")
    assert found.fix is not None
    assert not found.fix.safe
    assert found.fix.changes[0].after == "tensorflow-cpu==2.21.0\n"


@pytest.mark.parametrize("text", ["Django", "django>=3.2"])
def test_a_django_that_is_open_above(tmp_path: Path, text: str) -> None:
    found = ask(tmp_path, {"requirements.txt": f"{text}\ngunicorn\n"})
    assert brief(found) == [("django-unpinned", "warning")]


@pytest.mark.parametrize(
    "text",
    ["django~=5.2", "django==5.2.8", "django<6", "Django>=5,<6", "django==5.2.*"],
)
def test_one_that_ends_somewhere_is_left_alone(tmp_path: Path, text: str) -> None:
    assert ask(tmp_path, {"requirements.txt": f"{text}\n"}) == []


def test_an_old_flask_takes_what_is_newest_below_it(tmp_path: Path) -> None:
    installed = {"flask": "1.1.2", "jinja2": "3.1.6", "itsdangerous": "2.2.0", "werkzeug": "2.0.3"}
    found = ask(tmp_path, {"requirements.txt": "Flask==1.1.2\ndjango==5.0\n"}, installed=installed)
    assert brief(found) == [("unpinned-transitive-breaks", "error")] * 2
    assert found[0].fix is not None
    assert found[0].fix.changes[0].after == "Flask==1.1.2\njinja2==3.0.3\ndjango==5.0\n"


@pytest.mark.parametrize(
    "installed",
    [
        {"flask": "1.1.2", "jinja2": "3.0.3", "itsdangerous": "2.0.1"},
        {"flask": "3.0.3", "jinja2": "3.1.6", "itsdangerous": "2.2.0"},
    ],
)
def test_what_still_gets_on_is_left_alone(tmp_path: Path, installed: dict[str, str]) -> None:
    files = {"requirements.txt": f"Flask=={installed['flask']}\ndjango==5.0\n"}
    assert ask(tmp_path, files, installed=installed) == []


_TOOLS = "jupyter\nnotebook\nipykernel\nipython\nnbconvert\nnbformat\nspyder\npylint\nblack\n"


def test_a_whole_laptop(tmp_path: Path) -> None:
    found = ask(tmp_path, {"requirements.txt": f"django==5.0\n{_TOOLS}"})
    assert brief(found) == [("pip-freeze-bloat", "warning")]


def test_a_few_tools_are_nobodys_business(tmp_path: Path) -> None:
    assert ask(tmp_path, {"requirements.txt": "django==5.0\npytest\nblack\nmypy\nisort\n"}) == []
