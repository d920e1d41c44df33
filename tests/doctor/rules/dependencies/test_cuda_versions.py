"""CUDA's versions beside what was built against them, and cards that are asked for in vain."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import SITE, ask
from wherry.findings import Finding

APART = "cuda-versions-apart"
IN_VAIN = "accelerator-without-effect"
ASKED = '[tool.wherry]\naccelerator = "cuda"\n'


def found(
    root: Path,
    cause: str,
    lines: str,
    platform: str = "dokku",
    files: Mapping[str, str] | None = None,
) -> list[Finding]:
    requirements = f"{SITE['requirements.txt']}{lines}"
    changes = {"requirements.txt": requirements, **(files or {})}
    return [item for item in ask(root, changes, platform) if item.cause.name == cause]


def dockerfile(image: str) -> dict[str, str]:
    return {"Dockerfile": f"FROM {image}\nCOPY . /app\nCMD gunicorn mysite.wsgi\n"}


@pytest.mark.parametrize(
    ("lines", "files", "told"),
    [
        (
            "tensorflow==2.21.0\nonnxruntime-gpu==1.31.1\n",
            {},
            "tensorflow 2.21.0 wants CUDA 12.5.1 and cuDNN 9, and there is onnxruntime-gpu 1.31.1",
        ),
        (
            "tensorflow==2.21.0\nnvidia-cudnn-cu12==8.9.7.29\n",
            {},
            "and there is cuDNN 8 (nvidia-cudnn-cu12==8.9.7.29)",
        ),
        (
            "tensorflow[and-cuda]==2.15.1\nnvidia-cublas-cu11==11.11.3.6\n",
            {},
            "and there is CUDA 11 (nvidia-cublas-cu11==11.11.3.6)",
        ),
        (
            "tensorflow==2.15.1\n",
            dockerfile("nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04"),
            "and there is CUDA 11.8",
        ),
        (
            "onnxruntime-gpu==1.26.0\n",
            dockerfile("nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04"),
            "and there is cuDNN 8",
        ),
    ],
)
def test_another_version_than_it_was_built_against_is_told(
    tmp_path: Path, lines: str, files: dict[str, str], told: str
) -> None:
    (finding,) = found(tmp_path, APART, lines, files=files)
    assert told in finding.title
    assert finding.where


@pytest.mark.parametrize(
    ("lines", "files"),
    [
        ("tensorflow==2.21.0\nonnxruntime-gpu==1.26.0\n", {}),
        ("tensorflow==2.21.0\nnvidia-cudnn-cu12==9.3.0.75\nnvidia-cublas-cu12==12.5.3.2\n", {}),
        ("tensorflow==2.15.1\n", dockerfile("nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04")),
        ("tensorflow==2.21.0\n", dockerfile("nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04")),
        ("tensorflow==2.21.0\n", dockerfile("python:3.12-slim")),
        ("tensorflow-cpu==2.21.0\nnvidia-cudnn-cu12==8.9.7.29\n", {}),
        ("tensorflow\nnvidia-cudnn-cu12\n", {}),
        ("tensorflow==2.99.0\nnvidia-cudnn-cu12==8.9.7.29\n", {}),
    ],
)
def test_what_goes_together_or_is_not_known_is_no_finding(
    tmp_path: Path, lines: str, files: dict[str, str]
) -> None:
    assert found(tmp_path, APART, lines, files=files) == []


@pytest.mark.parametrize("platform", ["heroku:eco", "railway"])
def test_where_there_are_no_cards_it_makes_no_difference(tmp_path: Path, platform: str) -> None:
    lines = "tensorflow==2.21.0\nnvidia-cudnn-cu12==8.9.7.29\n"
    assert found(tmp_path, APART, lines, platform) == []


def test_a_card_asked_for_on_a_host_without_is_told(tmp_path: Path) -> None:
    lines = "tensorflow==2.21.0\n"
    (finding,) = found(tmp_path, IN_VAIN, lines, "heroku:eco", {"pyproject.toml": ASKED})
    assert "Heroku has no cards" in finding.title


def test_a_card_asked_for_without_code_for_it_is_told(tmp_path: Path) -> None:
    files = {"pyproject.toml": ASKED}
    (finding,) = found(tmp_path, IN_VAIN, "tensorflow-cpu==2.21.0\n", files=files)
    assert "tensorflow-cpu holds no code for cards, tensorflow does" in finding.title


@pytest.mark.parametrize(
    ("lines", "pyproject"),
    [
        ("tensorflow==2.21.0\n", ASKED),
        ("onnxruntime-gpu==1.26.0\ntensorflow-cpu==2.21.0\n", ASKED),
        ("tensorflow-cpu==2.21.0\n", '[tool.wherry]\naccelerator = "cpu"\n'),
        ("tensorflow-cpu==2.21.0\n", "[tool.other]\naccelerator = 'cuda'\n"),
        ("tensorflow-cpu==2.21.0\n", "[tool.wherry\n"),
        ("wherry\n", ASKED),
    ],
)
def test_what_has_an_effect_or_is_not_asked_is_no_finding(
    tmp_path: Path, lines: str, pyproject: str
) -> None:
    assert found(tmp_path, IN_VAIN, lines, files={"pyproject.toml": pyproject}) == []
