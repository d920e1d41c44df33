"""Every command and every piece of code in the documents does what its reader expects."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.docs.fences import DOCUMENTS, ROOT, Fence, commands, fences
from wherry.bundle import open_bundle

DIGITS = ROOT / "examples" / "demo" / "models" / "digits"

SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent.parent
SECRET_KEY = "only for a test"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django"]
ROOT_URLCONF = "mysite.urls"
WHERRY = {"MODELS": {
    "digits": BASE_DIR / "models" / "digits.tflite",
    "digit-image": {
        "PATH": BASE_DIR / "models" / "digits.tflite",
        "PREPROCESS": "mysite.images.read_image",
        "POSTPROCESS": "mysite.images.name_digit",
    },
}}
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("", include("wherry.django.urls"))]
"""
WSGI = """
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
application = get_wsgi_application()
"""
MANAGE = """
import os, sys
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
execute_from_command_line(sys.argv)
"""


@dataclass(frozen=True)
class Site:
    """A reader's project, and the server that the README's last line starts in it."""

    folder: Path
    port: int
    environment: dict[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", command.replace("localhost:8000", f"localhost:{self.port}")],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )


def code_that_defines(name: str) -> str:
    (found,) = [fence.text for fence in fences("python") if f"def {name}(" in fence.text]
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("reader")
    package = folder / "mysite"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "settings.py").write_text(SETTINGS)
    (package / "urls.py").write_text(URLS)
    (package / "wsgi.py").write_text(WSGI)
    (package / "images.py").write_text(code_that_defines("read_image"))
    (folder / "manage.py").write_text(MANAGE)
    (folder / "models").mkdir()
    model = open_bundle(DIGITS).model
    shutil.copy(model, folder / "models" / "digits.tflite")
    shutil.copy(model, folder / "model.tflite")
    (folder / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(10)))
    pixels = np.zeros((28, 28), np.float32)
    pixels[5:23, 13:15] = 1.0  # a one, near enough
    (folder / "digit.json").write_text(json.dumps({"inputs": pixels.reshape(1, 784).tolist()}))
    Image.fromarray((pixels * 255).astype(np.uint8)).save(folder / "digit.png")
    port = free_port()
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PORT": str(port),
        "PYTHONPATH": str(folder),
    }
    del environment["DJANGO_SETTINGS_MODULE"]  # that of these tests, not the reader's
    reader = Site(folder, port, environment)
    (folder / "inputs.json").write_text(json.dumps(pixels.reshape(1, 784).tolist()))
    serve = "wherry serve mysite.wsgi"
    assert serve in {fence.text for fence in commands()}
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            serve.split(), cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            wait_until_ready(port, server, folder / "serve.log")
            yield reader
        finally:
            server.terminate()
            assert server.wait(30) == 0


def wait_until_ready(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"http://localhost:{port}/v2/health/ready", timeout=5)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


# Run elsewhere, each by the test that it is about.
ELSEWHERE = re.compile(
    r"scripts/(demo|bench)|git clone|heroku logs .*wherry explain"
    r"|wherry (serve|tensorflow|inspect|shrink|verify|doctor|init|explain|rehearse)"
    r"|python manage\.py wherry (running|swap|add|promote|label|retire)"
)
SHOWN = [fence for fence in commands() if not fence.text.startswith("pip install")]
RUN_HERE = [fence for fence in SHOWN if not ELSEWHERE.match(fence.text)]


@pytest.mark.parametrize("command", RUN_HERE, ids=str)
def test_command_succeeds(site: Site, command: Fence) -> None:
    """As it stands in the document, in a reader's project with the server running."""
    done = site.run(command.text)
    assert done.returncode == 0, done.stderr
    if command.text.startswith("curl"):
        assert "error" not in json.loads(done.stdout), done.stdout


@pytest.mark.parametrize(
    "command", [f for f in commands() if f.text.startswith("pip install")], ids=str
)
def test_extras_that_are_installed_exist(command: Fence) -> None:
    """``pip install "wherry[...]"`` names extras of this version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = re.search(r"wherry\[([a-z,]+)\]", command.text)
    assert extras is not None
    assert set(extras[1].split(",")) <= project["optional-dependencies"].keys()


@pytest.mark.parametrize("command", [f for f in SHOWN if f.text.startswith("scripts/")], ids=str)
def test_scripts_that_are_named_can_be_run(command: Fence) -> None:
    """They are there, with the run bit."""
    assert os.access(ROOT / command.text.split()[0], os.X_OK)


def test_client_code_works(site: Site) -> None:
    """The tritonclient example prints ten probabilities."""
    (code,) = [fence.text for fence in fences("python") if "tritonclient" in fence.text]
    code = code.replace("localhost:8000", f"localhost:{site.port}")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    numbers = re.findall(r"[\d.e+-]*\d", done.stdout)
    assert len(numbers) == 10
    assert sum(map(float, numbers)) == pytest.approx(1, abs=1e-4)


def test_bundle_code_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of write_bundle writes one that opens."""
    (code,) = [fence.text for fence in fences("python") if "write_bundle(" in fence.text]
    bundle = open_bundle(DIGITS)
    shutil.copy(bundle.model, tmp_path / "model.tflite")
    monkeypatch.chdir(tmp_path)
    sample = np.zeros((1, 784), np.float32)
    exec(code, {"signatures": bundle.signatures, "sample": sample})  # noqa: S102
    assert open_bundle(tmp_path / "models" / "digits").labels["probabilities"][9] == "9"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Each relative link is a file of the repository, and its anchor a heading there."""
    for target, anchor in re.findall(
        r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", document.read_text()
    ):
        path = (document.parent / target) if target else document
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings}
            assert anchor in slugs, anchor
