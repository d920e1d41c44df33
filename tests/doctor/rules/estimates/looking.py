"""Small projects, and what the rules over predictions say of them."""

from collections.abc import Mapping
from pathlib import Path

from tests.doctor.rules.files.looking import HEALTHY, context_of, write
from wherry.doctor.rules.estimates.rules import RULES
from wherry.findings import Finding

VIEWS = """from django.http import HttpResponse
from tensorflow.keras.models import load_model
import numpy as np

model = load_model("model.h5")


def predict(request):
    return HttpResponse(str(model.predict(np.zeros((1, 3)))))
"""
PLAIN = "Django==5.2.8\ngunicorn==23.0.0\n"
MODEL = b"\x89HDF\r\n\x1a\n" + bytes(30_000_000)


def site(requirements: str, **more: str | bytes | None) -> dict[str, str | bytes | None]:
    """Return the files of a site with one view; ``more`` by path, with ``__`` for a slash."""
    files: dict[str, str | bytes | None] = {
        "requirements.txt": PLAIN + requirements,
        "app/__init__.py": "",
        "app/views.py": VIEWS,
        "mysite/urls.py": "from django.urls import path\nfrom app import views\n"
        'urlpatterns = [path("", views.predict)]\n',
        "mysite/settings.py": 'ROOT_URLCONF = "mysite.urls"\nINSTALLED_APPS = ["app"]\n',
    }
    return {**files, **more}


def render(command: str) -> dict[str, str | bytes | None]:
    """Return the file in which Render reads how to start."""
    return {
        "render.yaml": "services:\n  - type: web\n    name: site\n    runtime: python\n"
        f"    buildCommand: pip install -r requirements.txt\n    startCommand: {command}\n"
    }


def look(
    root: Path, changes: Mapping[str, str | bytes | None], platform: str = "heroku:eco"
) -> dict[str, Finding]:
    """Return the findings on the healthy project with some of its files changed, by cause."""
    write(root, {**HEALTHY, **changes})
    context = context_of(root, platform)
    return {finding.cause.name: finding for rule in RULES for finding in rule.check(context)}


def names(findings: Mapping[str, Finding]) -> set[str]:
    """Return the causes."""
    return set(findings)
