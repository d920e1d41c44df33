"""Each part imports only what it uses, proven in fresh processes."""

import json
import subprocess
import sys
from pathlib import Path

from tests.pitch import LITERT, ONNX

SETTINGS = """
import sys, json
from django.conf import settings
settings.configure(
    SECRET_KEY="only for a test",
    INSTALLED_APPS=["wherry.django"],
    ROOT_URLCONF="tests.project.urls",
    ALLOWED_HOSTS=["*"],
    WHERRY={{"MODELS": {{"pitch": {path!r}}}}},
)
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
ASK = """
import io
body = json.dumps({"inputs": [[[0.0]] * 43844]}).encode()
answers = []
application({
    "REQUEST_METHOD": "POST", "PATH_INFO": "/v1/models/pitch:predict",
    "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
    "wsgi.input": io.BytesIO(body), "SERVER_NAME": "test", "SERVER_PORT": "80",
}, lambda status, headers: answers.append(status))
assert answers == ["200 OK"], answers
"""
SAY = "\nprint(json.dumps(sorted(sys.modules)))"


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code + SAY], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def roots(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def test_command_line_imports_nothing_heavy() -> None:
    """``wherry --version`` pays for argparse, and for nothing that a verb may need."""
    modules = modules_after("import sys, json, wherry.cli")
    assert not roots(modules) & {"django", "numpy", "granian", "orjson", "onnxruntime"}
    assert "wherry.serving" not in modules


def test_serve_imports_nothing_heavy_before_the_interpreter_is_replaced() -> None:
    """Whatever it imports is thrown away, and imported once more by who serves."""
    modules = modules_after("import sys, json, wherry.cli.serve, wherry.django.server.launch")
    assert not roots(modules) & {"django", "numpy", "granian", "orjson"}


def test_django_starts_without_a_runtime() -> None:
    """``manage.py migrate`` in a project with models loads none, nor its library."""
    modules = modules_after(SETTINGS.format(path=str(LITERT)))
    assert not roots(modules) & {"ai_edge_litert", "onnxruntime", "tensorflow", "granian"}


def served(path: Path) -> set[str]:
    return modules_after(SETTINGS.format(path=str(path)) + ASK)


def test_served_litert_model_imports_its_runtime_only() -> None:
    """After an answer over WSGI: LiteRT, and no command line, tool or other runtime."""
    modules = served(LITERT)
    assert "ai_edge_litert" in modules
    assert not roots(modules) & {"onnxruntime", "tensorflow", "granian", "google", "pip", "uv"}
    assert not modules & {"wherry.cli", "wherry.dependencies", "wherry.testing"}


def test_served_onnx_model_imports_its_runtime_only() -> None:
    """The same for ONNX Runtime."""
    modules = served(ONNX)
    assert "onnxruntime" in modules
    assert not roots(modules) & {"ai_edge_litert", "tensorflow", "granian", "onnx", "pip", "uv"}
    assert not modules & {"wherry.cli", "wherry.dependencies", "wherry.testing"}
