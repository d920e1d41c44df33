from pathlib import Path

import pytest

from tests.doctor.rules.dependencies.asking import ask, brief, one

CONDA = "certifi @ file:///croot/certifi_1671487769961/work/certifi"


@pytest.mark.parametrize(
    "text",
    [
        CONDA,
        "absl-py @ file:///home/conda/feedstock_root/build_artifacts/absl-py_1637088766493/work",
        "numpy @ file:///C:/ci/numpy_and_numpy_base_1653574844560/work",
        "six @ file:///tmp/build/80754af9/six_1623709665295/work",
    ],
)
def test_a_folder_of_condas_machine(tmp_path: Path, text: str) -> None:
    found = ask(tmp_path, {"requirements.txt": f"django==5.0\n{text}\n"})
    assert brief(found) == [("conda-file-pin", "error")]


def test_the_path_is_taken_away(tmp_path: Path) -> None:
    found = one(ask(tmp_path, {"requirements.txt": f"{CONDA}\ndjango==5.0\n"}), "conda-file-pin")
    assert found.fix is not None
    assert found.fix.changes[0].after == "certifi\ndjango==5.0\n"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("certifi=2021.10.8", "certifi==2021.10.8"),
        ("certifi=2021.10.8=py39_0", "certifi==2021.10.8"),
        ("certifi=2021", "certifi"),
        ("certifi", "certifi"),
        ("six=1.16.0", "certifi"),
    ],
)
def test_condas_own_list_knows_the_version(tmp_path: Path, known: str, expected: str) -> None:
    files = {
        "requirements.txt": f"{CONDA}\n",
        "environment.yml": f"name: site\ndependencies:\n  - {known}\n",
    }
    found = one(ask(tmp_path, files), "conda-file-pin")
    assert found.fix is not None
    assert found.fix.changes[0].after == f"{expected}\n"


@pytest.mark.parametrize(
    "wheel",
    [
        "tensorflow-2.4.0-cp38-cp38-manylinux2010_x86_64.whl",
        "torch-1.9.0-cp39-cp39-win_amd64.whl",
        "tensorflow-2.16.1-cp312-cp312-macosx_12_0_arm64.whl",
    ],
)
def test_a_wheel_of_another_python_or_system(tmp_path: Path, wheel: str) -> None:
    name = wheel.partition("-")[0]
    text = f"django==5.0\n{name} @ https://storage.example.com/{wheel}\n"
    found = [f for f in ask(tmp_path, {"requirements.txt": text}) if "wheel" in f.cause.name]
    assert [finding.cause.name for finding in found] == ["wheel-platform-mismatch"]


@pytest.mark.parametrize(
    "text",
    [
        "ours @ git+ssh://git@github.com/example/ours.git",
        "ours @ git+https://${TOKEN}@github.com/example/ours.git",
    ],
)
def test_a_private_place(tmp_path: Path, text: str) -> None:
    found = ask(tmp_path, {"requirements.txt": f"django==5.0\n{text}\n"})
    assert brief(found) == [("private-dependency-unreachable", "error")]


@pytest.mark.parametrize(
    "text",
    [
        "ours @ git+https://github.com/example/ours.git@v1.0",
        "ours @ https://example.com/ours-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "ours @ https://example.com/ours-1.0.tar.gz",
    ],
)
def test_addresses_that_anybody_can_read(tmp_path: Path, text: str) -> None:
    assert ask(tmp_path, {"requirements.txt": f"django==5.0\n{text}\n"}) == []
