"""The commands that read and shrink models, as they stand in the documents, in their order."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.fences import ROOT, commands
from wherry.bundle import open_bundle

VERBS = ("inspect", "shrink", "verify")
DIGITS = ROOT / "examples" / "demo" / "models" / "digits" / "digits.tflite"
TRAINED = ROOT / "tests" / "fixtures" / "digits"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's project with a trained model and held-back digits."""
    made = tmp_path_factory.mktemp("trained")
    for name in ("digits.keras", "digits.npz"):
        shutil.copy(TRAINED / name, made / name)
    shutil.copy(DIGITS, made / "model.tflite")
    return made


def documented() -> list[str]:
    """Return each command once, those that read what others write last."""
    found = {
        fence.text for fence in commands() if re.match(rf"wherry ({'|'.join(VERBS)})", fence.text)
    }
    return sorted(found, key=lambda text: VERBS.index(text.split()[1]))


def test_they_do_what_the_documents_say(folder: Path) -> None:
    """From a .keras file to a bundle that was compared with it, and opens."""
    asked = documented()
    assert {text.split()[1] for text in asked} == set(VERBS)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "WHERRY_CACHE": str(ROOT / ".wherry" / "cache"),
    }
    for command in asked:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    bundle = open_bundle(folder / "models" / "shrunk")
    assert bundle.origin["file"] == "digits.keras"
    assert bundle.runtime in ("litert", "onnx")
