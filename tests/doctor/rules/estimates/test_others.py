"""Training data, the time to start, threads."""

import subprocess
from pathlib import Path

import pytest

from tests.doctor.rules.estimates.looking import look, render, site

DATA = "training-data-in-slug"
BIG = bytes(11_000_000)
Files = dict[str, str | bytes | None]


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ({"dataset/train/cat/1.jpg": BIG}, "/dataset"),
        ({"app/training_data/x.csv": BIG}, "/app/training_data"),
        ({"Notebooks/explore.ipynb": BIG}, "/Notebooks"),
        ({"train.ipynb": BIG}, "/train.ipynb"),
        ({"checkpoints/ckpt-1.index": BIG}, "/checkpoints"),
        ({"data/raw.csv": BIG}, "/data"),
    ],
)
def test_what_only_training_reads_is_seen(tmp_path: Path, files: Files, folder: str) -> None:
    found = look(tmp_path, files)[DATA]
    assert found.severity.value == "warning"
    assert found.values["folder"] == folder


@pytest.mark.parametrize(
    "files",
    [
        {"dataset/few.csv": b"1,2\n"},
        {"app/static/data/map.json": BIG},
        {"media/dataset/1.jpg": BIG},
        {"dataset/train.csv": BIG, ".slugignore": "/dataset\n"},
        {"dataset/train.csv": BIG, ".slugignore": "*.csv\n"},
        {"dataset/train.csv": BIG, ".gitignore": "dataset/\n"},
        {"models/model.h5": BIG},
        {"database/big.sqlite3": BIG},
        {"venv/pyvenv.cfg": "home = /usr\n", "venv/lib/python3.13/site-packages/pkg/data/x": BIG},
    ],
)
def test_what_is_small_kept_out_or_served_is_not(tmp_path: Path, files: Files) -> None:
    if ".gitignore" in files:
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert DATA not in look(tmp_path, files)


def test_data_that_a_view_reads_is_not(tmp_path: Path) -> None:
    view = 'import csv\n\n\ndef predict(request):\n    return csv.reader(open("data/rows.csv"))\n'
    assert DATA not in look(tmp_path, {**site(""), "app/views.py": view, "data/rows.csv": BIG})


def test_a_tenth_of_a_processor_starts_too_late_for_gunicorn(tmp_path: Path) -> None:
    changes = {
        **site("tensorflow-cpu==2.20.0\n"),
        "model.h5": bytes(60_000_000),
        **render("gunicorn mysite.wsgi --workers 2 --timeout 10"),
    }
    found = look(tmp_path, changes, "render:free")["gunicorn-worker-timeout"]
    assert found.evidence[0].limit == 10
    assert found.evidence[0].low is not None
    assert found.evidence[0].low > 10


@pytest.mark.parametrize(
    ("command", "platform"),
    [
        ("gunicorn mysite.wsgi --workers 1", "heroku:eco"),
        ("gunicorn mysite.wsgi --workers 1", "render:free"),
        ("gunicorn mysite.wsgi --workers 2 --timeout 0", "render:free"),
        ("gunicorn mysite.wsgi --workers 1 --timeout 300", "render:free"),
        ("uvicorn mysite.asgi:application --port $PORT", "heroku:eco"),
        ("python manage.py runserver 0.0.0.0:$PORT", "render:free"),
        ("gunicorn mysite.wsgi", "dokku"),
    ],
)
def test_a_start_in_time_is_not_spoken_of(tmp_path: Path, command: str, platform: str) -> None:
    said = render(command) if platform.startswith("render") else {"Procfile": f"web: {command}\n"}
    changes = {**site("tensorflow-cpu==2.20.0\n"), **said}
    assert not {"slow-boot", "gunicorn-worker-timeout"} & set(look(tmp_path, changes, platform))


@pytest.mark.parametrize(
    ("command", "platform", "expected"),
    [
        ("gunicorn mysite.wsgi -w 8 --threads 60", "heroku:eco", True),
        ("gunicorn mysite.wsgi -w 2 --threads 400", "heroku:standard-2x", True),
        ("gunicorn mysite.wsgi -w 2 --threads 20", "heroku:eco", False),
        ("gunicorn mysite.wsgi -w 2 --threads 400", "heroku:performance-m", False),
        ("gunicorn mysite.wsgi -w 2 --threads 400", "render:free", False),
        ("gunicorn mysite.wsgi", "heroku:eco", False),
    ],
)
def test_threads_against_the_limit(
    tmp_path: Path, command: str, platform: str, expected: bool
) -> None:
    found = look(tmp_path, {"Procfile": f"web: {command}\n"}, platform)
    assert ("thread-limit" in found) is expected
    if expected:
        assert found["thread-limit"].evidence[0].limit in (256, 512)
