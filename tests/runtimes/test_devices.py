"""Models run on the CPU unless a card is asked for; without one it is said aloud, and they run."""

import logging
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, c_char, c_int, c_size_t
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import zoo
from tests.tensorflow_libraries import SAVED_MODELS, libraries
from wherry import runtimes
from wherry.errors import ConfigurationError
from wherry.runtimes import devices
from wherry.runtimes.devices import Card, NoCard, ask, check_driver, device_of
from wherry.runtimes.protobuf import fields, message
from wherry.runtimes.protocol import LoadOptions
from wherry.runtimes.tensorflow.configuration import configuration

CARD = Card("NVIDIA L4", 24 * 2**30, (12, 4))


@pytest.fixture(autouse=True)
def told_nothing_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_told", set())
    monkeypatch.delenv(devices.ACCELERATOR_VARIABLE, raising=False)
    monkeypatch.delenv(devices.MEMORY_VARIABLE, raising=False)


class Driver:
    """Stands for libcuda.so.1, which no machine without a card has; called through ctypes."""

    def __init__(self, *, init: int = 0, count: int = 1, failing: str = "") -> None:
        def answer(name: str, give: Callable[[Any], None]) -> Callable[[Any], int]:
            def call(out: Any, *_: Any) -> int:
                if name == failing:
                    return 999
                give(out)
                return 0

            return call

        def name_into(out: Any) -> None:
            for index, byte in enumerate(b"NVIDIA L4\0"):
                out[index] = byte

        numbers, sizes, text = POINTER(c_int), POINTER(c_size_t), POINTER(c_char)
        for name, prototype, function in (
            ("cuInit", CFUNCTYPE(c_int, c_int), lambda _: init),
            ("cuDriverGetVersion", CFUNCTYPE(c_int, numbers), self._set(answer, "v", 12040)),
            ("cuDeviceGetCount", CFUNCTYPE(c_int, numbers), self._set(answer, "count", count)),
            (
                "cuDeviceGet",
                CFUNCTYPE(c_int, numbers, c_int),
                self._set(answer, "cuDeviceGet", 0),
            ),
            (
                "cuDeviceGetName",
                CFUNCTYPE(c_int, text, c_int, c_int),
                answer("cuDeviceGetName", name_into),
            ),
            (
                "cuDeviceTotalMem_v2",
                CFUNCTYPE(c_int, sizes, c_int),
                self._set(answer, "cuDeviceTotalMem_v2", 24 * 2**30),
            ),
        ):
            setattr(self, name, prototype(function))

    @staticmethod
    def _set(answer: Any, name: str, value: int) -> Any:
        def give(out: Any) -> None:
            out[0] = value

        return answer(name, give)


def test_a_card_is_what_its_driver_says() -> None:
    assert ask(Driver()) == CARD


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        (Driver(init=100), "does not start (cuInit gives 100)"),
        (Driver(count=0), "shows no device"),
        (Driver(failing="cuDeviceGet"), "does not tell of its first device"),
        (Driver(failing="cuDeviceTotalMem_v2"), "does not tell of its first device"),
    ],
)
def test_a_driver_without_a_card_says_why(driver: Driver, said: str) -> None:
    found = ask(driver)
    assert isinstance(found, NoCard)
    assert said in found.reason


@pytest.mark.parametrize(
    ("built_for", "fits"),
    [("12.5.1", True), ("12.8", True), ("11.8", True), ("13.0", False), ("", True), ("x", True)],
)
def test_within_a_major_version_any_driver_will_do(built_for: str, fits: bool) -> None:
    found = check_driver(CARD, built_for)
    assert (found == CARD) is fits
    if isinstance(found, NoCard):
        assert "runs CUDA 12.4" in found.reason
        assert "built against CUDA 13.0" in found.reason


def test_no_card_is_looked_for_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def looked() -> None:
        raise AssertionError

    monkeypatch.setattr(devices, "_first", looked)
    assert devices.card() is None
    monkeypatch.setenv(devices.ACCELERATOR_VARIABLE, "cpu")
    assert devices.card() is None
    assert caplog.text == ""


def test_a_card_that_is_not_there_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(devices.ACCELERATOR_VARIABLE, "CUDA")
    monkeypatch.setattr(devices, "_first", lambda: NoCard("the driver is on strike"))
    assert devices.card() is devices.card() is None
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "models run on the CPU: the driver is on strike." in record.message


def test_a_card_that_is_there_is_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(devices.ACCELERATOR_VARIABLE, "cuda")
    monkeypatch.setattr(devices, "_first", lambda: CARD)
    assert devices.card("12.5.1") == CARD
    assert caplog.text == ""
    assert devices.card("13.0") is None
    assert "Install a newer driver" in caplog.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (devices.ACCELERATOR_VARIABLE, "tpu"),
        (devices.MEMORY_VARIABLE, "2"),
        (devices.MEMORY_VARIABLE, "0"),
        (devices.MEMORY_VARIABLE, "much"),
        (devices.MEMORY_VARIABLE, "nan"),
    ],
)
def test_what_cannot_be_asked_for_is_a_sentence(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        (devices.wants_card if name == devices.ACCELERATOR_VARIABLE else devices.memory_ratio)(
            {name: value}
        )


def test_a_runtime_takes_half_of_a_card_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CARD.limit_bytes == 12 * 2**30
    monkeypatch.setenv(devices.MEMORY_VARIABLE, "0.25")
    assert CARD.limit_bytes == 6 * 2**30


# Fields of ConfigProto: a map from a kind of device to how many there are, and those of cards.
DEVICE_COUNT, GPU_OPTIONS = 1, 6


def test_a_session_on_the_cpu_looks_for_no_card() -> None:
    written = dict(fields(memoryview(configuration(2, None))))
    assert bytes(message(written[DEVICE_COUNT])) == b"\x0a\x03GPU\x10\x00"
    assert GPU_OPTIONS not in written


def test_a_session_on_a_card_grows_up_to_its_share() -> None:
    written = dict(fields(memoryview(configuration(2, CARD))))
    assert DEVICE_COUNT not in written
    options = dict(fields(message(written[GPU_OPTIONS])))
    assert options[4] == 1
    assert np.frombuffer(message(options[1]), "<f8")[0] == 0.5


@pytest.mark.parametrize("kind", ["onnx", "tensorflow"])
def test_without_a_card_models_answer_from_the_cpu_and_say_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    monkeypatch.setenv(devices.ACCELERATOR_VARIABLE, "cuda")
    if kind == "onnx":
        loaded = runtimes.load("onnx", zoo.dense(tmp_path / "m.onnx"), LoadOptions())
        answer = loaded.run("serving_default", {"x": np.ones((1, 4), np.float32)})["y"]
        assert answer.shape == (1, 3)
    else:
        monkeypatch.setenv("WHERRY_TENSORFLOW", str(libraries()))
        loaded = runtimes.load("tensorflow", SAVED_MODELS / "words", LoadOptions())
        words = np.array([b"Django"], object)
        assert loaded.run("serving_default", {"words": words})["kinds"].tolist() == [b"web"]
    assert device_of(loaded) == "cpu"
    loaded.close()
    assert "models run on the CPU" in caplog.text
    said = "the build for processors" if kind == "onnx" else "NVIDIA"
    assert said in caplog.text


def test_a_session_says_what_it_really_runs_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With a card that answers, and libraries that hold no code for it."""
    monkeypatch.setenv(devices.ACCELERATOR_VARIABLE, "cuda")
    monkeypatch.setenv("WHERRY_TENSORFLOW", str(libraries()))
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "0")
    monkeypatch.setattr(devices, "_first", lambda: CARD)
    loaded = runtimes.load("tensorflow", SAVED_MODELS / "words", LoadOptions())
    assert device_of(loaded) == "cpu"
    loaded.close()
    assert "cannot use NVIDIA L4" in caplog.text
    assert 'accelerator = "cuda"' in caplog.text


def test_by_default_every_model_says_cpu(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    loaded = runtimes.load("onnx", zoo.dense(tmp_path / "m.onnx"), LoadOptions())
    assert device_of(loaded) == device_of(object()) == "cpu"
    loaded.close()
    assert caplog.text == ""
