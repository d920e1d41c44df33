"""docs/jobs.md and docs/metrics.md: their settings make a site that does what they say."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docs.fences import ROOT, fences
from wherry.bundle import open_bundle

DIGITS = ROOT / "examples" / "demo" / "models" / "digits"

SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent.parent
SECRET_KEY = "only for a test"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django"]
MIDDLEWARE = []
ROOT_URLCONF = "mysite.urls"
USE_TZ = True
WHERRY = {{"LOG_REQUESTS": True, "MODELS": {{"digits": {model!r}}}}}
"""
URLS = """
from django.urls import include, path
{code}
urlpatterns = [path("", include("wherry.django.urls")), metrics_path]
"""
ASK = """
import json, sys, time
import django
django.setup()
from django.test import Client
from wherry.django import get_model

pixels = [[0.0] * 784]
{code}
answer = Client().post(
    "/v1/models/digits:predict",
    json.dumps({{"inputs": pixels}}),
    content_type="application/json",
    headers={{"Prefer": "respond-async", "X-Request-Id": "from-the-router"}},
)
assert answer.status_code == 202, answer.content
address = answer["Location"]
while Client().get(address).json()["state"] in ("queued", "running"):
    time.sleep(0.05)
result = Client().get(address + "/result")
from wherry.django.jobs.errors import JobNotFinished
while True:
    try:
        outputs = job.result()
        break
    except JobNotFinished:
        time.sleep(0.05)
scrape = Client().get("/metrics").content.decode()
print(json.dumps({{
    "result": result.json(),
    "outputs": {{name: value.tolist() for name, value in outputs.items()}},
    "id": answer.headers["X-Request-Id"],
    "counted": 'code="202"' in scrape,
}}))
"""


def code(document: str, word: str) -> str:
    """Return the document's piece of code that has the word."""
    (found,) = [
        fence.text
        for fence in fences("python")
        if fence.document.name == document and word in fence.text
    ]
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A project with every setting that the two documents show."""
    package = tmp_path / "mysite"
    package.mkdir()
    settings = [
        SETTINGS.format(model=str(open_bundle(DIGITS).model)),
        code("jobs.md", "INSTALLED_APPS +="),
        code("jobs.md", "DATABASES ="),
        code("metrics.md", "LOGGING ="),
    ]
    (package / "__init__.py").touch()
    (package / "settings.py").write_text("\n".join(settings))
    own = code("metrics.md", 'path("metrics"').replace("path(", "metrics_path = path(")
    registry = code("metrics.md", "join_registry()")
    (package / "urls.py").write_text(URLS.format(code=f"{own}\n{registry}"))
    (tmp_path / "manage.py").write_text(
        "import sys\nfrom django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n"
    )
    return tmp_path


def test_the_documents_make_a_site_that_works(site: Path) -> None:
    """Migrated and worked as the commands say, asked as the code says."""
    commands = [
        line
        for fence in fences("sh")
        if fence.document.name == "jobs.md"
        for line in fence.text.splitlines()
        if not line.startswith("pip")
    ]
    assert commands == ["python manage.py migrate"]
    worker = "python manage.py wherry worker"
    assert f"worker: {worker}" in (ROOT / "docs" / "jobs.md").read_text()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mysite.settings",
        "PYTHONPATH": os.pathsep.join([str(site), str(ROOT / "src")]),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    for command in commands:
        subprocess.run(command.split(), cwd=site, env=environment, check=True, capture_output=True)
    ask = ASK.format(code=code("jobs.md", ".enqueue(").partition("...")[0])
    with (site / "log").open("wb") as log:
        process = subprocess.Popen(
            worker.split(), cwd=site, env=environment, stdout=log, stderr=log
        )
        try:
            done = subprocess.run(
                [sys.executable, "-c", ask],
                cwd=site,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
            )
        finally:
            process.terminate()
            process.wait(30)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["id"] == "from-the-router"
    assert found["counted"]
    assert len(found["result"]["outputs"][0]) == 10
    assert [len(rows[0]) for rows in found["outputs"].values()] == [10]
    lines = [json.loads(line) for line in done.stderr.splitlines() if "wherry.requests" in line]
    assert lines[0]["request_id"] == "from-the-router"
    assert lines[0]["code"] == 202


def test_the_extra_exists() -> None:
    """``pip install "wherry[jobs]"`` brings the backend."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = project["optional-dependencies"]["jobs"]
    assert any(requirement.startswith("django-tasks-db") for requirement in extra)
