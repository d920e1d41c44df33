"""This repository's own buildpack, run by the rehearsal after Python's, as Heroku would.

Each kind of project is pushed twice: to a host that has seen nothing, and once more.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.buildpack.apps import DIGITS, WORDS, App, write_site
from tests.buildpack.https import Page, serving
from tests.rehearse.build.building import Heard, built, contents, run_in, unpacked
from wherry.dependencies.uv_program import find_uv
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
# One set of packages for all that need TensorFlow: pip installs it once.
ALL = ("wherry", "litert", "tensorflow")
LIBRARIES = {
    f".wherry/tensorflow/{name}"
    for name in ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2", "libtensorflow.json")
}


@dataclass(frozen=True)
class Push:
    """What a push came to."""

    slug: Slug
    said: str

    @property
    def names(self) -> set[str]:
        """What the slug holds."""
        return set(contents(self.slug))

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


def project(
    folder: Path,
    wheel: Path,
    *,
    installed: Sequence[str] = ALL,
    models: Sequence[str] = (),
    pyproject: str = "",
) -> App:
    """Write a project as it is pushed; Wherry's wheel lies in it."""
    app = App(folder, folder, folder)
    write_site(app, installed=installed, models=models, pyproject=pyproject)
    named = (folder / "requirements.txt").read_text()
    app.write("requirements.txt", named.replace("wherry\n", f"./wheels/{wheel.name}\ngranian\n"))
    app.write(f"wheels/{wheel.name}", wheel.read_bytes())
    app.write("app.json", json.dumps(BUILDPACKS))
    if "digits" in models and "path" in pyproject:
        app.write("trained/digits.tflite", DIGITS.read_bytes())
    if "words" in models:
        shutil.copytree(WORDS, folder / "trained" / "words")
    return app


def twice(app: App, cache: Path) -> Iterator[Push]:
    """Push a project, and once more with what the first build left."""
    for turn in ("first", "again"):
        # Otherwise the same slug is taken from the store.
        app.write("pushed.txt", turn)
        heard = Heard()
        yield Push(built(app.build, cache, heard), heard.text)


def predicted(
    push: Push, into: Path, model: str, inputs: Mapping[str, object]
) -> dict[str, list[object]]:
    """Ask a model in the slug, in the shell of a dyno."""
    app = unpacked(push.slug, into)
    (app / "inputs.json").write_text(json.dumps(inputs))
    answer = json.loads(run_in(app, f"python manage.py wherry predict {model} inputs.json"))
    shutil.rmtree(app)
    outputs: dict[str, list[object]] = answer
    return outputs


def words(push: Push, into: Path) -> list[object]:
    return predicted(push, into, "words", {"words": ["Django", "Heroku", "boat"]})["kinds"]


def digits(push: Push, into: Path) -> int:
    ((scores,),) = predicted(push, into, "digits", {"args_0": [[0.0] * 784]}).values()
    assert isinstance(scores, list)
    return len(scores)


def test_a_plain_site_is_left_as_it_is(tmp_path: Path, wheel: Path, kept: Path) -> None:
    app = project(tmp_path, wheel, installed=("gunicorn",))
    app.write("app.json", json.dumps({"buildpacks": BUILDPACKS["buildpacks"][:1]}))
    (alone, _) = twice(app, kept)
    app.write("app.json", json.dumps(BUILDPACKS))
    app.write("pyproject.toml", "[tool.wherry]\n")
    for push in twice(app, kept):
        assert "nothing to do" in push.said
        # The profile, for the site itself wants no more threads than its dyno has room for.
        assert push.names - alone.names == {"pyproject.toml", ".profile.d/wherry.sh"}


def test_a_model_becomes_a_bundle_that_the_slug_serves(
    tmp_path: Path, wheel: Path, kept: Path
) -> None:
    app = project(
        tmp_path / "site", wheel, installed=ALL[:2], models=["digits"], pyproject=LITERT
    )
    cold, warm = twice(app, kept)
    assert "digits: models/digits, litert, 0.8 MB, from trained/digits.tflite\n" in cold.said
    assert "(cached)" in warm.said
    assert digits(warm, tmp_path) == 10
    profile = contents(warm.slug)[".profile.d/wherry.sh"]
    assert profile is not None
    assert b"OMP_NUM_THREADS" in profile


def test_of_tensorflow_the_libraries_stay(tmp_path: Path, wheel: Path, kept: Path) -> None:
    app = project(tmp_path / "site", wheel, models=["words"], pyproject=SAVED)
    for push in twice(app, kept):
        assert "TensorFlow: only its two libraries stay" in push.said
        assert push.names >= LIBRARIES
        assert not push.holds("tensorflow")
        assert not push.holds("keras")
    assert words(push, tmp_path) == ["web", "host", "unknown"]


def test_both_kinds_of_model_answer_from_one_slug(
    tmp_path: Path, wheel: Path, kept: Path
) -> None:
    models = ["digits", "words"]
    app = project(tmp_path / "site", wheel, models=models, pyproject=LITERT + SAVED)
    for push in twice(app, kept):
        assert "2 models hold" in push.said
    assert words(push, tmp_path) == ["web", "host", "unknown"]
    assert digits(push, tmp_path) == 10


def test_a_site_that_imports_tensorflow_keeps_it(tmp_path: Path, wheel: Path, kept: Path) -> None:
    app = project(tmp_path / "site", wheel, models=["words"], pyproject=SAVED)
    app.write("site_/training.py", "import tensorflow as tf\n\nVERSION = tf.__version__\n")
    for push in twice(app, kept):
        assert "TensorFlow stays whole" in push.said
        assert push.holds("tensorflow")
        assert push.holds("keras")
    assert words(push, tmp_path) == ["web", "host", "unknown"]


def test_a_model_by_its_address(
    tmp_path: Path, wheel: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = DIGITS.read_bytes()
    with serving(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificates))
        server.pages["/digits.tflite"] = Page(body)
        pyproject = (
            f'[tool.wherry.models.digits]\nurl = "{server.url("/digits.tflite")}"\n'
            f'sha256 = "{hashlib.sha256(body).hexdigest()}"\nsize = {len(body)}\n'
        )
        app = project(
            tmp_path / "site", wheel, installed=ALL[:2], models=["digits"], pyproject=pyproject
        )
        cold, warm = twice(app, kept)
    assert "digits: models/digits, litert, 0.8 MB, from its address\n" in cold.said
    assert "from its address (cached)" in warm.said
    assert [path for path, _ in server.asked] == ["/digits.tflite"]
    assert digits(warm, tmp_path) == 10
