"""Forms and cookies where the host ends TLS."""

import subprocess
from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import Files, context, names, settings, write
from wherry.doctor.rules.code.secret_key import RULE

ORIGINS = "csrf-trusted-origins"
COOKIES = "cookies-without-secure"
CSRF = "MIDDLEWARE += ['django.middleware.csrf.CsrfViewMiddleware']"
SESSIONS = "MIDDLEWARE += ['django.contrib.sessions.middleware.SessionMiddleware']"
FORM: Files = {"shop/templates/a.html": "<form method='post'>\n{% csrf_token %}</form>"}
ADMIN = (
    "from django.contrib import admin\nfrom django.urls import path\n"
    "urlpatterns = [path('admin/', admin.site.urls)]\n"
)
BLUEPRINT: Files = {
    "render.yaml": "services:\n  - type: web\n    name: a\n    runtime: python\n"
    "    startCommand: gunicorn mysite.wsgi\n"
}
_LINES = "FROM python:3.13\nWORKDIR /a\n{}COPY . .\nCMD gunicorn mysite.wsgi -b 0.0.0.0:$PORT\n"
IMAGE: Files = {"Dockerfile": _LINES.format("")}
TRUSTING: Files = {"Dockerfile": _LINES.format("ENV FORWARDED_ALLOW_IPS=*\n")}
BOUND = "web: gunicorn mysite.wsgi --bind 0.0.0.0:$PORT"


@pytest.mark.parametrize(
    ("line", "platform", "files", "found"),
    [
        ("", "railway:hobby", {}, True),
        ("CSRF_TRUSTED_ORIGINS = ['https://a.up.railway.app']", "railway:hobby", {}, False),
        (
            "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')",
            "railway:hobby",
            {},
            False,
        ),
        # Heroku's buildpack tells gunicorn to believe the router.
        ("", "heroku:eco", {}, False),
        ("", "railway:hobby", {"Procfile": f"{BOUND} --forwarded-allow-ips '*'\n"}, False),
        ("", "railway:hobby", {"shop/templates/a.html": "<p>nothing to send</p>"}, False),
        ("", "railway:hobby", {"shop/templates/a.html": "", "mysite/urls.py": ADMIN}, True),
        ("", "railway:hobby", {"requirements.txt": "Django==3.2.25\ngunicorn==23.0.0\n"}, False),
        # Django's own server believes no router.
        ("", "heroku:eco", {"Procfile": "web: python manage.py runserver 0.0.0.0:$PORT\n"}, True),
        (
            "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')",
            "heroku:eco",
            {"Procfile": "web: python manage.py runserver 0.0.0.0:$PORT\n"},
            False,
        ),
        # Render's Python does the same; in an image of one's own nobody does.
        ("", "render", BLUEPRINT, False),
        ("", "render", IMAGE, True),
        ("", "heroku:eco", {**IMAGE, "app.json": '{"stack": "container"}'}, True),
        ("", "heroku:eco", {**IMAGE, **TRUSTING, "app.json": '{"stack": "container"}'}, False),
        # Nobody reaches it.
        ("", "heroku:eco", {"Procfile": "web: python manage.py runserver\n"}, False),
        ("", "dokku", {"Procfile": "web: python manage.py runserver 0.0.0.0:$PORT\n"}, False),
    ],
)
def test_origins_of_forms(
    tmp_path: Path, line: str, platform: str, files: Files, found: bool
) -> None:
    site: Files = {**settings(CSRF, line), **FORM, "Procfile": f"{BOUND}\n", **files}
    assert (ORIGINS in names(tmp_path, site, platform)) is found


LOGIN: Files = {
    "shop/views.py": "from django.contrib.auth.decorators import login_required\n"
    "@login_required\ndef index(request): ...\n"
}


@pytest.mark.parametrize(
    ("lines", "files", "found"),
    [
        ((SESSIONS, "SECURE_HSTS_SECONDS = 3600"), {}, True),
        ((SESSIONS, "SECURE_SSL_REDIRECT = True"), {}, True),
        ((SESSIONS, "CSRF_TRUSTED_ORIGINS = ['https://a.example.org']"), {}, True),
        ((SESSIONS,), LOGIN, True),
        ((SESSIONS,), {}, False),
        ((SESSIONS, "SESSION_COOKIE_SECURE = True"), LOGIN, False),
        # Without sessions there is no cookie that anybody could take.
        ((), LOGIN, False),
    ],
)
def test_cookies(tmp_path: Path, lines: tuple[str, ...], files: Files, found: bool) -> None:
    assert (COOKIES in names(tmp_path, {**settings(*lines), **files})) is found


IMAGE: Files = {"Dockerfile": "FROM python:3.13-slim\nENV SECRET_KEY build-time-only\n"}


@pytest.mark.parametrize(
    ("key", "files", "found"),
    [
        ("os.getenv('SECRET_KEY', 'change-me')", IMAGE, True),
        ("os.environ['SECRET_KEY']", IMAGE, False),
        ("os.environ['SECRET_KEY']", {}, False),
    ],
)
def test_a_key_beside_that_of_the_image(
    tmp_path: Path, key: str, files: Files, found: bool
) -> None:
    site: Files = {**settings(f"SECRET_KEY = {key}", without="SECRET_KEY"), **files}
    assert ("secret-key-fallback" in names(tmp_path, site, "fly:shared-cpu-1x")) is found


@pytest.mark.parametrize(("tracked", "found"), [(True, True), (False, False)])
def test_a_key_beside_that_of_a_committed_env_file(
    tmp_path: Path, tracked: bool, found: bool
) -> None:
    site: Files = {
        **settings("SECRET_KEY = config('SECRET_KEY', default='change-me')", without="SECRET_KEY"),
        ".env": "SECRET_KEY=another-one\n",
    }
    text = str(site["mysite/settings.py"])
    write(tmp_path, {**site, "mysite/settings.py": f"from decouple import config\n{text}"})
    if tracked:
        for words in (("init", "-q"), ("add", "-A")):
            subprocess.run(("git", *words), cwd=tmp_path, check=True)
    declared = context(tmp_path).project.code.namespaces.world.variables
    assert "SECRET_KEY" in declared
    asked = {item.cause.name for item in RULE.check(context(tmp_path))}
    assert ("secret-key-fallback" in asked) is found


ANSWER = "def index(request):\n    try: work()\n    except {}: return render(request, {})\n"


@pytest.mark.parametrize(
    ("kind", "answer", "found"),
    [
        ("Exception as e", "'a.html', {'error': e}", True),
        ("Exception", "'error.html'", True),
        ("Exception as e", "'a.html', {'error': e}, status=500", False),
        ("Exception as e", "'a.html', {'error': e}, None, 500", False),
        ("ValueError as e", "'a.html', {'error': e}", False),
        ("Exception", "'a.html'", False),
    ],
)
def test_errors_in_pages(tmp_path: Path, kind: str, answer: str, found: bool) -> None:
    code = "from django.shortcuts import render\n" + ANSWER.format(kind, answer)
    site: Files = {"shop/views.py": code, "templates/a.html": "", "templates/error.html": ""}
    assert ("error-returned-as-200" in names(tmp_path, site)) is found
