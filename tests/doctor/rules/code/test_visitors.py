"""What visitors send: opened as code, or kept in the process."""

from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import Files, names, view

STATE = "state-in-process-memory"
UNSAFE = "untrusted-file-unpickled"


ROUTED: Files = {
    "mysite/urls.py": "from django.urls import path\nfrom shop import views\n"
    "urlpatterns = [path('', views.index), path('join', views.join)]\n"
}


CODE = "{}\ndef join(request):\n    {}\ndef index(request): return {}\n"


@pytest.mark.parametrize(
    ("kept", "join"),
    [
        ("T = {}", "T['a'] = request.POST['n']"),
        ("T = []", "n = request.POST['n']; T.append(n)"),
        ("T = dict()", "d = json.loads(request.body); n = d['n']; T.setdefault(n, 0)"),
        ("T: dict[str, int] = {}", "T[request.user.id] = 1"),
        ("T = defaultdict(int)", "T[request.POST['n']] += 1"),
        ("T = None", "global T; form = Form(request.POST); T = form.cleaned_data"),
    ],
)
def test_data_of_one_request_that_another_one_reads(tmp_path: Path, kept: str, join: str) -> None:
    assert STATE in names(tmp_path, {**view(CODE.format(kept, join, "T")), **ROUTED})


@pytest.mark.parametrize(
    ("kept", "join", "read"),
    [
        # Filled when the module is imported, and only read.
        ("T = {'a': 1}", "return T[request.GET['n']]", "T"),
        # A cache: whoever finds nothing computes it again.
        ("CACHE = {}", "CACHE[request.GET['n']] = 1", "CACHE"),
        # A list of its own.
        ("T = []", "T = []; T.append(1)", "T"),
        # Nobody else reads it.
        ("T = []", "T.append(request.GET['n'])", "1"),
        # Nothing of the request goes in.
        ("T = []", "T.append(load())", "T"),
    ],
)
def test_other_containers_are_no_state(tmp_path: Path, kept: str, join: str, read: str) -> None:
    assert STATE not in names(tmp_path, {**view(CODE.format(kept, join, read)), **ROUTED})


@pytest.mark.parametrize(
    ("kept", "index", "state"),
    [
        ("T = []", "T.append(request.GET['n']); return {'mean': len(T)}", True),
        ("T = deque(maxlen=9)", "n = request.GET['n']; T.appendleft(n); return list(T)", True),
        ("T = []", "T.append(request.GET['n'])", False),
        ("T = []", "T = []; T.append(request.GET['n']); return T", False),
        ("T = []", "T.append(load()); return T", False),
        ("CACHE = []", "CACHE.append(request.GET['n']); return CACHE", False),
        ("T = {}", "T.setdefault(request.GET['n'], 1); return T[request.GET['n']]", False),
    ],
)
def test_a_view_that_finds_what_its_earlier_requests_left(
    tmp_path: Path, kept: str, index: str, state: bool
) -> None:
    text = f"{kept}\ndef index(request):\n    {index}\n"
    assert (STATE in names(tmp_path, view(text))) is state


@pytest.mark.parametrize(
    ("code", "unsafe"),
    [
        ("f = request.FILES['m']\n    pickle.load(f)", True),
        ("data = request.FILES['m'].read()\n    pickle.loads(data)", True),
        ("with request.FILES['m'].open() as f:\n        joblib.load(f)", True),
        ("form = Form(request.POST, request.FILES)\n    pickle.load(form.cleaned_data['m'])", True),
        ("torch.load(request.FILES['m'])", True),
        ("opened(request.FILES['m'])", True),
        ("opened(path='m.pkl')", False),
        ("torch.load(request.FILES['m'], weights_only=True)", False),
        ("pickle.load(open('m.pkl', 'rb'))", False),
        ("f = request.FILES['m']\n    json.load(f)", False),
        ("name = request.GET['n']\n    json.loads(name)", False),
    ],
)
def test_uploads_that_are_opened_as_code(tmp_path: Path, code: str, unsafe: bool) -> None:
    text = (
        "import json, pickle, joblib, torch\n"
        "def opened(path):\n    return joblib.load(path)\n"
        f"def index(request):\n    {code}\n"
    )
    assert (UNSAFE in names(tmp_path, view(text))) is unsafe


def test_an_upload_handed_to_another_module(tmp_path: Path) -> None:
    reader = "import pickle\ndef estimator(upload):\n    return pickle.loads(upload.read())\n"
    code = "from shop.reading import estimator\ndef index(request):\n    estimator({})\n"
    sent = names(tmp_path / "a", view(code.format("request.FILES['m']"), shop__reading=reader))
    own = names(tmp_path / "b", view(code.format("open('m.pkl', 'rb')"), shop__reading=reader))
    assert UNSAFE in sent
    assert UNSAFE not in own


def test_what_a_visitor_uploads_is_no_model_of_the_site(tmp_path: Path) -> None:
    code = "import joblib\ndef index(request):\n    return joblib.load({})\n"
    sent = names(tmp_path / "a", view(code.format("request.FILES['m']")))
    own = names(tmp_path / "b", {**view(code.format("'m.pkl'")), "m.pkl": b"x"})
    assert "model-loaded-per-request" not in sent
    assert "model-loaded-per-request" in own


CLASS = (
    "class Rooms:\n    rooms = {}\n"
    "    def join(self, request):\n        self.rooms[request.POST['n']] = 1\n"
    "    def show(self):\n        return self.rooms\n%s"
    "def join(request): Rooms().join(request)\ndef index(request): return Rooms().show()\n"
)
INIT = "    def __init__(self):\n        self.rooms = {}\n"


def test_a_class_keeps_for_all_what_stands_in_its_body(tmp_path: Path) -> None:
    assert STATE in names(tmp_path / "a", {**view(CLASS % ""), **ROUTED})
    assert STATE not in names(tmp_path / "b", {**view(CLASS % INIT), **ROUTED})


STORE = (
    "_KEPT = {}\ndef put(key, value):\n    _KEPT[key] = value\n"
    "def get(key):\n    return _KEPT[key]\n"
)
BOARDS = (
    "from shop import store\ndef join(request):\n    store.put({}, {})\n"
    "def index(request): return store.get(1)\n"
)


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("'a'", "request.POST['n']", True),
        ("'a'", "compute()", False),
        # Computed once for each name: a cache.
        ("request.GET['n']", "compute()", False),
    ],
)
def test_a_store_behind_two_functions(tmp_path: Path, key: str, value: str, kept: bool) -> None:
    files = {**view(BOARDS.format(key, value), shop__store=STORE), **ROUTED}
    assert (STATE in names(tmp_path, files)) is kept
