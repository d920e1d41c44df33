"""More ways into the build: by address, as a Cloud Native Buildpack, without TensorFlow's wheel."""

import hashlib
import shutil
import subprocess
import tomllib
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
from tests.buildpack.https import Page, Server, serving
from tests.tensorflow_libraries import libraries
from wherry.bundle import open_bundle

TOKEN = "s3cret-t0ken-of-the-model-store"


def declared(server: Server, body: bytes, size: int | None = None) -> str:
    return (
        f'[tool.wherry.models.digits]\nurl = "{server.url("/v1/digits.tflite")}"\n'
        f'sha256 = "{hashlib.sha256(body).hexdigest()}"\nsize = {size or len(body)}\n'
        'token = "MODEL_TOKEN"\n'
    )


def test_a_model_by_its_address(tmp_path: Path) -> None:
    body = DIGITS.read_bytes()
    with serving(tmp_path) as server:
        trusting = {"SSL_CERT_FILE": str(server.certificates)}
        pyproject = declared(server, body)
        app = make(
            tmp_path / "app",
            installed=("wherry", "litert"),
            models=["digits"],
            pyproject=pyproject,
        )
        server.pages["/v1/digits.tflite"] = Page(body[:-7], key=TOKEN, length=len(body))
        (app.env / "MODEL_TOKEN").write_text(TOKEN)
        said = fails(app, **trusting)
        assert "ended after" in said
        assert "nothing of it was kept" in said
        assert TOKEN not in said
        assert not list((app.cache / "wherry" / "downloads").iterdir())
        server.pages["/v1/digits.tflite"] = Page(body, key=TOKEN)
        assert "digits: models/digits, litert, 0.8 MB, from its address\n" in compile_(
            app, **trusting
        )
        # The next build asks nobody.
        server.pages.clear()
        assert "from its address (cached)" in compile_(app, **trusting)
    assert open_bundle(app.build / "models" / "digits").model.read_bytes() == body


def test_without_a_wheel_the_libraries_are_fetched_into_the_cache(tmp_path: Path) -> None:
    """As on a Python that TensorFlow has no wheel for."""
    app = make(
        tmp_path,
        installed=("wherry",),
        models=["words"],
        pyproject='[tool.wherry.models]\nwords = "trained/words"\n',
    )
    shutil.copytree(WORDS, app.build / "trained" / "words")
    kept = app.cache / "wherry" / "tensorflow" / "tensorflow-cpu-2.21.0"
    kept.parent.mkdir(parents=True)
    shutil.copytree(libraries(), kept)
    said = compile_(app)
    assert "Libraries: TensorFlow 2.21.0, 634 MB of tensorflow-cpu, from the cache" in said
    assert ask(app, "words", {"words": ["Django", "boat"]})["kinds"] == ["web", "unknown"]


@pytest.mark.parametrize("by", ["arguments", "variables"])
def test_as_a_cloud_native_buildpack(tmp_path: Path, by: str) -> None:
    app = make(
        tmp_path,
        installed=("wherry", "litert"),
        models=["digits"],
        pyproject='[tool.wherry.models]\ndigits = "trained/digits.tflite"\n',
    )
    app.write("trained/digits.tflite", DIGITS.read_bytes())
    home = tmp_path / "layers of others" / "venv"
    home.parent.mkdir()
    shutil.move(app.build / ".heroku" / "python", home)
    (app.build / ".heroku").rmdir()
    layers, platform, plan = (tmp_path / name for name in ("layers", "platform", "plan.toml"))
    layers.mkdir()
    (platform / "env").mkdir(parents=True)
    plan.touch()
    path = f"{home / 'bin'}:/usr/bin:/bin"
    variables = {
        "CNB_LAYERS_DIR": str(layers),
        "CNB_PLATFORM_DIR": str(platform),
        "CNB_BP_PLAN_PATH": str(plan),
    }
    if by == "arguments":
        env = environment(PATH=path)
        detected = run("detect", platform, plan, env=env, cwd=app.build)
        built = run("build", layers, platform, plan, env=env, cwd=app.build)
    else:
        env = environment(PATH=path, CNB_BUILD_PLAN_PATH=str(plan))
        detected = run("detect", env=env, cwd=app.build)
        built = run("build", env=environment(PATH=path, **variables), cwd=app.build)
    assert detected.returncode == 0, detected.stdout
    assert built.returncode == 0, built.stdout
    assert open_bundle(app.build / "models" / "digits").runtime == "litert"
    assert tomllib.loads((layers / "cache.toml").read_text()) == {"types": {"cache": True}}
    assert tomllib.loads((layers / "profile.toml").read_text()) == {"types": {"launch": True}}
    assert launched(layers, app)["MALLOC_ARENA_MAX"] == "1"
    given = launched(layers, app, MALLOC_ARENA_MAX="4", WHERRY_TENSORFLOW='a "quoted\\ path')
    assert given["MALLOC_ARENA_MAX"] == "4"
    assert given["WHERRY_TENSORFLOW"] == 'a "quoted\\ path'


def launched(layers: Path, app: App, **config: str) -> dict[str, str]:
    """Run what the launcher runs, and return what it is told to set."""
    told = layers / "told.toml"
    program = layers / "profile" / "exec.d" / "wherry"
    subprocess.run(
        ["sh", "-c", 'exec "$0" 3>"$1"', str(program), str(told)],
        cwd=app.build,
        env={"PATH": "/usr/bin:/bin", "HOME": "/home/other", **config},
        check=True,
    )
    return {str(name): str(value) for name, value in tomllib.loads(told.read_text()).items()}


def test_a_cloud_native_project_without_work_is_not_detected(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django\n")
    result = run("detect", tmp_path / "platform", tmp_path / "plan", cwd=tmp_path)
    assert result.returncode == 100


def test_the_description_is_whole() -> None:
    document = tomllib.loads((BUILDPACK / "buildpack.toml").read_text())
    assert document["buildpack"]["id"] == "wherry/wherry"
    assert document["targets"] == [{"os": "linux", "arch": "amd64"}]
