"""Threads for every processor that a shared dyno shows."""

from pathlib import Path

import pytest

from tests.doctor.rules.estimates.looking import MODEL, look, site

LARGE = "heroku:standard-2x"
VIEWS = """from django.http import HttpResponse
import onnxruntime, os, torch

{line}
model = torch.jit.load("model.pt")


def predict(request):
    return HttpResponse(str(model(torch.zeros(1, 3))))
"""
TORCH = "--extra-index-url https://download.pytorch.org/whl/cpu\ntorch==2.9.0+cpu\nonnxruntime\n"
THREADS = "threads-oversubscribed"
type Files = dict[str, str | bytes | None]


def torch(line: str = "", command: str = "--workers 4") -> Files:
    return {
        **site(TORCH),
        "app/views.py": VIEWS.format(line=line),
        "model.pt": b"PK" + bytes(1000),
        "Procfile": f"web: gunicorn mysite.wsgi {command}\n",
    }


def test_many_workers_that_fit_on_a_shared_dyno(tmp_path: Path) -> None:
    found = look(tmp_path, torch(), LARGE)[THREADS]
    assert found.severity.value == "note"
    assert [item.value for item in found.evidence[1:]] == [8, 4.0]


@pytest.mark.parametrize(
    "line",
    [
        "torch.set_num_threads(os.cpu_count())",
        "options = onnxruntime.SessionOptions()\noptions.intra_op_num_threads = os.cpu_count()",
    ],
)
def test_a_pool_that_is_told_to_be_as_large_as_the_machine(tmp_path: Path, line: str) -> None:
    files = torch(line, "--workers 1")
    found = look(tmp_path, files, LARGE)[THREADS]
    assert found.where[0].path == "app/views.py"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("files", "platform"),
    [
        # So has nearly every site.
        (torch(command="--workers 2"), LARGE),
        # They do not fit: with one there is nothing to share.
        ({**site("tensorflow-cpu==2.20.0\n"), "model.h5": MODEL}, LARGE),
        ({**site("tensorflow-cpu==2.20.0\n"), "model.h5": MODEL}, "heroku:eco"),
        (torch("torch.set_num_threads(1)"), LARGE),
        ({**torch(), "Procfile": "web: OMP_NUM_THREADS=1 gunicorn mysite.wsgi -w 4\n"}, LARGE),
        ({**torch(), "app.json": '{"env": {"OMP_NUM_THREADS": "2"}}'}, LARGE),
        # Its processors are its own.
        (torch("torch.set_num_threads(os.cpu_count())"), "heroku:performance-l"),
        # What it shows is what it grants, as far as is known.
        (torch(), "render:free"),
        (site("numpy==2.2.6\n"), "heroku:eco"),
    ],
)
def test_silent_where_the_pools_fit(tmp_path: Path, files: Files, platform: str) -> None:
    assert THREADS not in look(tmp_path, files, platform)
