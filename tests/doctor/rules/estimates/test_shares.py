"""Threads for every processor that a shared dyno shows."""

from pathlib import Path

import pytest

from tests.doctor.rules.estimates.looking import MODEL, look, site

TF = "tensorflow-cpu==2.20.0\n"
MODELLED = {**site(TF), "model.h5": MODEL}


@pytest.mark.parametrize("platform", ["heroku:eco", "heroku:standard-2x"])
def test_two_workers_of_tensorflow_on_a_shared_dyno(tmp_path: Path, platform: str) -> None:
    found = look(tmp_path, MODELLED, platform)["threads-oversubscribed"]
    assert found.severity.value == "warning"
    assert [item.value for item in found.evidence[1:]] in ([8, 2.0], [8, 4.0])


@pytest.mark.parametrize(
    ("changes", "platform"),
    [
        ({"Procfile": "web: gunicorn mysite.wsgi --workers 1\n"}, "heroku:eco"),
        ({"Procfile": "web: OMP_NUM_THREADS=1 gunicorn mysite.wsgi\n"}, "heroku:eco"),
        ({"app.json": '{"env": {"TF_NUM_INTRAOP_THREADS": "2"}}'}, "heroku:eco"),
        # Its processors are its own.
        ({}, "heroku:performance-l"),
        # What it shows is what it grants, as far as is known.
        ({}, "render:free"),
    ],
)
def test_silent_where_the_pools_fit(
    tmp_path: Path, changes: dict[str, str | bytes | None], platform: str
) -> None:
    assert "threads-oversubscribed" not in look(tmp_path, {**MODELLED, **changes}, platform)


def test_silent_without_a_library_of_pools(tmp_path: Path) -> None:
    assert "threads-oversubscribed" not in look(tmp_path, site("numpy==2.2.6\n"))
