"""Workers against the host's memory."""

from pathlib import Path

import pytest

from tests.doctor.rules.estimates.looking import MODEL, look, render, site

TF = "tensorflow-cpu==2.20.0\n"
MEMORY = {"too-many-workers", "memory-too-small"}
MODELLED = {**site(TF), "model.h5": MODEL}


def memory(
    root: Path, changes: dict[str, str | bytes | None], platform: str = "heroku:eco"
) -> set[str]:
    return MEMORY & set(look(root, changes, platform))


@pytest.mark.parametrize(
    ("changes", "platform"),
    [
        ({}, "heroku:eco"),
        ({}, "heroku:standard-1x"),
        ({"Procfile": "web: gunicorn mysite.wsgi --workers 3\n"}, "heroku:eco"),
        (render("gunicorn mysite.wsgi -w 2 --threads 2"), "render:free"),
        ({"Procfile": "web: WEB_CONCURRENCY=3 gunicorn mysite.wsgi\n"}, "heroku:eco"),
        # The model is not here: what is usual is assumed.
        ({"model.h5": None}, "heroku:eco"),
        ({"Procfile": "web: gunicorn mysite.wsgi --workers 4\n"}, "heroku:standard-2x"),
    ],
)
def test_several_workers_with_tensorflow_hold_too_much(
    tmp_path: Path, changes: dict[str, str | bytes | None], platform: str
) -> None:
    assert "too-many-workers" in memory(tmp_path, {**MODELLED, **changes}, platform)


def test_it_is_said_with_numbers(tmp_path: Path) -> None:
    found = look(tmp_path, MODELLED)["too-many-workers"]
    assert found.title.startswith("2 workers each hold the model: about ")
    assert found.severity.value == "warning"
    boot, after = found.evidence[1:]
    assert boot.limit == after.limit == 512 * 1024 * 1024
    assert after.low is not None
    assert after.high is not None
    assert after.low < after.value < after.high  # type: ignore[operator]
    assert (found.where[0].path, found.where[0].line) == ("Procfile", 1)  # type: ignore[union-attr]


def test_twice_the_quota_is_an_error(tmp_path: Path) -> None:
    changes = {**MODELLED, "Procfile": "web: gunicorn mysite.wsgi --workers 6\n"}
    assert look(tmp_path, changes)["too-many-workers"].severity.value == "error"


def test_a_model_that_does_not_fit_even_once(tmp_path: Path) -> None:
    changes = {**site(TF), "Procfile": "web: gunicorn mysite.wsgi --workers 1\n"}
    large = {**changes, "model.h5": MODEL * 10}
    found = look(tmp_path, large)
    assert MEMORY & set(found) == {"memory-too-small"}
    assert "of 512 MB" in found["memory-too-small"].title


@pytest.mark.parametrize(
    ("changes", "platform"),
    [
        ({"Procfile": "web: gunicorn mysite.wsgi --workers 1 --threads 4\n"}, "heroku:eco"),
        ({"Procfile": "web: WEB_CONCURRENCY=1 gunicorn mysite.wsgi\n"}, "heroku:eco"),
        ({"app.json": '{"env": {"WEB_CONCURRENCY": "1"}}'}, "heroku:eco"),
        ({}, "heroku:performance-m"),
        (render("gunicorn mysite.wsgi"), "render:free"),
        ({}, "dokku"),
        ({"Procfile": None}, "heroku:eco"),
        (render("gunicorn mysite.wsgi --workers 2"), "render:standard"),
        # It is set elsewhere, nobody knows to what.
        ({"app.json": '{"env": {"WEB_CONCURRENCY": {"required": true}}}'}, "heroku:eco"),
        # A model of its own for training only, in no file that is served.
        (
            {
                "app/views.py": "def predict(request):\n    return None\n",
                "train.py": "import tensorflow\n",
            },
            "heroku:eco",
        ),
    ],
)
def test_what_fits_is_not_spoken_of(
    tmp_path: Path, changes: dict[str, str | bytes | None], platform: str
) -> None:
    assert memory(tmp_path, {**MODELLED, **changes}, platform) == set()


def test_a_light_runtime_fits(tmp_path: Path) -> None:
    light = (
        "from ai_edge_litert.interpreter import Interpreter\n\n"
        'model = Interpreter("model.tflite")\n\n\ndef predict(request):\n    return model\n'
    )
    changes = {**site("ai-edge-litert==2.3.0\n"), "app/views.py": light, "model.tflite": MODEL}
    assert memory(tmp_path, changes) == set()


@pytest.mark.parametrize("workers", [2, 8])
def test_a_plain_site_is_not_judged_by_estimates(tmp_path: Path, workers: int) -> None:
    changes: dict[str, str | bytes | None] = {
        "Procfile": f"web: gunicorn mysite.wsgi -w {workers}\n"
    }
    assert memory(tmp_path, changes) == set()
