"""Small projects, and what the rules over files say of them."""

from collections.abc import Mapping
from pathlib import Path

from wherry.doctor.rule import Context
from wherry.doctor.rules.files.rules import RULES
from wherry.findings import Finding
from wherry.platforms import hosts
from wherry.project.host_python import host_python
from wherry.project.project import read_project

WSGI = """import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
application = get_wsgi_application()
"""
ASGI = WSGI.replace("wsgi", "asgi")
MANAGE = """#!/usr/bin/env python
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
"""

HEALTHY: Mapping[str, str] = {
    "manage.py": MANAGE,
    "mysite/__init__.py": "",
    "mysite/settings.py": "DEBUG = False\n",
    "mysite/wsgi.py": WSGI,
    "mysite/asgi.py": ASGI,
    "requirements.txt": "Django==5.2.8\ngunicorn==23.0.0\n",
    ".python-version": "3.13\n",
    "Procfile": "web: gunicorn mysite.wsgi\n",
}


def write(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write files; None removes one."""
    for path, content in files.items():
        place = root / path
        if content is None:
            place.unlink(missing_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def context_of(root: Path, platform: str = "heroku:eco", app: str | None = None) -> Context:
    """Return what the rules are given."""
    project = read_project(root, app)
    target = hosts.get(platform)
    return Context(project, target, host_python(project, target))


def look(
    root: Path, changes: Mapping[str, str | bytes | None], platform: str = "heroku:eco"
) -> dict[str, Finding]:
    """Return the findings on the healthy project with some of its files changed, by cause."""
    write(root, {**HEALTHY, **changes})
    return found_in(root, platform)


def found_in(
    root: Path, platform: str = "heroku:eco", app: str | None = None
) -> dict[str, Finding]:
    """Return the findings on a folder, by cause."""
    context = context_of(root, platform, app)
    return {finding.cause.name: finding for rule in RULES for finding in rule.check(context)}


def brief(findings: Mapping[str, Finding]) -> dict[str, str]:
    """Return how severe each cause was."""
    return {name: finding.severity.value for name, finding in findings.items()}
