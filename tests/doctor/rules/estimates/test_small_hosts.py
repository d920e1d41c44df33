"""TensorFlow on a small host, for nothing but predictions."""

from pathlib import Path

import pytest

from tests.doctor.rules.estimates.looking import MODEL, VIEWS, look, site

Files = dict[str, str | bytes | None]
TF = "tensorflow-cpu==2.20.0\n"
LIGHT = "tensorflow-only-for-inference"
MODELLED: Files = {**site(TF), "model.h5": MODEL}
TRAINS = VIEWS + "\n\ndef train(request):\n    model.fit(np.zeros((1, 3)), np.zeros(1))\n"


def test_tensorflow_for_predictions_is_a_note_with_its_share(tmp_path: Path) -> None:
    found = look(tmp_path, MODELLED)[LIGHT]
    assert found.severity.value == "note"
    assert found.evidence[0].limit == 512 * 1024 * 1024


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        ({}, "heroku:performance-m"),
        ({"app/views.py": TRAINS}, "heroku:eco"),
        ({"app/views.py": VIEWS.replace("tensorflow.", "")[:40]}, "heroku:eco"),
        (
            {**site("scikit-learn==1.7.2\n"), "app/views.py": "def predict(request): ...\n"},
            "heroku:eco",
        ),
    ],
)
def test_it_is_not_said_where_there_is_room_or_training(
    tmp_path: Path, files: Files, platform: str
) -> None:
    assert LIGHT not in look(tmp_path, {**MODELLED, **files}, platform)


PIPELINE = """from django.http import HttpResponse
from transformers import pipeline

read = pipeline("text-classification", model="someone/bert-base")


def predict(request):
    return HttpResponse(str(read("a")))
"""


@pytest.mark.parametrize(
    ("platform", "small"), [("heroku:eco", True), ("heroku:performance-l", False)]
)
def test_a_pipeline_brings_torch_and_a_large_model(
    tmp_path: Path, platform: str, small: bool
) -> None:
    packages = (
        "--extra-index-url https://download.pytorch.org/whl/cpu\ntorch==2.9.0+cpu\n"
        "transformers==4.57.1\n"
    )
    found = look(tmp_path, {**site(packages), "app/views.py": PIPELINE}, platform)
    assert bool({"memory-too-small", "too-many-workers"} & set(found)) is small
