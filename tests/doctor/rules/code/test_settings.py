from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import Files, ask, names, settings
from wherry.causes.cause import Severity


def test_the_healthy_site_is_left_alone(tmp_path: Path) -> None:
    assert ask(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("ALLOWED_HOSTS = []", "allowed-hosts"),
        ('ALLOWED_HOSTS = ["localhost", "127.0.0.1"]', "allowed-hosts"),
        ('ALLOWED_HOSTS = ["https://shop.herokuapp.com"]', "allowed-hosts"),
        ('ALLOWED_HOSTS = ["*.herokuapp.com"]', "allowed-hosts"),
        ('ALLOWED_HOSTS = ["shop.pythonanywhere.com"]', "allowed-hosts"),
        ('ALLOWED_HOSTS = ["www.example.com"]', "allowed-hosts"),
        ('ALLOWED_HOSTS = ["*"]', "allowed-hosts-star"),
        ('ALLOWED_HOSTS = os.environ.get("HOSTS", "*").split(",")', "allowed-hosts-star"),
    ],
)
def test_hosts(tmp_path: Path, line: str, cause: str) -> None:
    found = names(tmp_path, settings(line, without="ALLOWED_HOSTS"))
    # What the environment may say is not the settings' fault.
    assert found == (set() if "environ" in line else {cause})


@pytest.mark.parametrize(
    "line",
    [
        'ALLOWED_HOSTS = ["shop-1a2b.herokuapp.com", "localhost"]',
        'ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")',
        'ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")',
        'ALLOWED_HOSTS = []\nif not DEBUG:\n    ALLOWED_HOSTS = [".herokuapp.com"]',
        'ALLOWED_HOSTS = []\nHOST = os.environ.get("HOST")\nif HOST:\n    ALLOWED_HOSTS += [HOST]',
        'ALLOWED_HOSTS = ["localhost"]\nALLOWED_HOSTS += [".herokuapp.com"]',
        "import django_heroku\nALLOWED_HOSTS = []\ndjango_heroku.settings(locals())",
        'from decouple import config, Csv\nALLOWED_HOSTS = config("HOSTS", cast=Csv())',
        'import environ\nenv = environ.Env()\nALLOWED_HOSTS = env.list("HOSTS", default=[])',
    ],
)
def test_hosts_that_may_be_right(tmp_path: Path, line: str) -> None:
    assert "allowed-hosts" not in names(tmp_path, settings(line, without="ALLOWED_HOSTS"))


def test_hosts_are_those_of_the_platform(tmp_path: Path) -> None:
    assert names(tmp_path, {}, "render:starter") == {"allowed-hosts"}


def test_a_host_is_added_where_the_list_stands(tmp_path: Path) -> None:
    [finding] = ask(tmp_path, settings('ALLOWED_HOSTS = ["localhost"]', without="ALLOWED_HOSTS"))
    assert finding.severity is Severity.ERROR
    assert finding.fix is not None
    assert finding.fix.safe
    [change] = finding.fix.changes
    assert '\nALLOWED_HOSTS = ["localhost", ".herokuapp.com"]\n' in (change.after or "")


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("DEBUG = True", "debug-true"),
        ('DEBUG = os.environ.get("DEBUG", True)', "debug-default-true"),
        ('DEBUG = os.environ.get("DEBUG", "True") == "True"', "debug-default-true"),
        ('DEBUG = bool(os.environ.get("DEBUG", "False"))', "debug-default-true"),
        ('DEBUG = os.environ.get("DEBUG", "False")', "debug-default-true"),
        (
            'import environ\nenv = environ.Env(DEBUG=(bool, True))\nDEBUG = env("DEBUG")',
            "debug-default-true",
        ),
        (
            'from decouple import config\nDEBUG = config("DEBUG", default=True, cast=bool)',
            "debug-default-true",
        ),
    ],
)
def test_debug(tmp_path: Path, line: str, cause: str) -> None:
    assert names(tmp_path, settings(line, without="DEBUG")) == {cause}


@pytest.mark.parametrize(
    "line",
    [
        'DEBUG = os.environ.get("DEBUG") == "1"',
        'DEBUG = int(os.environ.get("DEBUG", 0))',
        'DEBUG = os.environ.get("DEBUG", "False").lower() in ("true", "1")',
        'DEBUG = "DYNO" not in os.environ',
        'DEBUG = "runserver" in __import__("sys").argv',
        'import environ\nenv = environ.Env(DEBUG=(bool, False))\nDEBUG = env("DEBUG")',
        'from decouple import config\nDEBUG = config("DEBUG", default="False", cast=bool)',
        'from decouple import config\nDEBUG = config("DEBUG", cast=bool)',
        "import sys\nDEBUG = 'runserver' in sys.argv",
        "DEBUG = True\nDEBUG = False",
    ],
)
def test_debug_is_off(tmp_path: Path, line: str) -> None:
    assert names(tmp_path, settings(line, without="DEBUG")) == set()


@pytest.mark.parametrize(
    ("line", "variable"),
    [
        ("DEBUG = True", "DEBUG"),
        ('DEBUG = os.environ.get("DJANGO_DEBUG", "True") == "True"', "DJANGO_DEBUG"),
        ('DEBUG = os.getenv("SHOP_DEBUG", "1") == "1"', "SHOP_DEBUG"),
        ('from decouple import config\nDEBUG = config("DEBUG", default=True, cast=bool)', None),
    ],
)
def test_debug_is_mended_with_the_project_s_own_variable(
    tmp_path: Path, line: str, variable: str | None
) -> None:
    (found,) = ask(tmp_path, settings(line, without="DEBUG"))
    if variable is None:
        assert found.fix is None
        return
    assert found.fix is not None
    assert f'DEBUG = os.environ.get("{variable}", "").lower() in (' in str(
        found.fix.changes[0].after
    )


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('SECRET_KEY = "django-insecure-0123456789"', "secret-key-hard-coded"),
        ('SECRET_KEY = os.environ.get("SECRET_KEY", "0123456789abcdef")', "secret-key-fallback"),
        ('SECRET_KEY = os.getenv("SECRET_KEY") or "0123456789abcdef"', "secret-key-fallback"),
        (
            (
                'try:\n    SECRET_KEY = os.environ["SECRET_KEY"]\nexcept KeyError:\n'
                '    SECRET_KEY = "0123456789abcdef"'
            ),
            "secret-key-fallback",
        ),
    ],
)
def test_secret_key(tmp_path: Path, line: str, cause: str) -> None:
    assert names(tmp_path, settings(line, without="SECRET_KEY")) == {cause}


@pytest.mark.parametrize(
    "line",
    [
        'SECRET_KEY = os.environ["SECRET_KEY"]',
        'SECRET_KEY = os.environ.get("SECRET_KEY")',
        'SECRET_KEY = os.environ.get("SECRET_KEY", "")',
        (
            "from django.core.management.utils import get_random_secret_key\n"
            'SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()'
        ),
        (
            'DEBUG = os.environ.get("DEBUG") == "1"\n'
            'SECRET_KEY = "only-here" if DEBUG else os.environ["SECRET_KEY"]'
        ),
        'with open("/run/secrets/key") as file:\n    SECRET_KEY = file.read()',
        'def secret(name):\n    return os.environ[name]\n\n\nSECRET_KEY = secret("SECRET_KEY")',
    ],
)
def test_secret_key_from_elsewhere(tmp_path: Path, line: str) -> None:
    assert names(tmp_path, settings(line, without="SECRET_KEY")) == set()


SQLITE = """DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}
}"""


def test_sqlite(tmp_path: Path) -> None:
    assert names(tmp_path, settings(SQLITE)) == {"sqlite-ephemeral"}


@pytest.mark.parametrize(
    "line",
    [
        f'{SQLITE}\nimport dj_database_url\nDATABASES["default"] = dj_database_url.config()',
        (
            f"{SQLITE}\nimport dj_database_url\n"
            'DATABASES["default"].update(dj_database_url.config(conn_max_age=600))'
        ),
        (
            "import dj_database_url\nDATABASES = {"
            '"default": dj_database_url.config(default=f"sqlite:///{BASE_DIR}/db.sqlite3")}'
        ),
        (
            "import environ\nenv = environ.Env()\n"
            'DATABASES = {"default": env.db("DATABASE_URL", default="sqlite:///db.sqlite3")}'
        ),
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}',
    ],
)
def test_sqlite_only_where_nothing_else_is_said(tmp_path: Path, line: str) -> None:
    assert names(tmp_path, {**settings(line), **DRIVER}) == set()


BLUEPRINT = """services:
  - type: web
    name: a
    runtime: python
    startCommand: gunicorn mysite.wsgi
    envVars:
      - key: SECRET_KEY
        generateValue: true
"""
DISK = """    disk:
      name: d
      mountPath: {}
"""
BY_URL = (
    "import dj_database_url\nDATABASES = {"
    '"default": dj_database_url.config(default=f"sqlite:///{BASE_DIR}/db.sqlite3")}'
)
BY_BRANCH = (
    'if os.environ.get("DATABASE_URL"):\n    import dj_database_url\n'
    '    DATABASES = {"default": dj_database_url.config()}\nelse:\n    '
    'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}'
)


@pytest.mark.parametrize(
    ("line", "more", "found"),
    [
        (BY_URL, "", True),
        (BY_BRANCH, "", True),
        (BY_URL, "      - key: DATABASE_URL\n        value: sqlite:///db.sqlite3\n", True),
        (BY_URL, "      - key: DATABASE_URL\n        sync: false\n", False),
        (BY_BRANCH, "      - key: DATABASE_URL\n        sync: false\n", False),
        (BY_URL, "      - fromGroup: production\n", False),
        (SQLITE, DISK.format("/var/data"), True),
        (SQLITE, DISK.format("/opt/render/project/src/media"), True),
        (SQLITE, DISK.format("/opt/render/project/src"), False),
        (SQLITE.replace("/ ", '/ "data" / '), DISK.format("/opt/render/project/src/data"), False),
        (SQLITE.replace('BASE_DIR / "', '"/var/data/'), DISK.format("/var/data"), False),
    ],
)
def test_sqlite_on_render(tmp_path: Path, line: str, more: str, found: bool) -> None:
    files: Files = {**settings(line), **DRIVER, "render.yaml": BLUEPRINT + more}
    assert ("sqlite-ephemeral" in names(tmp_path, files, "render")) is found


def test_an_engine_that_a_variable_names(tmp_path: Path) -> None:
    line = SQLITE.replace('"django.db', 'os.environ.get("ENGINE", "django.db').replace(
        'sqlite3", ', 'sqlite3"), '
    )
    assert "sqlite-ephemeral" not in names(tmp_path, settings(line))


def test_an_address_without_a_driver(tmp_path: Path) -> None:
    line = 'import dj_database_url\nDATABASES = {"default": dj_database_url.config()}'
    [finding] = ask(tmp_path, settings(line))
    assert (finding.cause.name, finding.severity) == ("db-driver-missing", Severity.WARNING)
    assert finding.fix is not None
    assert "psycopg[binary]" in (finding.fix.changes[0].after or "")


def test_an_address_that_the_host_is_asked_for(tmp_path: Path) -> None:
    line = 'import dj_database_url\nDATABASES = {"default": dj_database_url.config()}'
    files: Files = {**settings(line), "app.json": '{"addons": ["heroku-postgresql:essential-0"]}'}
    [finding] = ask(tmp_path, files)
    assert (finding.cause.name, finding.severity) == ("db-driver-missing", Severity.ERROR)


DRIVER: Files = {"requirements.txt": "Django==5.2.8\npsycopg[binary]==3.2.1\n"}
POSTGRES = """DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "HOST": HOST}
}"""


def test_a_database_on_localhost_without_a_driver(tmp_path: Path) -> None:
    lines = POSTGRES.replace("HOST}", '"localhost"}')
    assert names(tmp_path, settings(lines)) == {"database-localhost", "db-driver-missing"}


def test_a_database_of_the_environment(tmp_path: Path) -> None:
    files: Files = {
        **settings(POSTGRES.replace("HOST}", 'os.environ["PGHOST"]}')),
        "requirements.txt": "Django==5.2.8\npsycopg[binary]==3.2.1\n",
    }
    assert names(tmp_path, files) == set()


def test_redirect_without_the_routers_header(tmp_path: Path) -> None:
    found = ask(tmp_path, settings("SECURE_SSL_REDIRECT = not DEBUG"))
    assert [item.cause.name for item in found] == ["ssl-redirect-without-proxy-header"]
    fix = found[0].fix
    assert fix is not None
    assert "SECURE_PROXY_SSL_HEADER" in (fix.changes[0].after or "")


@pytest.mark.parametrize(
    "line",
    [
        "SECURE_SSL_REDIRECT = DEBUG",
        'SECURE_SSL_REDIRECT = os.environ.get("SSL") == "1"',
        'SECURE_SSL_REDIRECT = True\nSECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
    ],
)
def test_redirect_that_does_no_harm(tmp_path: Path, line: str) -> None:
    assert names(tmp_path, settings(line)) == set()


def test_origins_without_scheme(tmp_path: Path) -> None:
    found = names(tmp_path, settings('CSRF_TRUSTED_ORIGINS = ["shop.herokuapp.com"]'))
    assert found == {"csrf-trusted-origins"}


def test_origins_with_scheme(tmp_path: Path) -> None:
    line = 'CSRF_TRUSTED_ORIGINS = ["https://*.herokuapp.com"]'
    assert names(tmp_path, settings(line)) == set()


def test_settings_that_wsgi_names_are_the_ones(tmp_path: Path) -> None:
    files: Files = {
        "mysite/settings.py": None,
        "mysite/settings/__init__.py": "",
        "mysite/settings/base.py": settings()["mysite/settings.py"],
        "mysite/settings/local.py": "from .base import *\nDEBUG = True\nALLOWED_HOSTS = []\n",
        "mysite/settings/production.py": "from .base import *\n",
        "mysite/wsgi.py": "import os\nos.environ.setdefault("
        '"DJANGO_SETTINGS_MODULE", "mysite.settings.production")\n',
        "manage.py": "import os\nos.environ.setdefault("
        '"DJANGO_SETTINGS_MODULE", "mysite.settings.local")\n',
    }
    assert names(tmp_path, files) == set()


def test_settings_that_are_named_and_not_there_say_nothing(tmp_path: Path) -> None:
    files: Files = {
        "mysite/settings.py": None,
        "mysite/local.py": "DEBUG = True\nALLOWED_HOSTS = []\nINSTALLED_APPS = []\n",
    }
    assert names(tmp_path, files) == set()
