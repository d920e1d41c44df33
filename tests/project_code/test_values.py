from pathlib import Path

import pytest

from tests.project_code.reading import code, texts, value
from wherry.project.code.values import MISSING, UNKNOWN, Folder, Plain


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('X = "a" + "b"', "ab"),
        ('X = f"{1}-a"', "1-a"),
        ('X = "%s-b" % "a"', "a-b"),
        ('X = "{}.{}".format("a", "b")', "a.b"),
        ("X = 60 * 60 * 24", 86400),
        ("X = not True", False),
        ('X = "a" if False else "b"', "b"),
        ("X = Path(__file__).resolve().parent.parent", Folder("")),
        ("X = Path(__file__).resolve().parents[1] / 'a' / 'b'", Folder("a/b")),
        ('X = os.path.join(os.path.dirname(__file__), "..", "a")', Folder("a")),
        ('X = os.path.join(Path(__file__).parent, "/var/a")', "/var/a"),
        ('X = str(Path(__file__).parent) + "/m.h5"', Folder("mysite/m.h5")),
        ('X = os.path.join(os.getcwd(), "m.h5")', "./m.h5"),
        ('X = os.environ.get("A")', None),
        ('X = os.environ.get("A", "b")', "b"),
        ('X = os.environ["A"]', MISSING),
        ('X = "A" in os.environ', False),
        ('X = os.getenv("A", "1") == "1"', True),
        ('X = bool(int(os.getenv("A", "0")))', False),
        ('X = os.getenv("A", "no").lower() in ("yes", "true")', False),
        ('X = {"a": {"b": 1}}["a"]["b"]', 1),
        ('X = dict(a=1)["a"]', 1),
        ('X = {"a": 1}.get("b", 2)', 2),
        ("import json\nX = json.loads('true')", True),
        ("from decouple import config\nX = config('A', default='no', cast=bool)", False),
        ("from decouple import config\nX = config('A')", MISSING),
        ("import environ\nenv = environ.Env(A=(bool, True))\nX = env('A')", True),
        ("import environ\nenv = environ.Env()\nX = env.int('A', default=3)", 3),
        ("import environ\nroot = environ.Path(__file__) - 2\nX = root", UNKNOWN),
        ("from environs import Env\nenv = Env()\nX = env.bool('A', True)", True),
        ("X = open('a').read()", UNKNOWN),
        ("X = something_unknown()", UNKNOWN),
        ("import sys\nX = 'test' in sys.argv", False),
        (
            "def get(name, default=None):\n    return os.environ.get(name, default)\nX = get('A')",
            None,
        ),
        ("def get(name):\n    return os.environ[name]\nX = get('A')", MISSING),
    ],
)
def test_an_expression(tmp_path: Path, line: str, expected: Plain) -> None:
    assert value(tmp_path, line) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('X = ["a"] + ["b"]', ["a", "b"]),
        ('X = ["a"]\nX += ["b"]', ["a", "b"]),
        ('X = ["a"]\nX.append("b")\nX.insert(0, "c")', ["c", "a", "b"]),
        ('X = ["a"]\nX.extend(("b", "c"))\nX.remove("a")', ["b", "c"]),
        ('Y = ("a",)\nX = [*Y, "b"]', ["a", "b"]),
        ('X = "a, b".split(",")', ["a", " b"]),
        ('X = [x.strip() for x in "a, b,".split(",") if x.strip()]', ["a", "b"]),
        ('X = os.environ.get("A", "a,b").split(",")', ["a", "b"]),
        ('X = list(("a", "b"))', ["a", "b"]),
        (
            'from decouple import Csv, config\nX = config("A", default="a, b", cast=Csv())',
            ["a", "b"],
        ),
        ('X = []\nif True:\n    X = ["a"]', ["a"]),
        ('X = []\nif os.environ.get("A"):\n    X = ["a"]', []),
        ('try:\n    from .gone import X\nexcept ImportError:\n    X = ["a"]', ["a"]),
        ('X, Y = ["a"], 1', ["a"]),
        ('globals()["X"] = ["a"]', ["a"]),
    ],
)
def test_a_list(tmp_path: Path, lines: str, expected: list[str]) -> None:
    assert texts(value(tmp_path, lines)) == expected


def test_what_a_variable_changes(tmp_path: Path) -> None:
    settings = 'import os\nX = []\nif os.environ.get("A") == "1":\n    X = ["a"]\n'
    files = {"mysite/settings.py": settings, "manage.py": "", "mysite/__init__.py": ""}
    files["mysite/wsgi.py"] = (
        'import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"\n'
    )
    found = code(tmp_path, files).settings
    assert found is not None
    setting = found.names["X"]
    assert setting.value.variables == {"A"}
    assert not setting.value.fixed
    assert any(isinstance(other, tuple) and len(other) == 1 for other in setting.value.others)


def test_names_of_another_module(tmp_path: Path) -> None:
    more = {"mysite__base": 'A = ["a"]\nB = 1\n_HIDDEN = 2\n'}
    assert texts(value(tmp_path, "from .base import *\nX = A + ['b']", **more)) == ["a", "b"]
    assert value(tmp_path, "from mysite.base import B as X", **more) == 1
    assert value(tmp_path, "from mysite import base\nX = base.B", **more) == 1
    assert value(tmp_path, "from .base import *\nX = _HIDDEN", **more) is UNKNOWN


def test_a_variable_that_the_project_sets(tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text('{"env": {"A": {"value": "b"}}}')
    assert value(tmp_path, 'X = os.environ["A"]') == "b"


def test_modules_that_import_each_other(tmp_path: Path) -> None:
    more = {"mysite__other": "from .settings import *\nA = 1\n"}
    assert value(tmp_path, "from .other import *\nX = A", **more) == 1


@pytest.mark.parametrize("count", [10, 100, 900])
def test_a_long_sum(tmp_path: Path, count: int) -> None:
    assert value(tmp_path, "X = " + "+".join(["1"] * count)) in (UNKNOWN, count)


@pytest.mark.parametrize(
    "lines",
    [
        "X = ['a']\n" + "X = X + X\n" * 60,
        "X = ['a']\n" + "X = [*X, *X]\n" * 60,
        "X = ['a']\n" + "X.extend(X)\n" * 60,
        "X = 'a'\n" + "X = X + X\n" * 60,
        "X = 'a'\n" + "X = X.replace('a', X)\n" * 60,
        "X = '%1000000000s' % 'a'",
        "X = 'a' * 10 ** 10",
        "X = 9 ** 9 ** 9",
        "X = " + "[" * 8 + "1" + " for x in 'a,' .split(',')]" * 8,
        "Y = 'a,'.split(',') * 1\nY = '" + "a," * 150 + "'.split(',')\n"
        "X = [[[[a for a in Y] for b in Y] for c in Y] for d in Y]",
    ],
)
def test_code_that_means_harm(tmp_path: Path, lines: str) -> None:
    value(tmp_path, lines)
