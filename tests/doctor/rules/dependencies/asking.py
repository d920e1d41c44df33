"""Small projects, and what the rules over dependencies say of them without an index."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.doctor.trees import tree
from wherry.dependencies.resolution import Artifact, Package, Resolution
from wherry.doctor.rule import Context, Rule
from wherry.doctor.rules.dependencies import unused
from wherry.doctor.rules.dependencies.rules import RULES
from wherry.findings import Finding
from wherry.platforms import hosts
from wherry.project.host_python import host_python
from wherry.project.project import read_project

SITE: Mapping[str, str] = {
    "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n',
    "mysite/__init__.py": "",
    "mysite/settings.py": (
        'INSTALLED_APPS = ["django.contrib.staticfiles", "pages"]\nROOT_URLCONF = "mysite.urls"\n'
    ),
    "mysite/urls.py": (
        "from django.urls import path\nfrom pages import views\n"
        'urlpatterns = [path("", views.home)]\n'
    ),
    "mysite/wsgi.py": (
        "import os\nfrom django.core.wsgi import get_wsgi_application\n"
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")\n'
        "application = get_wsgi_application()\n"
    ),
    "pages/__init__.py": "",
    "pages/views.py": "def home(request):\n    return None\n",
    "requirements.txt": "Django==5.2.8\ngunicorn==23.0.0\n",
    ".python-version": "3.12\n",
    "Procfile": "web: gunicorn mysite.wsgi\n",
}
"""A site in which nothing is wrong."""


# The site imports none of what the tests of versions let it require.
OF_VERSIONS = tuple(rule for rule in RULES if rule is not unused.RULE)


def context_of(
    root: Path, changes: Mapping[str, str] | None = None, platform: str = "heroku:eco"
) -> Context:
    """Return what the rules are given of the site with some of its files changed."""
    tree(root, {**SITE, **(changes or {})})
    project = read_project(root)
    target = hosts.get(platform)
    return Context(project, target, host_python(project, target))


def ask(
    root: Path,
    changes: Mapping[str, str] | None = None,
    platform: str = "heroku:eco",
    installed: Mapping[str, str] | None = None,
    rules: Iterable[Rule] = OF_VERSIONS,
) -> list[Finding]:
    """Return what the rules say; ``installed`` is what the index would have told of versions."""
    context = context_of(root, changes, platform)
    if installed is not None and context.python is not None:
        context = replace(context, resolution=resolution(context.python, installed))
    return [finding for rule in rules for finding in rule.check(context)]


def resolution(python: tuple[int, int], installed: Mapping[str, str]) -> Resolution:
    """Return a resolution of these versions."""
    packages = tuple(
        Package(name, version, Artifact(f"{name}.whl", "", 1))
        for name, version in installed.items()
    )
    return Resolution(python, packages=packages)


def brief(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Return the causes with how severe they are, in order of their names."""
    return sorted((finding.cause.name, finding.severity.value) for finding in findings)


def one(findings: Iterable[Finding], name: str) -> Finding:
    """Return the one finding of that cause."""
    (found,) = (finding for finding in findings if finding.cause.name == name)
    return found
