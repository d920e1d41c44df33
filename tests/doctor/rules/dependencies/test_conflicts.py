from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief, one
from wherry.findings import FileSpan


def test_pins_that_contradict_one_another(tmp_path: Path) -> None:
    text = "django==4.2\ntensorflow==2.15.1\nnumpy==2.0.2\n"
    files = {".python-version": "3.11\n", "requirements.txt": text}
    found = one(ask(tmp_path, files), "resolution-impossible")
    assert "tensorflow 2.15.1 wants numpy<2.0.0,>=1.23.5" in found.title
    assert [span.line for span in found.where if isinstance(span, FileSpan)] == [2, 3]


def test_a_fault_does_not_hide_behind_another(tmp_path: Path) -> None:
    text = "django==4.2\ntensorflow==2.5.0\nnumpy==1.21.0\n"
    found = ask(tmp_path, {".python-version": "3.12\n", "requirements.txt": text})
    assert brief(found) == [
        ("pins-not-installable", "error"),
        ("resolution-impossible", "error"),
        ("tf-no-wheel-for-python", "error"),
    ]


def test_keras_of_another_minor_is_a_contradiction_with_its_other_name(tmp_path: Path) -> None:
    text = "django==4.2\ntensorflow==2.12.1\nkeras==2.13.1\n"
    files = {".python-version": "3.11\n", "requirements.txt": text}
    (found,) = ask(tmp_path, files)
    assert found.cause.name == "resolution-impossible"
    assert [cause.name for cause in found.alternatives] == ["keras-standalone-mismatch"]


@pytest.mark.parametrize(
    "text",
    [
        "tensorflow==2.15.1\nnumpy==1.26.4\n",
        "tensorflow==2.15.1\nnumpy\n",
        "tensorflow==2.15.1\nnumpy>=1.20\n",
        "numpy==2.0.2\n",
    ],
)
def test_lines_that_get_on(tmp_path: Path, text: str) -> None:
    assert (
        ask(tmp_path, {".python-version": "3.11\n", "requirements.txt": f"django==4.2\n{text}"})
        == []
    )
