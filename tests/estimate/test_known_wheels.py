"""The committed table of common wheels."""

import pytest

from wherry.estimate.wheels.known_wheels import known_wheels
from wherry.estimate.wheels.package import Knowledge


def test_a_version_of_the_table_is_known_exactly() -> None:
    package = known_wheels().package("tensorflow", "2.15.1")
    assert package.knowledge is Knowledge.TABLED
    assert package.contents is not None
    assert package.wheel_bytes == 475_258_663


@pytest.mark.parametrize(
    ("name", "version", "like"),
    [
        ("tensorflow", "2.15.0", "2.15.1"),
        ("tensorflow", "2.15.0.post1", "2.15.1"),
        ("tensorflow", "2.9.1", "2.8.4"),
        ("tensorflow", "1.15.5", "2.8.4"),
        ("tensorflow", "", "2.21.0"),
        ("tensorflow", "nightly", "2.21.0"),
    ],
)
def test_another_version_is_like_the_nearest(name: str, version: str, like: str) -> None:
    package = known_wheels().package(name, version)
    assert package.knowledge is Knowledge.NEAR
    assert package.contents == known_wheels().package(name, like).contents


def test_what_is_not_in_the_table_is_not_known() -> None:
    package = known_wheels().package("nobody-knows-it", "1.0")
    assert package.knowledge is Knowledge.NOTHING
    assert package.contents is None


def test_tensorflow_brings_its_company() -> None:
    found = known_wheels().closure({"tensorflow": "2.20.0"})
    assert {"tensorflow", "numpy", "keras", "h5py", "protobuf"} <= found
    assert "jaxlib" not in found


def test_torch_brings_cuda_along() -> None:
    assert any(name.startswith("nvidia-") for name in known_wheels().closure({"torch": "2.9.0"}))


@pytest.mark.parametrize("version", ["2.13.0+cpu", "1.12.1"])
def test_some_torch_comes_alone(version: str) -> None:
    assert known_wheels().closure({"torch": version}) == {"torch"}


def test_torch_for_processors_is_the_lighter() -> None:
    cpu = known_wheels().package("torch", "2.9.0+cpu")
    full = known_wheels().package("torch", "2.9.0")
    assert cpu.wheel_bytes is not None
    assert full.wheel_bytes is not None
    assert cpu.wheel_bytes < full.wheel_bytes / 2


def test_a_package_without_company_stays_alone() -> None:
    assert known_wheels().closure({"nobody-knows-it": ""}) == {"nobody-knows-it"}
