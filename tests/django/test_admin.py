"""The admin's page, in a real server: who may see it, who may change what, and that it does."""

import http.client
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator, Mapping
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from tests import zoo
from tests.django.serving import REPOSITORY, URLS, Answer, Server, make_site, until, wherry_serve
from wherry.serving.packing import pack

PAGE = "/admin/wherry/servedmodel/"
ORDER = f"{PAGE}order/"
PASSWORD = "only for tests"
SETTINGS = """
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.messages", "django.contrib.sessions", "wherry.django",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
ROOT_URLCONF = "project.urls"
STATIC_URL = "static/"
SILENCED_SYSTEM_CHECKS = ["wherry.W002"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "%s"}}
WHERRY = {"MODELS": {"dense": {"PATH": "%s", "THREADS": 1}}}
"""
USERS = """
from django.contrib.auth.models import Permission, User
for name, permissions in {"changes": ["change", "view"], "looks": ["view"], "none": []}.items():
    user = User.objects.create_user(name, password="only for tests", is_staff=True)
    for each in permissions:
        user.user_permissions.add(Permission.objects.get(codename=f"{each}_servedmodel"))
User.objects.create_user("visitor", password="only for tests")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Versions 1 and 2, a broken one, and a site with a database and users."""
    folder = tmp_path_factory.mktemp("admin")
    for version in ("1", "2"):
        model = zoo.dense(folder / "dense.onnx", seed=int(version))
        pack(model, folder / "models" / f"v{version}", name="dense", version=version)
    shutil.copytree(folder / "models" / "v2", folder / "models" / "broken")
    manifest = folder / "models" / "broken" / "wherry.json"
    manifest.write_text(manifest.read_text().replace('"y"', '"z"').replace('"2"', '"3"'))
    urls = f"from django.contrib import admin\n{URLS}"
    urls += 'urlpatterns.append(path("admin/", admin.site.urls))\n'
    settings = SETTINGS % (folder / "db.sqlite3", folder / "models" / "v1")
    site = make_site(folder / "site", settings=settings, urls=urls)
    for words in (("migrate", "--verbosity", "0"), ("shell", "-c", USERS)):
        subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=site,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), **SETTINGS_OF},
            check=True,
            capture_output=True,
        )
    return folder


SETTINGS_OF = {"DJANGO_SETTINGS_MODULE": "project.settings"}


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with wherry_serve(folder / "site", "--processes", "2", TMPDIR=str(folder)) as started:
        started.wait_for("2 processes x")
        until(lambda: len(started.workers()) == 2)
        yield started


class Browser:
    """Keeps cookies, and sends forms with the token that belongs to them."""

    def __init__(self, server: Server, user: str | None = None) -> None:
        self._server = server
        self._cookies = SimpleCookie()
        if user is not None:
            self.get("/admin/login/")
            form = {"username": user, "password": PASSWORD, "next": PAGE}
            assert self.post("/admin/login/", form).status == 302

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, form: Mapping[str, str], *, token: bool = True) -> Answer:
        own = {"csrfmiddlewaretoken": self._cookies["csrftoken"].value} if token else {}
        return self._ask("POST", path, urllib.parse.urlencode({**form, **own}).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        cookies = "; ".join(f"{key}={morsel.value}" for key, morsel in self._cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            with connection.getresponse() as response:
                for line in response.headers.get_all("set-cookie") or []:
                    self._cookies.load(line)
                return Answer(response.status, response.read(), dict(response.getheaders()))
        finally:
            connection.close()


def swap_for(path: Path) -> dict[str, str]:
    return {"verb": "swap", "model": "dense", "path": str(path)}


def versions(server: Server) -> set[str]:
    return {server.get("/v2/models/dense").json()["versions"][0] for _ in range(16)}


def test_page_shows_the_models_of_every_process(server: Server) -> None:
    """Version, state, memory; whoever may only look finds no button."""
    browser = Browser(server, "looks")

    def whole_page() -> str | None:
        text = browser.get(PAGE).body.decode()
        return text if text.count("Process ") == 2 and text.count("ready") >= 2 else None

    text = until(whole_page)
    assert text.count("(answers by default)") == 2
    assert "MiB of" in text
    assert "Swap in" not in text
    assert "Served models" in browser.get("/admin/").body.decode()


@pytest.mark.parametrize("user", [None, "visitor"])
def test_strangers_are_sent_to_the_login(server: Server, user: str | None) -> None:
    """Also those who have an account and are no staff."""
    browser = Browser(server)
    if user is not None:
        browser.get("/admin/login/")
        browser.post("/admin/login/", {"username": user, "password": PASSWORD})
    for path in (PAGE, ORDER):
        answer = browser.get(path)
        assert answer.status == 302
        assert "/admin/login/" in answer.headers["location"]


def test_staff_without_the_permission_are_refused(server: Server) -> None:
    """Looking and changing are two permissions."""
    assert Browser(server, "none").get(PAGE).status == 403
    looks = Browser(server, "looks")
    looks.get(PAGE)
    assert looks.post(ORDER, {"verb": "retire", "model": "dense"}).status == 403
    assert server.get("/v2/health/ready").status == 200


def test_form_without_its_token_is_refused(server: Server) -> None:
    """Another site must not be able to press a button."""
    browser = Browser(server, "changes")
    browser.get(PAGE)
    assert browser.post(ORDER, {"verb": "retire", "model": "dense"}, token=False).status == 403
    assert versions(server) == {"1"}


def test_swap_by_a_button_reaches_every_process(server: Server, folder: Path) -> None:
    """And the page says who wanted it and what became of it."""
    browser = Browser(server, "changes")
    choices = re.findall(r"<option>([^<]+)</option>", browser.get(PAGE).body.decode())
    models = folder / "models"
    assert choices == [str(models / name) for name in ("broken", "v1", "v2")]
    asked = browser.post(ORDER, swap_for(models / "v2"))
    assert asked.status == 302
    until(lambda: versions(server) == {"2"})
    text = browser.get(PAGE).body.decode()
    assert "asked by changes" in text
    assert text.count("&#x27;dense&#x27; is version &#x27;2&#x27; now.") == 2


def test_swap_that_fails_is_said_on_the_page(server: Server, folder: Path) -> None:
    """And nothing has changed."""
    before = versions(server)
    browser = Browser(server, "changes")
    browser.get(PAGE)
    browser.post(ORDER, swap_for(folder / "models" / "broken"))
    until(lambda: "Write the bundle anew" in browser.get(PAGE).body.decode())
    assert versions(server) == before


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"verb": "swap", "model": "dense", "path": "/etc/passwd"}, "is not among the models"),
        ({"verb": "swap", "model": "dense"}, "needs the path"),
        ({"verb": "drop", "model": "dense"}, "nothing that can be asked"),
        ({"verb": "retire", "model": "none"}, "No model"),
        ({"verb": "label", "model": "dense", "version": "1"}, "needs the label"),
        ({"verb": "promote", "model": "dense", "version": "<script>"}, "may hold letters"),
        ({}, "No model"),
    ],
)
def test_form_that_makes_no_sense_is_refused_with_a_sentence(
    server: Server, form: dict[str, str], said: str
) -> None:
    """Whoever may change a model may not load any file of the host."""
    browser = Browser(server, "changes")
    browser.get(PAGE)
    before = versions(server)
    assert browser.post(ORDER, form).status == 302
    assert said in browser.get(PAGE).body.decode()
    assert versions(server) == before


def test_admin_needs_no_table(folder: Path) -> None:
    """And asks for no migration."""
    ran = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=folder / "site",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), **SETTINGS_OF},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
