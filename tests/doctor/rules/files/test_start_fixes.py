"""What a server that nobody would reach is mended to."""

from pathlib import Path

import pytest

from tests.doctor.rules.files.looking import look
from wherry.findings import Fix

FLASK = "Flask==3.1.2\n"
APP = "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == '__main__':\n    {}\n"
IMAGE = "FROM python:3.12\nCOPY . .\n{}\n"
FLY = "[http_service]\n  internal_port = 8080\n"


def after(fix: Fix | None) -> dict[str, str | None]:
    """Return what becomes of each file."""
    assert fix is not None
    return {change.path: change.after for change in fix.changes}


@pytest.mark.parametrize(
    ("call", "mended"),
    [
        (
            "app.run(debug=True)",
            'app.run(debug=True, host="0.0.0.0", port=int(os.environ.get("PORT", 5000)))',
        ),
        (
            "app.run(host='127.0.0.1', port=8080)",
            'app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 8080)))',
        ),
        ("app.run(port=port)", 'app.run(host="0.0.0.0", port=port)'),
    ],
)
def test_a_script_listens_where_it_is_told_to(tmp_path: Path, call: str, mended: str) -> None:
    files = {
        "app.py": APP.format(call),
        "requirements.txt": FLASK,
        "Procfile": "web: python app.py\n",
    }
    fix = look(tmp_path, files)["port-not-bound"].fix
    assert after(fix) == {"app.py": f"import os\n{APP.format(mended)}"}
    assert fix is not None
    assert not fix.safe


@pytest.mark.parametrize("call", ["app.run('127.0.0.1')", "app.run(\n        debug=True)"])
def test_a_call_of_another_form_stays(tmp_path: Path, call: str) -> None:
    files = {
        "app.py": APP.format(call),
        "requirements.txt": FLASK,
        "Procfile": "web: python app.py\n",
    }
    assert look(tmp_path, files)["port-not-bound"].fix is None


def test_a_script_that_reads_the_port_needs_no_fix(tmp_path: Path) -> None:
    call = "app.run(host='0.0.0.0', port=int(os.environ['PORT']))"
    files = {"app.py": APP.format(call), "Procfile": "web: python app.py\n"}
    assert "port-not-bound" not in look(tmp_path, files)


@pytest.mark.parametrize(
    ("platform", "files", "mended"),
    [
        ("fly", {"fly.toml": FLY}, 'CMD ["gunicorn", "--bind", "0.0.0.0:8080", "mysite.wsgi"]'),
        ("cloud-run", {}, 'CMD ["gunicorn", "mysite.wsgi"]'),
    ],
)
def test_an_image_starts_gunicorn(
    tmp_path: Path, platform: str, files: dict[str, str], mended: str
) -> None:
    start = 'CMD ["python", "manage.py", "runserver"]'
    image = {"Dockerfile": IMAGE.format(start), "Procfile": None, "requirements.txt": "Django\n"}
    fix = look(tmp_path, {**image, **files}, platform)["runserver-in-production"].fix
    assert after(fix) == {
        "Dockerfile": IMAGE.format(mended),
        "requirements.txt": "Django\ngunicorn==23.0.0\n",
    }


@pytest.mark.parametrize(
    "start",
    [
        "CMD python manage.py migrate && python manage.py runserver",
        'ENTRYPOINT ["python"]\nCMD ["manage.py", "runserver"]',
    ],
)
def test_a_start_that_does_more_stays(tmp_path: Path, start: str) -> None:
    files = {"Dockerfile": IMAGE.format(start), "Procfile": None}
    assert look(tmp_path, files, "cloud-run")["runserver-in-production"].fix is None


def test_a_procfile_gets_gunicorn_and_its_requirement(tmp_path: Path) -> None:
    files = {
        "Procfile": "web: python manage.py runserver 0.0.0.0:$PORT\n",
        "requirements.txt": "Django\n",
    }
    assert after(look(tmp_path, files)["runserver-in-production"].fix) == {
        "Procfile": "web: gunicorn mysite.wsgi\n",
        "requirements.txt": "Django\ngunicorn==23.0.0\n",
    }


@pytest.mark.parametrize(
    ("asked", "mended"),
    [
        ("tensorflow-gpu==2.12.0\nDjango\n", "tensorflow-cpu==2.12.0\nDjango\n"),
        ("tensorflow-gpu\r\nDjango\r\n", "tensorflow-cpu\r\nDjango\r\n"),
        ("tensorflow==2.15.0\ntensorflow-gpu\n", "tensorflow==2.15.0\n"),
    ],
)
def test_tensorflow_for_gpus(tmp_path: Path, asked: str, mended: str) -> None:
    fix = look(tmp_path, {"requirements.txt": asked})["tensorflow-gpu-removed"].fix
    assert after(fix) == {"requirements.txt": mended}


def test_an_old_tensorflow_for_gpus_is_left_to_others(tmp_path: Path) -> None:
    files = {"requirements.txt": "tensorflow-gpu==2.10.0\n"}
    assert "tensorflow-gpu-removed" not in look(tmp_path, files)
