"""This repository's own buildpack, run by the rehearsal after Python's, as Heroku would."""

import json
import shutil
from pathlib import Path

from tests.rehearse.build.building import PYTHON, Heard, built, contents, write

ROOT = Path(__file__).parents[3]
DIGITS = ROOT / "examples" / "demo" / "models" / "digits" / "digits.tflite"
BUILDPACKS = {
    "buildpacks": [
        {"url": "heroku/python"},
        {"url": "https://files.example.com/wherry-buildpack.tgz"},
    ]
}
SITE = {
    ".python-version": f"{PYTHON}\n",
    "requirements.txt": "django~=5.2.0\ngunicorn\nai-edge-litert>=2.1\n",
    "app.json": json.dumps(BUILDPACKS),
    "pyproject.toml": '[tool.wherry.models.digits]\npath = "trained/digits.tflite"\n',
    "Procfile": "web: gunicorn site_.wsgi\n",
    "manage.py": (
        "import os, sys\n"
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")\n'
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n"
    ),
    "site_/__init__.py": "",
    "site_/settings.py": (
        "import os\nfrom pathlib import Path\n"
        'SECRET_KEY = os.environ.get("SECRET_KEY", "only in a test")\n'
        'ALLOWED_HOSTS = [".herokuapp.com"]\n'
        'INSTALLED_APPS = ["django.contrib.staticfiles"]\n'
        'STATIC_URL = "static/"\nSTATIC_ROOT = Path(__file__).parent.parent / "staticfiles"\n'
        'ROOT_URLCONF = "site_.urls"\n'
    ),
    "site_/urls.py": "urlpatterns = []\n",
    "site_/wsgi.py": (
        "import os\nfrom django.core.wsgi import get_wsgi_application\n"
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")\n'
        "application = get_wsgi_application()\n"
    ),
}


def test_a_model_becomes_a_bundle_in_the_slug(tmp_path: Path, cache: Path) -> None:
    source = write(tmp_path / "site", SITE)
    (source / "trained").mkdir()
    shutil.copy(DIGITS, source / "trained")
    heard = Heard()
    slug = built(source, cache, heard)
    found = contents(slug)
    assert "digits: models/digits, litert" in heard.text
    assert any(name.startswith("models/digits/") for name in found)
    profile = found[".profile.d/wherry.sh"]
    assert profile is not None
    assert b"OMP_NUM_THREADS" in profile
