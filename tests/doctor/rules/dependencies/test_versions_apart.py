from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief


@pytest.mark.parametrize(
    ("text", "installed", "expected"),
    [
        ("opencv-python-headless==4.8.1.78", {"numpy": "2.1.0"}, ["numpy2-abi"]),
        ("pandas==2.0.3", {"numpy": "2.1.0"}, ["numpy2-abi"]),
        ("tensorflow==2.11.1", {"numpy": "1.26.4", "protobuf": "4.25.3"}, ["protobuf-too-new"]),
        ("tensorflow==2.5.3\nkeras==2.9.0", {"numpy": "1.19.5"}, ["keras-standalone-mismatch"]),
        ("tensorflow==2.15.1\ntensorflow-cpu==2.14.0", {"numpy": "1.26.4"}, ["tf-install-broken"]),
    ],
)
def test_what_installs_and_does_not_work(
    tmp_path: Path, text: str, installed: dict[str, str], expected: list[str]
) -> None:
    files = {".python-version": "3.11\n", "requirements.txt": f"django==4.2\n{text}\n"}
    pins = dict(row.split("==") for row in text.split("\n"))
    found = ask(tmp_path, files, installed={**installed, **pins})
    assert [name for name, _ in brief(found)] == expected


@pytest.mark.parametrize(
    ("text", "installed"),
    [
        ("opencv-python-headless==4.10.0.84", {"numpy": "2.1.0"}),
        ("opencv-python-headless==4.8.1.78", {"numpy": "1.26.4"}),
        ("pandas==2.2.3", {"numpy": "2.1.0"}),
        ("tensorflow==2.20.0", {"numpy": "2.1.0", "protobuf": "6.31.1"}),
        ("tensorflow==2.15.1\nkeras==2.15.0", {"numpy": "1.26.4"}),
        ("tensorflow==2.16.2\nkeras==3.3.3", {"numpy": "1.26.4"}),
        ("tensorflow==2.4.4\nkeras==2.4.3", {"numpy": "1.19.5"}),
        ("tensorflow==2.15.1\ntensorflow-cpu==2.15.1", {"numpy": "1.26.4"}),
    ],
)
def test_what_works_together(tmp_path: Path, text: str, installed: dict[str, str]) -> None:
    files = {".python-version": "3.11\n", "requirements.txt": f"django==4.2\n{text}\n"}
    pins = dict(row.split("==") for row in text.split("\n"))
    assert ask(tmp_path, files, installed={**installed, **pins}) == []
