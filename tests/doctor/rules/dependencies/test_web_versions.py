from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief


def _names(root: Path, python: str, text: str, platform: str = "heroku:eco") -> list[str]:
    files = {".python-version": f"{python}\n", "requirements.txt": f"{text}\n"}
    return [name for name, _ in brief(ask(root, files, platform))]


@pytest.mark.parametrize(
    ("python", "text"),
    [
        ("3.14", "Django==3.2.5"),
        ("3.13", "Django==4.0.10"),
        ("3.13", "django~=3.1.0\nDjango==3.1.2"),
        ("3.11", "Django==2.1.15"),
        ("3.10", "Django==2.0.13"),
        ("3.12", "Django==1.11.29"),
    ],
)
def test_a_django_from_before_this_python(tmp_path: Path, python: str, text: str) -> None:
    assert "django-too-old-for-python" in _names(tmp_path, python, text)


@pytest.mark.parametrize(
    ("python", "text"),
    [
        ("3.12", "Django==3.2.25"),
        ("3.13", "Django==4.1.13"),
        ("3.14", "Django==5.2.8"),
        ("3.11", "Django==2.2.28"),
        ("3.10", "Django==2.1.15"),
        ("3.13", "Django==3.2.25\nlegacy-cgi==2.6.4"),
        # setuptools is there before pip begins, and brings distutils back.
        ("3.12", "Django==3.1.14"),
        ("3.14", "django>=5.2,<6"),
    ],
)
def test_a_django_that_starts(tmp_path: Path, python: str, text: str) -> None:
    assert _names(tmp_path, python, text) == []


def test_in_an_image_there_is_no_setuptools(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "Django==3.1.14\n",
        "Dockerfile": 'FROM python:3.12-slim\nRUN pip install -r requirements.txt\nCMD ["x"]\n',
    }
    found = [name for name, _ in brief(ask(tmp_path, files, "fly"))]
    assert found == ["django-too-old-for-python"]


@pytest.mark.parametrize("text", ["Flask==2.0.1", "flask==2.1.2\nWerkzeug==3.0.1"])
def test_a_flask_beside_werkzeug_3(tmp_path: Path, text: str) -> None:
    assert _names(tmp_path, "3.11", f"django==4.2\n{text}") == ["flask-werkzeug-mismatch"]


@pytest.mark.parametrize(
    "text", ["Flask==2.0.1\nWerkzeug==2.0.3", "Flask==3.0.3", "Flask==2.0.1\nwerkzeug<3"]
)
def test_one_that_gets_on(tmp_path: Path, text: str) -> None:
    assert _names(tmp_path, "3.11", f"django==4.2\n{text}") == []
