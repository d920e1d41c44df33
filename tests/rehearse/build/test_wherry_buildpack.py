"""This repository's own buildpack, run by the rehearsal after Python's, as Heroku would.

Projects are pushed more than once: to a host that has seen nothing, and with what it kept.
"""

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.buildpack.apps import DIGITS, WORDS, App, write_site
from tests.buildpack.https import Page, serving
from tests.rehearse.build.building import Heard, built, contents, run_in, unpacked
from wherry.dependencies.uv_program import find_uv
from wherry.rehearse.build import compressing
from wherry.rehearse.build.slug import Slug

ROOT = Path(__file__).parents[3]
BUILDPACKS = {
    "buildpacks": [
        {"url": "heroku/python"},
        {"url": "https://files.example.com/wherry-buildpack.tgz"},
    ]
}
LITERT = '[tool.wherry.models.digits]\npath = "trained/digits.tflite"\n'
SAVED = '[tool.wherry.models.words]\npath = "trained/words"\n'
SMALL = ("wherry", "litert")
ALL = (*SMALL, "tensorflow")
LIBRARIES = {
    f".wherry/tensorflow/{name}"
    for name in ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2", "libtensorflow.json")
}


@dataclass(frozen=True)
class Push:
    """What a push came to: the slug and the paths in it, and what the build said."""

    slug: Slug
    names: frozenset[str]
    said: str

    def holds(self, package: str) -> bool:
        """Whether a package's folder is there."""
        return any(f"/site-packages/{package}/" in name for name in self.names)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return this checkout's wheel, which no index has."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [find_uv(), "build", "--quiet", "--wheel", "--out-dir", folder, ROOT],
        check=True,
        timeout=300,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the host's cache of these tests, which begins empty."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def hardly_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save the minutes that TensorFlow takes: nothing here looks at the size of a slug."""
    monkeypatch.setattr(compressing, "_LEVEL", 1)


def project(
    folder: Path,
    wheel: Path,
    *,
    installed: Sequence[str],
    models: Sequence[str] = (),
    pyproject: str = "",
) -> App:
    """Write a project as it is pushed; Wherry's wheel lies in it."""
    app = App(folder, folder, folder)
    write_site(app, installed=installed, models=models, pyproject=pyproject)
    app.write(f"wheels/{wheel.name}", wheel.read_bytes())
    named = (folder / "requirements.txt").read_text()
    app.write("requirements.txt", named.replace("wherry\n", f"./wheels/{wheel.name}\ngranian\n"))
    app.write("app.json", json.dumps(BUILDPACKS))
    if "trained/digits.tflite" in pyproject:
        app.write("trained/digits.tflite", DIGITS.read_bytes())
    if "trained/words" in pyproject:
        shutil.copytree(WORDS, folder / "trained" / "words", dirs_exist_ok=True)
    return app


def push(app: App, cache: Path) -> Push:
    """Push a project as it is now."""
    # Something always changes; the same slug would be taken from the store.
    app.write("pushed.txt", str(time.monotonic_ns()))
    heard = Heard()
    slug = built(app.build, cache, heard)
    return Push(slug, frozenset(contents(slug)), heard.text)


def predicted(app: Path, model: str, inputs: Mapping[str, object]) -> dict[str, list[object]]:
    """Ask a model of an unpacked slug, in the shell of a dyno."""
    (app / "inputs.json").write_text(json.dumps(inputs))
    answer = json.loads(run_in(app, f"python manage.py wherry predict {model} inputs.json"))
    outputs: dict[str, list[object]] = answer
    return outputs


def words(app: Path) -> list[object]:
    return predicted(app, "words", {"words": ["Django", "Heroku", "boat"]})["kinds"]


def digits(app: Path) -> int:
    ((scores,),) = predicted(app, "digits", {"image": [[0.0] * 784]}).values()
    assert isinstance(scores, list)
    return len(scores)


def test_a_plain_site_is_left_as_it_is(tmp_path: Path, wheel: Path, kept: Path) -> None:
    app = project(tmp_path, wheel, installed=("gunicorn",))
    app.write("app.json", json.dumps({"buildpacks": BUILDPACKS["buildpacks"][:1]}))
    alone = push(app, kept)
    app.write("app.json", json.dumps(BUILDPACKS))
    app.write("pyproject.toml", "[tool.wherry]\n")
    for _ in range(2):
        pushed = push(app, kept)
        assert "nothing to do" in pushed.said
        # The profile, for the site itself wants no more threads than its dyno has room for.
        assert pushed.names - alone.names == {"pyproject.toml", ".profile.d/wherry.sh"}


def test_a_model_becomes_a_bundle_that_the_slug_serves(
    tmp_path: Path, wheel: Path, kept: Path
) -> None:
    app = project(tmp_path / "site", wheel, installed=SMALL, models=["digits"], pyproject=LITERT)
    cold = push(app, kept)
    assert "digits: models/digits, litert, 0.8 MB, from trained/digits.tflite\n" in cold.said
    warm = push(app, kept)
    assert "(cached)" in warm.said
    assert digits(unpacked(warm.slug, tmp_path)) == 10
    profile = contents(warm.slug)[".profile.d/wherry.sh"]
    assert profile is not None
    assert b"OMP_NUM_THREADS" in profile


def test_a_site_that_comes_to_need_more_of_tensorflow(
    tmp_path: Path, wheel: Path, kept: Path
) -> None:
    """It has a SavedModel, then a LiteRT model beside it, and then imports TensorFlow itself."""
    app = project(tmp_path / "site", wheel, installed=ALL, models=["words"], pyproject=SAVED)
    lean = push(app, kept)
    assert "TensorFlow: only its two libraries stay" in lean.said
    assert lean.names >= LIBRARIES
    assert not lean.holds("tensorflow")
    assert not lean.holds("keras")
    assert words(unpacked(lean.slug, tmp_path / "lean")) == ["web", "host", "unknown"]

    models = ["digits", "words"]
    project(app.build, wheel, installed=ALL, models=models, pyproject=LITERT + SAVED)
    both = push(app, kept)
    assert "2 models hold" in both.said
    assert both.names >= LIBRARIES
    assert not both.holds("tensorflow")
    there = unpacked(both.slug, tmp_path / "both")
    assert words(there) == ["web", "host", "unknown"]
    assert digits(there) == 10

    app.write("site_/training.py", "import tensorflow as tf\n\nVERSION = tf.__version__\n")
    whole = push(app, kept)
    assert "TensorFlow stays whole" in whole.said
    assert whole.holds("tensorflow")
    assert whole.holds("keras")
    assert words(unpacked(whole.slug, tmp_path / "whole")) == ["web", "host", "unknown"]


def test_a_model_by_its_address(
    tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = DIGITS.read_bytes()
    with serving(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificates))
        server.pages["/digits.tflite"] = Page(body)
        pyproject = (
            f'[tool.wherry.models.digits]\nurl = "{server.url("/digits.tflite")}"\n'
            f'sha256 = "{hashlib.sha256(body).hexdigest()}"\nsize = {len(body)}\n'
        )
        folder = tmp_path / "site"
        app = project(folder, wheel, installed=SMALL, models=["digits"], pyproject=pyproject)
        cold, warm = push(app, tmp_path / "cache"), push(app, tmp_path / "cache")
    assert "digits: models/digits, litert, 0.8 MB, from its address\n" in cold.said
    assert "from its address (cached)" in warm.said
    assert [path for path, _ in server.asked] == ["/digits.tflite"]
    assert digits(unpacked(warm.slug, tmp_path)) == 10
