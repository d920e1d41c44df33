"""Requests found in small projects, and those that are left out with their reasons."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from wherry.bundle import Warmup, write_bundle
from wherry.project.project import read_project
from wherry.rehearse.traffic.finding.find import MOST_FOUND, find_requests
from wherry.rehearse.traffic.planned import Plan
from wherry.serving.wire.openinference import decode_infer
from wherry.tensors import Datatype, Signature, TensorSpec

VARIABLE = "DJANGO_SETTINGS_MODULE"
SETTINGS = """
ROOT_URLCONF = "site.urls"
INSTALLED_APPS = ["django.contrib.admin"]
ALLOWED_HOSTS = ["localhost", ".herokuapp.com"]
"""


def _plan(
    folder: Path, files: Mapping[str, str], config_vars: Mapping[str, str] | None = None
) -> Plan:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return find_requests(read_project(folder), config_vars or {})


def _django(urls: str, views: str = "", settings: str = SETTINGS, **more: str) -> dict[str, str]:
    return {
        "manage.py": f"import os\nos.environ.setdefault({VARIABLE!r}, 'site.settings')\n",
        "site/__init__.py": "",
        "site/settings.py": settings,
        "site/urls.py": "from django.urls import include, path, re_path\n" + urls,
        "site/views.py": "from django.shortcuts import render, redirect\n" + views,
        **{name.replace("__", "/") + ".py": text for name, text in more.items()},
    }


def _paths(plan: Plan) -> list[str]:
    return [request.path for request in plan.requests]


def _reason(plan: Plan, path: str) -> str:
    return next(one.reason for one in plan.skipped if f" {path} " in f"{one.what} ")


PAGES = """
from site import views
from django.contrib import admin
from django.views.generic import TemplateView
from django.contrib.auth.views import LogoutView, LoginView
from django.contrib.auth.decorators import login_required

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.home),
    path("about/", TemplateView.as_view(template_name="about.html")),
    path("mine/", login_required(views.Listing.as_view())),
    path("accounts/login/", LoginView.as_view()),
    path("accounts/logout/", LogoutView.as_view()),
    path("notes/<int:pk>/", views.home),
    path("notes/delete/", views.home),
    path("score/", views.score),
    path("old/", views.old),
    re_path(r"^legacy/page\\.html$", views.home),
    re_path(r"^legacy/(?P<year>\\d{4})/$", views.home),
    path("api/", include("site.api")),
    path("social/", include("allauth.urls")),
    path(PREFIX + "odd/", views.home),
    path("third/", third_party.view),
]
if settings.DEBUG:
    urlpatterns += [path("debug/", views.home)]
urlpatterns += [path("late/", views.home)]
"""
VIEWS = """
from django.views import View
from django.views.decorators.http import require_POST

def home(request):
    context = {}
    context.update(title="home")
    return render(request, "home.html", context)

@require_POST
def score(request):
    return redirect("/")

class Listing(View):
    def get(self, request):
        return render(request, "list.html")
    def post(self, request):
        request.user.delete()

class Old(View):
    def post(self, request):
        return redirect("/")

old = Old.as_view()
"""
API = """
from django.urls import path
from site import views

inner = [path("status/", views.home), path("again/", views.home)]
urlpatterns = [path("v1/", include(inner)), path("v1/status/", views.home)]
"""


def test_pages_of_a_django_project(tmp_path: Path) -> None:
    plan = _plan(tmp_path, _django(PAGES, VIEWS, site__api=API))
    assert _paths(plan) == [
        *("/", "/about/", "/mine/", "/accounts/login/", "/legacy/page.html"),
        *("/api/v1/status/", "/api/v1/again/", "/late/"),
    ]
    assert plan.source == "found in the project"
    assert plan.host == "rehearsal.herokuapp.com"
    assert plan.noun == "requests"
    assert plan.requests[0].source == "site/urls.py:11"
    changes = "its name says that it changes something, or is not for visitors"
    assert _reason(plan, "/admin/") == changes
    assert _reason(plan, "/accounts/logout/") == changes
    assert _reason(plan, "/notes/delete/") == changes
    assert _reason(plan, "/notes/<int:pk>/") == "its path asks for a value"
    assert _reason(plan, "/score/") == "it answers no GET"
    assert "asks for a value" in _reason(plan, r"/^legacy/(?P<year>\d{4})/$")
    assert "not known what it does" in _reason(plan, "/social/")
    assert "put together while the app runs" in _reason(plan, "/{PREFIX + 'odd/'}")
    assert "third_party.view" in _reason(plan, "/third/")
    assert "/debug/" not in str(plan)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("    Note.objects.create(text='a')\n", "calls create()"),
        ("    Visit.objects.filter(pk=1).update(n=2)\n", "calls update()"),
        ("    note.save()\n", "calls save()"),
        ("    count(request)\n", "calls save()"),
        ("    send_mail('a', 'b', 'c', ['d'])\n", "calls send_mail()"),
        ("    work.delay()\n", "calls delay()"),
        ("    open('a.txt', 'w').close()\n", "calls open()"),
        ("    requests.post('https://a.example')\n", "calls requests.post()"),
        ("    return StreamingHttpResponse(forever())\n", "is a stream"),
        (
            "    return HttpResponse(frames(), content_type='text/event-stream')\n",
            "is a stream",
        ),
        ("    if request.method != 'GET':\n        return x\n    note.save()\n", "calls save()"),
    ],
)
def test_views_that_change_something_on_get(tmp_path: Path, body: str, reason: str) -> None:
    views = (
        "import requests\nfrom django.core.mail import send_mail\n"
        "def count(request):\n    counter.save()\n"
        f"def page(request):\n{body}    return render(request, 'a.html')\n"
    )
    plan = _plan(
        tmp_path,
        _django("from site import views\nurlpatterns = [path('page/', views.page)]\n", views),
    )
    assert _paths(plan) == ["/"]  # what is asked for where nothing is found
    assert plan.requests[0].source == "nothing else was found"
    assert reason in _reason(plan, "/page/")


@pytest.mark.parametrize(
    "body",
    [
        "    if request.method == 'POST':\n        note.save()\n",
        "    if request.method in ('POST', 'PUT') and x:\n        note.save()\n",
        "    if 'POST' == request.method:\n        note.save()\n",
        "    if request.method == 'GET':\n        pass\n    else:\n        note.save()\n",
        "    if request.method == 'GET':\n        return x\n    note.save()\n",
        "    if request.method != 'POST':\n        return x\n    note.save()\n",
        "    if form.is_valid():\n        note.save()\n",
        "    if request.POST:\n        note.save()\n",
        "    context.update(a=1)\n    seen.add(2)\n    names.remove(3)\n",
        "    text = open('a.txt').read()\n",
        "    requests.get('https://a.example')\n",
        "    rows = Note.objects.filter(a=1)\n",
    ],
)
def test_views_that_change_nothing_on_get(tmp_path: Path, body: str) -> None:
    views = f"import requests\ndef page(request):\n{body}    return render(request, 'a.html')\n"
    plan = _plan(
        tmp_path,
        _django("from site import views\nurlpatterns = [path('page/', views.page)]\n", views),
    )
    assert _paths(plan) == ["/page/"]
    assert plan.skipped == ()


def test_decorators_of_the_projects_own_that_name_methods(tmp_path: Path) -> None:
    views = (
        "@endpoint('POST')\ndef posted(request):\n    return x\n"
        "@endpoint('GET', 'POST')\ndef both(request):\n    return x\n"
        "@cached('a name')\ndef other(request):\n    return x\n"
    )
    names = ("posted", "both", "other")
    urls = ", ".join(f"path('{name}', views.{name})" for name in names)
    plan = _plan(tmp_path, _django(f"from site import views\nurlpatterns = [{urls}]\n", views))
    assert _paths(plan) == ["/both", "/other"]
    assert _reason(plan, "/posted") == "it answers no GET"


def test_rest_routers(tmp_path: Path) -> None:
    urls = """
from rest_framework.routers import DefaultRouter
from site import views
router = DefaultRouter()
router.register("digits", views.Digits)
router.register("inbox", views.Inbox)
urlpatterns = [path("api/", include(router.urls))]
"""
    views = (
        "from rest_framework import viewsets, mixins\n"
        "class Digits(viewsets.ReadOnlyModelViewSet):\n    queryset = None\n"
        "class Inbox(mixins.CreateModelMixin, viewsets.GenericViewSet):\n    queryset = None\n"
    )
    plan = _plan(tmp_path, _django(urls, views))
    assert _paths(plan) == ["/api/digits/"]
    assert _reason(plan, "/api/inbox/") == "it answers no GET"


def test_addresses_that_lead_round_in_a_circle(tmp_path: Path) -> None:
    urls = "urlpatterns = [path('a/', include('site.urls')), path('b/', include(urlpatterns))]\n"
    assert _paths(_plan(tmp_path, _django(urls))) == ["/"]


def test_very_many_addresses(tmp_path: Path) -> None:
    paths = "".join(f"    path('page{number}/', views.home),\n" for number in range(3000))
    urls = f"from site import views\nurlpatterns = [\n{paths}]\n"
    plan = _plan(tmp_path, _django(urls, "def home(request):\n    return x\n"))
    assert len(plan.requests) == MOST_FOUND
    assert f"the first {MOST_FOUND} are enough" in {one.reason for one in plan.skipped}


def test_a_flask_app(tmp_path: Path) -> None:
    plan = _plan(
        tmp_path,
        {
            "app.py": (
                "from flask import Flask\nfrom shop.api import bp\n"
                "app = Flask(__name__)\napp.register_blueprint(bp, url_prefix='/api')\n"
                "@app.route('/')\ndef home():\n    return 'a'\n"
                "@app.route('/form', methods=['POST'])\ndef form():\n    return 'a'\n"
                "@app.route('/both', methods=['GET', 'POST'])\ndef both():\n"
                "    if request.method == 'POST':\n        db.session.commit()\n    return 'a'\n"
                "@app.route('/count')\ndef count():\n    db.session.commit()\n    return 'a'\n"
                "@app.route('/user/<name>')\ndef user(name):\n    return 'a'\n"
            ),
            "shop/__init__.py": "",
            "shop/api.py": (
                "from flask import Blueprint\nbp = Blueprint('api', __name__)\n"
                "@bp.route('/items')\ndef items():\n    return 'a'\n"
            ),
        },
    )
    assert _paths(plan) == ["/", "/both", "/api/items"]
    assert "commit()" in _reason(plan, "/count")
    assert plan.host == "localhost"


def test_a_fastapi_app(tmp_path: Path) -> None:
    plan = _plan(
        tmp_path,
        {
            "main.py": (
                "from typing import Annotated\n"
                "from fastapi import APIRouter, Depends, FastAPI, Request\n"
                "app = FastAPI()\nrouter = APIRouter(prefix='/v1')\n"
                "@app.get('/')\nasync def home(request: Request):\n    return {}\n"
                "@app.get('/page')\ndef page(n: int = 1, user: str = ''):\n    return {}\n"
                "@app.get('/search')\ndef search(q: str):\n    return {}\n"
                "@app.get('/me')\ndef me(user: Annotated[str, Depends(who)]):\n    return {}\n"
                "@app.get('/item/{item}')\ndef item(item: int):\n    return {}\n"
                "@app.post('/predict')\ndef predict(x: int):\n    return {}\n"
                "@router.get('/health')\ndef health():\n    return {}\n"
                "app.include_router(router, prefix='/api')\n"
            ),
        },
    )
    assert _paths(plan) == ["/", "/page", "/me", "/api/v1/health"]
    assert _reason(plan, "/search") == "it asks for q"


@pytest.mark.parametrize(
    ("setting", "config_vars", "host"),
    [
        ("ALLOWED_HOSTS = []", {}, "localhost"),
        ("ALLOWED_HOSTS = ['*']", {}, "localhost"),
        ("ALLOWED_HOSTS = ['127.0.0.1']", {}, "127.0.0.1"),
        ("ALLOWED_HOSTS = ['localhost', 'www.example.com']", {}, "www.example.com"),
        ("ALLOWED_HOSTS = ['.example.com']", {}, "rehearsal.example.com"),
        (
            "import os\nALLOWED_HOSTS = os.environ.get('HOSTS', 'localhost').split(',')",
            {"HOSTS": "shop.example.com,localhost"},
            "shop.example.com",
        ),
        ("import os\nALLOWED_HOSTS = os.environ['HOSTS'].split(',')", {}, "localhost"),
        ("ALLOWED_HOSTS = ['a b\\r\\nX: y']", {}, "localhost"),
    ],
)
def test_a_host_that_the_app_answers_to(
    tmp_path: Path, setting: str, config_vars: dict[str, str], host: str
) -> None:
    settings = f"ROOT_URLCONF = 'site.urls'\nINSTALLED_APPS = ['a']\n{setting}\n"
    plan = _plan(tmp_path, _django("urlpatterns = []\n", settings=settings), config_vars)
    assert plan.host == host


MODELS = """
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
ROOT_URLCONF = "site.urls"
INSTALLED_APPS = ["wherry.django"]
ALLOWED_HOSTS = ["*"]
WHERRY = {
    "MODELS": {
        "small": BASE_DIR / "models/small",
        "large": {"PATH": BASE_DIR / "models" / "large", "THREADS": 1},
        "missing": "models/missing",
        "outside": "../outside",
        "unknown": os.environ["MODEL"],
    },
    "API_KEYS": os.environ.get("KEYS", "").split(","),
}
"""
MODEL_URLS = "urlpatterns = [path('ml/', include('wherry.django.urls'))]\n"


def _bundle(folder: Path, size: int, *, sample: bool) -> None:
    """A bundle whose model is never run here."""
    folder.parent.mkdir(exist_ok=True)
    model = folder.parent / f"{folder.name}.tflite"
    model.write_bytes(b"\0\0\0\0TFL3, and no model")
    spec = TensorSpec("x", Datatype.FP32, (-1, size))
    rows = np.arange(size, dtype=np.float32).reshape(1, size)
    write_bundle(
        folder,
        model=model,
        name=folder.name,
        version="1",
        runtime="litert",
        signatures={"serving_default": Signature("serving_default", (spec,), (spec,))},
        warmup=(Warmup("serving_default", {"x": rows}),) if sample else (),
    )


def test_models_are_asked_with_their_samples(tmp_path: Path) -> None:
    _bundle(tmp_path / "models" / "small", 3, sample=True)
    _bundle(tmp_path / "models" / "large", 30_000, sample=True)
    plan = _plan(tmp_path, _django(MODEL_URLS, settings=MODELS), {"KEYS": "first,second"})
    assert [(one.method, one.path) for one in plan.requests] == [
        ("POST", "/ml/v2/models/small/infer"),
        ("POST", "/ml/v2/models/large/infer"),
    ]
    assert plan.noun == "predictions"
    small, large = plan.requests
    assert dict(small.headers) == {"Content-Type": "application/json", "X-API-Key": "first"}
    assert json.loads(small.body) == {
        "inputs": [{"name": "x", "shape": [1, 3], "datatype": "FP32", "data": [0.0, 1.0, 2.0]}]
    }
    length = int(dict(large.headers)["Inference-Header-Content-Length"])
    assert len(large.body) == length + 4 * 30_000
    told = json.loads(large.body[:length])["inputs"][0]
    assert told["parameters"] == {"binary_data_size": 120_000}
    for request, size in ((small, 3), (large, 30_000)):
        head = dict(request.headers).get("Inference-Header-Content-Length")
        spec = TensorSpec("x", Datatype.FP32, (-1, size))
        signatures = {"serving_default": Signature("serving_default", (spec,), (spec,))}
        decoded = decode_infer(
            request.body, int(head) if head else None, signatures, "serving_default"
        )
        assert decoded.inputs["x"].tolist() == [list(range(size))]
    assert {one.what for one in plan.skipped} == {
        *("the model 'missing'", "the model 'outside'", "the model 'unknown'"),
    }
    assert _reason_of(plan, "outside") == "it lies outside the project"
    assert _reason_of(plan, "unknown") == "its path cannot be told from the code"


def _reason_of(plan: Plan, model: str) -> str:
    return next(one.reason for one in plan.skipped if one.what == f"the model {model!r}")


def test_a_model_without_samples_is_asked_with_zeros(tmp_path: Path) -> None:
    _bundle(tmp_path / "models" / "small", 3, sample=False)
    plan = _plan(tmp_path, _django(MODEL_URLS, settings=MODELS))
    assert json.loads(plan.requests[0].body)["inputs"][0]["data"] == [0.0, 0.0, 0.0]
    assert plan.requests[0].source == "model small, zeros"
    assert plan.requests[0].headers == (("Content-Type", "application/json"),)


def test_models_that_the_code_does_not_tell(tmp_path: Path) -> None:
    settings = "ROOT_URLCONF = 'site.urls'\nINSTALLED_APPS = ['a']\nWHERRY = load()\n"
    plan = _plan(tmp_path, _django(MODEL_URLS, settings=settings))
    assert _paths(plan) == ["/"]
    assert plan.skipped[0].what == "the models"


def test_a_folder_without_any_app(tmp_path: Path) -> None:
    plan = _plan(tmp_path, {"README.md": "nothing"})
    assert _paths(plan) == ["/"]
    assert plan.skipped == ()
