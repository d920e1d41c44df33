"""All predictions of a project together."""

import json
from pathlib import Path

from tests.doctor.rules.estimates.looking import MODEL, site
from tests.doctor.rules.files.looking import HEALTHY, context_of, write
from wherry.doctor.rules.estimates.predictions import predict

SITE = {**HEALTHY, **site("tensorflow-cpu==2.20.0\n"), "model.h5": MODEL}


def test_everything_is_predicted_beside_its_limit(tmp_path: Path) -> None:
    told = predict(context_of(write(tmp_path, SITE)))
    assert told.slug is not None
    assert told.slug.prediction.value > 300_000_000
    assert told.slug_limit_bytes == 1_000_000_000
    assert [(one.prediction.what, one.limit) for one in told.process] == [
        ("anonymous memory at boot", 512 * 1024 * 1024),
        ("anonymous memory after the first prediction", 512 * 1024 * 1024),
        ("time to load the app", 60),
        ("processes and threads", 256),
    ]
    for one in told.process:
        assert one.prediction.low < one.prediction.value < one.prediction.high
        assert one.prediction.basis
    assert json.loads(json.dumps(told.to_dict())) == told.to_dict()


def test_a_host_without_limits_has_none(tmp_path: Path) -> None:
    told = predict(context_of(write(tmp_path, SITE), "dokku"))
    assert told.slug_limit_bytes is None
    assert {one.limit for one in told.process} == {None}


def test_nothing_is_said_of_a_process_that_nothing_starts(tmp_path: Path) -> None:
    told = predict(context_of(write(tmp_path, {**SITE, "Procfile": None})))
    assert told.process == ()
    assert told.slug is not None


def test_an_image_has_no_slug(tmp_path: Path) -> None:
    files = {
        **SITE,
        "heroku.yml": "build:\n  docker:\n    web: Dockerfile\n",
        "Dockerfile": "FROM python:3.13\nCOPY . .\nCMD gunicorn mysite.wsgi\n",
    }
    assert predict(context_of(write(tmp_path, files))).slug is None


PICKLED = """from django.http import HttpResponse
import pickle

with open("forest.pkl", "rb") as file:
    forest = pickle.load(file)


def predict(request):
    return HttpResponse(str(forest.predict([[0.0]])))
"""


def test_a_pickled_model_brings_the_library_that_it_is_of(tmp_path: Path) -> None:
    """No file imports it: that does ``pickle``, of itself."""
    files = {"app/views.py": PICKLED, "forest.pkl": b"\x80\x04" + bytes(100_000)}
    sklearn, plain = ({**HEALTHY, **site(more), **files} for more in ("scikit-learn==1.7.2\n", ""))
    there = predict(context_of(write(tmp_path / "there", sklearn))).process[0].prediction
    without = predict(context_of(write(tmp_path / "without", plain))).process[0].prediction
    assert there.value > without.value + 50_000_000
