"""docs/models.md: its commands change a running server as it says, and it names every option."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np

from tests.django.serving import make_site, until, wherry_serve
from tests.docs.fences import ROOT, commands
from wherry.bundle import open_bundle, write_bundle
from wherry.serving import memory_guard, warmup, warmup_file
from wherry.serving.changes import watching
from wherry.serving.options import ModelOptions

PAGE = ROOT / "docs" / "models.md"
TEXT = PAGE.read_text()
DIGITS = ROOT / "examples" / "demo" / "models" / "digits"
SETTINGS = """
SECRET_KEY = "only for a test"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["wherry.django"]
ROOT_URLCONF = "project.urls"
SILENCED_SYSTEM_CHECKS = ["wherry.W002"]
WHERRY = {"MODELS": {"digits": "models/digits"}}
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("", include("wherry.django.urls"))]
"""


def test_commands_do_what_the_page_says(tmp_path: Path) -> None:
    """One after another, as they stand there, in a reader's project."""
    site = make_site(tmp_path / "site", settings=SETTINGS, urls=URLS)
    bundle = open_bundle(DIGITS)
    for version, name in (("1", "digits"), ("2", "digits-2"), ("3", "digits-3")):
        write_bundle(
            site / "models" / name,
            model=bundle.model,
            name="digits",
            version=version,
            runtime=bundle.runtime,
            signatures=bundle.signatures or {},
        )
    shown = [fence.text for fence in commands() if fence.document == PAGE]
    assert [line.split()[3] for line in shown] == [
        *("running", "swap", "add", "promote", "label", "retire")
    ]
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "TMPDIR": str(tmp_path),
    }
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    with wherry_serve(site, "--processes", "1", TMPDIR=str(tmp_path)) as server:
        server.wait_for("1 process x")
        until(lambda: list(tmp_path.glob("wherry-*/workers/*")))
        for line in shown:
            ran = subprocess.run(
                ["bash", "-c", line], cwd=site, env=environ, capture_output=True, text=True
            )
            assert ran.returncode == 0, f"{line}\n{ran.stderr}"
        found = server.get("/v1/models/digits").json()["model_version_status"]
        assert [each["version"] for each in found] == ["3"]


def test_the_addresses_are_endpoints(tmp_path: Path) -> None:
    """Of both protocols."""
    site = make_site(tmp_path / "site", settings=SETTINGS, urls=URLS)
    shutil.copytree(DIGITS, site / "models" / "digits")
    settings = (site / "project" / "settings.py").read_text()
    labels = '{"PATH": "models/digits", "VERSION": "2", "LABELS": {"stable": "2"}}'
    (site / "project" / "settings.py").write_text(settings.replace('"models/digits"', labels))
    image = {"name": "image", "shape": [1, 784], "datatype": "FP32"}
    bodies: dict[str, object] = {
        "predict": {"instances": [[0.0] * 784]},
        "infer": {"inputs": [{**image, "data": [0.0] * 784}]},
    }
    asked = re.findall(r"`(/v[12]/models/digits/[\w/]+(?::predict|/infer))`", TEXT)
    assert len(asked) == 2
    with wherry_serve(site, "--processes", "1", TMPDIR=str(tmp_path)) as server:
        server.wait_for("1 process x")
        for path in asked:
            body = bodies["predict" if path.endswith("predict") else "infer"]
            answer = server.post(path, body).json()
            outputs = answer.get("predictions") or answer["outputs"][0]["data"]
            assert np.size(outputs) == 10


def test_numbers_are_those_of_the_code() -> None:
    """Nobody has to remember to change both."""
    assert f"At {memory_guard.TRIM_RATIO:.0%} of the quota" in TEXT
    assert f"at {memory_guard.REFUSE_RATIO:.0%} new predictions" in TEXT
    assert f"{memory_guard.RESUME_BELOW_RATIO:.0%} less is used" in TEXT
    assert f"at most {warmup_file.MAX_RECORDS:,}" in TEXT
    assert f"at most {warmup.SAMPLES_BUDGET_S:g} s" in TEXT
    assert watching.REST_S == 1.0
    assert "has not changed for a second" in TEXT


def test_options_of_versions_are_on_the_page() -> None:
    """By the names that the settings have."""
    names = {field.name.upper() for field in fields(ModelOptions)}
    for option in ("VERSION", "LABELS", "WATCH"):
        assert option in names
        assert f"`{option}`" in TEXT
