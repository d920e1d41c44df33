from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief, one

_CV = {
    "requirements.txt": "django==5.0\nopencv-python==4.10.0.84\n",
    "pages/views.py": "import cv2\n\n\ndef home(request):\n    return cv2\n",
}
_SLIM = 'FROM python:3.12-slim\nRUN pip install -r requirements.txt\nCMD ["gunicorn"]\n'


def test_opencv_with_windows(tmp_path: Path) -> None:
    found = one(ask(tmp_path, _CV), "missing-libgl")
    assert found.severity.value == "error"
    assert found.fix is not None
    assert found.fix.safe
    assert found.fix.changes[0].after == "django==5.0\nopencv-python-headless==4.10.0.84\n"


def test_in_an_image_without_its_libraries(tmp_path: Path) -> None:
    found = ask(tmp_path, {**_CV, "Dockerfile": _SLIM}, platform="fly")
    assert brief(found) == [("missing-libgl", "error")]


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        ({"Aptfile": "libgl1\n"}, "heroku:eco"),
        ({"Dockerfile": _SLIM.replace("RUN", "RUN apt-get install -y libgl1\nRUN")}, "fly"),
        ({"Dockerfile": "FROM ourown/opencv-base\n"}, "fly"),
        ({"pages/views.py": "def home(request):\n    return None\n"}, "heroku:eco"),
        (
            {"requirements.txt": "django==5.0\nopencv-python-headless==4.10.0.84\n"},
            "heroku:eco",
        ),
    ],
)
def test_where_it_does_no_harm(tmp_path: Path, files: dict[str, str], platform: str) -> None:
    assert "missing-libgl" not in [
        name for name, _ in brief(ask(tmp_path, {**_CV, **files}, platform))
    ]


def _using(package: str, module: str) -> dict[str, str]:
    return {
        "requirements.txt": f"django==5.0\n{package}\n",
        "pages/views.py": f"import {module}\n\n\ndef home(request):\n    return None\n",
    }


@pytest.mark.parametrize(
    ("package", "module", "expected"),
    [
        ("pytesseract==0.3.13", "pytesseract", ("program-missing", "error")),
        ("pdf2image==1.17.0", "pdf2image", ("program-missing", "error")),
        ("pydub==0.25.1", "pydub", ("program-missing", "warning")),
        ("pyzbar==0.1.9", "pyzbar", ("system-lib-missing", "error")),
        ("soundfile==0.10.3", "soundfile", ("system-lib-missing", "error")),
    ],
)
def test_what_the_system_does_not_have(
    tmp_path: Path, package: str, module: str, expected: tuple[str, str]
) -> None:
    assert brief(ask(tmp_path, _using(package, module))) == [expected]


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        ({**_using("pytesseract", "pytesseract"), "Aptfile": "tesseract-ocr\n"}, "heroku:eco"),
        (_using("soundfile==0.13.1", "soundfile"), "heroku:eco"),
        (_using("soundfile", "soundfile"), "heroku:eco"),
        ({"requirements.txt": "django==5.0\npytesseract\n"}, "heroku:eco"),
    ],
)
def test_what_it_has_or_nobody_uses(tmp_path: Path, files: dict[str, str], platform: str) -> None:
    assert ask(tmp_path, files, platform) == []


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("python:3.12-alpine", ["tf-no-wheel-for-platform"]),
        ("python:3.12-slim", []),
        ("--platform=linux/arm64 python:3.12-slim", ["image-architecture-mismatch"]),
    ],
)
def test_images_that_it_does_not_run_on(tmp_path: Path, image: str, expected: list[str]) -> None:
    files = {
        "requirements.txt": "django==5.0\ntensorflow-cpu==2.20.0\n",
        "Dockerfile": f'FROM {image}\nRUN pip install -r requirements.txt\nCMD ["gunicorn"]\n',
    }
    assert [name for name, _ in brief(ask(tmp_path, files, "cloud-run"))] == expected


def test_a_linux_that_is_older_than_the_wheel(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django==5.0\ntensorflow-cpu==2.21.0\n",
        "Dockerfile": 'FROM ubuntu:16.04\nRUN pip install -r requirements.txt\nCMD ["gunicorn"]\n',
    }
    assert "glibc-too-old" in [name for name, _ in brief(ask(tmp_path, files, "fly"))]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("pip install pip==18.1 && pip install -r requirements.txt", ["pip-too-old-for-wheel"]),
        ("pip install --upgrade pip && pip install -r requirements.txt", []),
        ("pip install pip==24.0 && pip install -r requirements.txt", []),
        ("pip install pipenv==2018.11.26", []),
    ],
)
def test_a_pip_from_before_the_wheels_of_today(
    tmp_path: Path, run: str, expected: list[str]
) -> None:
    files = {"Dockerfile": f'FROM python:3.12-slim\nRUN {run}\nCMD ["gunicorn"]\n'}
    assert [name for name, _ in brief(ask(tmp_path, files, "fly"))] == expected
