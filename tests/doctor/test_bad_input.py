"""Projects that are broken in every way: a sentence, a status, and never a traceback."""

import os
from pathlib import Path

import pytest

from tests.doctor.sites import BEGINNER, SECRET, SOUND
from tests.doctor.trees import tree
from wherry.cli import main
from wherry.doctor.diagnose import Options, diagnose
from wherry.doctor.diagnosis import Diagnosis

DEEP = "(" * 400 + ")" * 400
BROKEN: dict[str, dict[str, bytes | str]] = {
    "syntax error in the settings": {"shop/settings.py": "DEBUG = True\nif (:\n"},
    "settings are binary": {"shop/settings.py": b"\x00\x01\xff\xfe" * 50},
    "settings are UTF-16": {"shop/settings.py": "DEBUG = True\n".encode("utf-16")},
    "settings import themselves": {"shop/settings.py": "from .settings import *\n"},
    "settings in a circle": {
        "shop/settings.py": "from .base import *\n",
        "shop/base.py": "from .settings import *\nX = X + [1]\n",
    },
    "settings nested too deeply": {"shop/settings.py": f"X = {DEEP}\n"},
    "settings of one long sum": {"shop/settings.py": f"X = {'+'.join('1' * 3000)}\n"},
    "settings of odd values": {
        "shop/settings.py": "INSTALLED_APPS = 5\nMIDDLEWARE = None\nDATABASES = []\n"
        "ALLOWED_HOSTS = {}\nDEBUG: bool\nSECRET_KEY = b''\nSTORAGES = 'x'\nTEMPLATES = 3\n",
    },
    "null bytes in the code": {"shop/views.py": "x = 1\n\0\n"},
    "code of Python 2": {"shop/views.py": "print 'hello'\nexec 'x'\n"},
    "code of tomorrow": {"shop/views.py": "match x:\n    case [1, *_] if y := 2:\n        ...\n"},
    "invalid TOML": {"pyproject.toml": "[tool.wherry\nplatform = \n", "uv.lock": "a = [[["},
    "odd TOML": {"pyproject.toml": "project = 5\ntool = 'x'\n", "poetry.lock": "package = 5\n"},
    "odd tables": {"pyproject.toml": "[project]\ndependencies = 'django'\nname = []\n"},
    "invalid JSON": {"app.json": "{,}", "Pipfile.lock": "[]", "railway.json": "nul"},
    "odd JSON": {"app.json": "[1]", "Pipfile.lock": '{"default": [], "_meta": 1}'},
    "deep JSON": {"app.json": "[" * 20_000, "railway.json": '{"a":' * 20_000},
    "invalid YAML": {"render.yaml": "services: [\n  - {", "environment.yml": "\t- : :"},
    "odd YAML": {"render.yaml": "services: 5\n", "environment.yml": "dependencies: {a: b}\n"},
    "binary requirements": {"requirements.txt": bytes(range(256))},
    "requirements in a circle": {
        "requirements.txt": "-r more.txt\n",
        "more.txt": "-r requirements.txt",
    },
    "requirements that lead out": {
        "requirements.txt": "-r ../../../../etc/passwd\n-r /etc/hosts\n"
    },
    "requirements of nonsense": {
        "requirements.txt": "==\n@@@\n-e\n;\n[x]\ndjango==\nnumpy==1.*.2\n"
    },
    "a Procfile of nonsense": {"Procfile": "web\n: x\nweb: 'unclosed\nweb:\n\0\n"},
    "a Procfile that calls itself": {"Procfile": "web: sh start.sh\n", "start.sh": "sh start.sh\n"},
    "Dockerfile of nonsense": {"Dockerfile": "FROM\nRUN \\\n", "fly.toml": "app = [\n"},
    "everything is empty": dict.fromkeys(
        (*SOUND, "Dockerfile", "pyproject.toml", "uv.lock", "Pipfile", "app.json", "fly.toml"), ""
    ),
    "odd names": {"shop/a b\n.py": "x = 1\n", "shop/\udcff.py": "y = 2\n", "-r.txt": "z\n"},
    "a long line": {"shop/views.py": f"x = '{'a' * 2_000_000}'\n"},
}


def broken(root: Path, name: str) -> Path:
    tree(root, BEGINNER)
    for path, data in BROKEN[name].items():
        place = root / os.fsdecode(os.fsencode(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data if isinstance(data, bytes) else data.encode())
    return root


def mistakes(diagnosis: Diagnosis) -> list[str]:
    return [item.reason for item in diagnosis.skipped if "Wherry itself" in item.reason]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_project_is_no_trouble(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = broken(tmp_path / "site", name)
    before = sorted(path for path in tmp_path.rglob("*"))
    assert mistakes(diagnose(root, Options(offline=True))) == []
    for output in ("text", "json", "sarif", "github"):
        assert main(["doctor", "--offline", "--format", output, str(root)]) in (0, 1)
        out, err = capsys.readouterr()
        assert out
        assert SECRET not in out + err
    assert sorted(path for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("platform", ["render", "railway", "fly", "cloud-run", "dokku"])
def test_other_hosts_too(platform: str, tmp_path: Path) -> None:
    root = broken(tmp_path, "everything is empty")
    assert mistakes(diagnose(root, Options(offline=True, platform=platform))) == []


def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe would never end, and a device is nobody's source."""
    root = tree(tmp_path / "site", BEGINNER)
    os.mkfifo(root / "shop" / "pipe.py")
    (root / "shop" / "zero.py").symlink_to("/dev/zero")
    (root / "shop" / "circle").symlink_to(root)
    (root / "shop" / "gone.py").symlink_to("nowhere.py")
    (root / "requirements").symlink_to("requirements")
    assert mistakes(diagnose(root, Options(offline=True))) == []


def test_a_flask_app_gets_what_fits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = "from flask import Flask\napp = Flask(__name__)\n"
    root = tree(tmp_path, {"app.py": app, "requirements.txt": "Flask==3.0.0\n"})
    main(["doctor", "--offline", str(root)])
    out = capsys.readouterr().out
    assert "This is a Flask app." in out
    assert not any(word in out for word in ("ALLOWED_HOSTS", "SECRET_KEY", "WH6"))


def test_a_script_is_no_django_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--offline", str(tree(tmp_path, {"script.py": "print('hello')\n"}))])
    assert "There is no Django project here" in capsys.readouterr().out


def test_a_sound_site_has_no_errors(tmp_path: Path) -> None:
    found = diagnose(tree(tmp_path, SOUND), Options(offline=True))
    assert [(f.cause.name, f.severity.value) for f in found.findings if f.severity != "note"] == []
