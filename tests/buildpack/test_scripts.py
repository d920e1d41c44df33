"""The scripts as a host calls them: on real folders, with a real Python and real models."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.buildpack.apps import (
    BUILDPACK,
    DIGITS,
    WORDS,
    App,
    ask,
    compile_,
    environment,
    fails,
    make,
    run,
)
from wherry.bundle import open_bundle

SHELLS = [name for name in ("dash", "bash", "sh") if shutil.which(name)]
LITERT = '[tool.wherry.models.digits]\npath = "trained/digits.tflite"\n'
SAVED = '[tool.wherry.models.words]\npath = "trained/words"\n'


def litert(folder: Path) -> App:
    app = make(folder, installed=("wherry", "litert"), models=["digits"], pyproject=LITERT)
    app.write("trained/digits.tflite", DIGITS.read_bytes())
    return app


def saved(folder: Path) -> App:
    app = make(folder, installed=("wherry", "tensorflow"), models=["words"], pyproject=SAVED)
    shutil.copytree(WORDS, app.build / "trained" / "words")
    return app


def digit(app: App) -> int:
    """Ask for a blank picture's digit, and return which of the ten comes out."""
    signatures = open_bundle(app.build / "models" / "digits").signatures
    assert signatures is not None
    spec = next(iter(signatures.values())).inputs[0]
    answer = ask(app, "digits", {spec.name: [[0.0] * 784]})
    scores = next(iter(answer.values()))[0]
    assert isinstance(scores, list)
    assert len(scores) == 10
    return scores.index(max(scores))


def kinds(app: App) -> list[object]:
    return ask(app, "words", {"words": ["Django", "Heroku", "boat"]})["kinds"]


def test_the_apps_of_these_tests_run_this_checkout(tmp_path: Path) -> None:
    app = make(tmp_path / "app")
    command = [str(app.python), "-c", "import wherry; print(wherry.__file__)"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert Path(printed.strip()).is_relative_to(BUILDPACK.parent)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_plain_site_is_left_as_it_is(tmp_path: Path, shell: str) -> None:
    app = make(tmp_path / "a plain site", installed=("gunicorn",))
    before = sorted(path for path in app.build.rglob("*") if ".heroku" not in path.parts)
    for _ in range(2):
        assert "nothing to do" in compile_(app, shell=shell)
    assert before == sorted(path for path in app.build.rglob("*") if ".heroku" not in path.parts)
    assert not list(app.cache.iterdir())


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("path", "text", "seen"),
    [
        ("requirements.txt", "Django\nwherry[litert]\n", "names wherry"),
        ("requirements.txt", "tensorflow-cpu==2.21.0\n", "names tensorflow-cpu"),
        ("requirements.txt", "TensorFlow>=2\n", "names TensorFlow"),
        ("pyproject.toml", 'dependencies = ["tensorflow>=2"]\n', "names tensorflow"),
        ("pyproject.toml", "[tool.wherry]\n", "has [tool.wherry]"),
        ("Pipfile", 'wherry = "*"\n', "names wherry"),
        ("uv.lock", '[[package]]\nname = "tensorflow"\n', "names tensorflow"),
        ("app/model/wherry.json", "{}", "is a model bundle"),
    ],
)
def test_detect_says_what_it_saw(
    tmp_path: Path, shell: str, path: str, text: str, seen: str
) -> None:
    file = tmp_path / "an app" / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    result = run("detect", tmp_path / "an app", shell=shell)
    assert result.returncode == 0
    assert result.stdout.startswith("Wherry (")
    assert seen in result.stdout


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "django\ngunicorn\n"),
        ("requirements.txt", "# no tensorflow here\n"),
        ("requirements.txt", "tensorflow-is-not-this==1\nmy-wherry-client\n"),
        ("pyproject.toml", "[tool.ruff]\n"),
        ("package.json", '{"tensorflow": 1}'),
        (".heroku/python/lib/model/wherry.json", "{}"),
    ],
)
def test_detect_is_silent_of_what_is_not_its_own(
    tmp_path: Path, shell: str, path: str, text: str
) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    result = run("detect", tmp_path, shell=shell)
    assert result.returncode == 1
    assert "no dependency file" in result.stdout


def test_a_litert_bundle_is_made_kept_and_served(tmp_path: Path) -> None:
    app = litert(tmp_path / "with spaces")
    first = compile_(app)
    assert "digits: models/digits, litert, 0.8 MB, from trained/digits.tflite\n" in first
    assert "not installed, and no model runs on it" in first
    assert digit(app) in range(10)
    assert "(cached)" in compile_(app, shell="dash" if "dash" in SHELLS else "bash")
    pushed = litert(tmp_path / "pushed again")
    before = os.times()
    warm = run("compile", pushed.build, app.cache, app.env)
    after = os.times()
    assert warm.returncode == 0, warm.stdout
    assert warm.stdout.count("cached)") == 2
    spent_s = after.children_user - before.children_user
    assert spent_s + after.children_system - before.children_system < 5
    assert digit(pushed) in range(10)


def test_tensorflow_is_cut_down_to_what_a_saved_model_needs(tmp_path: Path) -> None:
    app = saved(tmp_path)
    wheel = app.site_packages / "tensorflow"
    kept = tmp_path / "the installer's cache"
    os.link(wheel / "libtensorflow_cc.so.2", kept)
    size_bytes = kept.stat().st_size
    said = compile_(app)
    assert "TensorFlow: only its two libraries stay" in said
    assert "tensorflow-cpu 2.21.0" in said
    assert "models/words, trained/words need its two libraries" in said
    assert not wheel.exists()
    assert not (app.site_packages / "keras").exists()
    assert (app.site_packages / "numpy").is_dir()
    names = sorted(path.name for path in (app.build / ".wherry" / "tensorflow").iterdir())
    assert names == ["libtensorflow.json", "libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]
    # An installer may have linked the same file: it is copied, and not stripped where it lies.
    assert kept.stat().st_size == size_bytes
    assert kinds(app) == ["web", "host", "unknown"]
    assert "already" in compile_(app)


def test_a_slug_with_both_kinds_serves_both(tmp_path: Path) -> None:
    installed = ("wherry", "litert", "tensorflow")
    app = make(tmp_path, installed=installed, models=["digits", "words"], pyproject=LITERT + SAVED)
    app.write("trained/digits.tflite", DIGITS.read_bytes())
    shutil.copytree(WORDS, app.build / "trained" / "words")
    assert "2 models hold" in compile_(app)
    assert kinds(app) == ["web", "host", "unknown"]
    assert digit(app) in range(10)


def test_an_app_that_imports_tensorflow_keeps_all_of_it(tmp_path: Path) -> None:
    app = saved(tmp_path)
    app.write("site_/training.py", "import tensorflow as tf\n\nVERSION = tf.__version__\n")
    (app.env / "WHERRY_EXPLAIN").write_text("1")
    said = compile_(app)
    assert "TensorFlow stays whole" in said
    assert "site_/training.py:1: import tensorflow" in said
    assert ".slugignore would keep the file out" in said
    assert "Removed" not in said
    assert (app.site_packages / "tensorflow" / "__init__.py").is_file()
    assert (app.site_packages / "keras").is_dir()
    assert kinds(app) == ["web", "host", "unknown"]


def test_what_blocks_a_deploy_ends_the_build_first(tmp_path: Path) -> None:
    app = litert(tmp_path)
    app.write("Procfile", "web: gunicorn site.wsgi\n")
    said = fails(app)
    assert "would keep the app from running" in said
    assert not (app.build / "models").exists()
    app.write("pyproject.toml", f'[tool.wherry]\nfail-on = "never"\n{LITERT}')
    assert "not heeded" in compile_(app)


def test_a_host_without_gpus_is_told(tmp_path: Path) -> None:
    app = litert(tmp_path)
    app.write("pyproject.toml", f'[tool.wherry]\naccelerator = "cuda"\n{LITERT}')
    said = compile_(app)
    assert 'accelerator = "cuda"' in said
    assert "has no GPUs: this build is for the CPU" in said
    profile = (app.build / ".profile.d" / "wherry.sh").read_text()
    assert "CUDA_VISIBLE_DEVICES=-1" in profile


def test_before_the_python_buildpack_only_the_checks_are_made(tmp_path: Path) -> None:
    app = litert(tmp_path / "app")
    shutil.move(app.build / ".heroku" / "python", tmp_path / "system")
    (app.build / ".heroku").rmdir()
    path = f"{tmp_path / 'system' / 'bin'}:/usr/bin:/bin"
    result = run("compile", app.build, app.cache, app.env, env=environment(PATH=path))
    assert result.returncode == 0, result.stdout
    assert "Checks: " in result.stdout
    assert "put this buildpack after the Python buildpack" in result.stdout
    assert not (app.build / "models").exists()


def test_release_prints_yaml() -> None:
    assert run("release", "/nowhere").stdout == "--- {}\n"


def test_the_scripts_can_be_run() -> None:
    for name in ("detect", "compile", "release", "build"):
        assert os.access(BUILDPACK / "bin" / name, os.X_OK), name
