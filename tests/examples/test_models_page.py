"""What the page about the models says of a model, and of memory and time."""

from pathlib import Path

import pytest
from demo.processes import server_processes
from demo.templatetags.units import megabytes, seconds, shape
from demo.views import describe

from tests.examples.conftest import DEMO
from wherry.errors import BundleError
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.state import State

DIGITS = ModelOptions(DEMO / "models" / "digits")


def test_looking_at_a_model_does_not_load_it() -> None:
    """A server that loads on first use keeps waiting for it."""
    model = ServedModel("digits", DIGITS)
    described = describe(model)
    assert model.state is State.WAITING
    assert (described["state"], described["requests"]) == ("waiting", 0)
    assert "runtime" not in described


def test_a_loaded_model_is_described_as_it_is() -> None:
    """Runtime, size and latency are the model's own."""
    model = ServedModel("digits", DIGITS)
    model.predict({"image": [[0.0] * 784]})
    described = describe(model)
    assert (described["state"], described["runtime"]) == ("ready", "litert")
    assert described["file_bytes"] == (DIGITS.path / "digits.tflite").stat().st_size
    assert 0 < described["median_s"] <= described["slowest_s"]
    model.close()


def test_a_model_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    """The page shows the reason."""
    model = ServedModel("missing", ModelOptions(tmp_path / "nothing"))
    with pytest.raises(BundleError):
        model.load()
    described = describe(model)
    assert described["state"] == "failed"
    assert "nothing" in described["reason"]


def test_this_process_is_among_the_server_s() -> None:
    """Exactly one of the processes answers."""
    [own] = [process for process in server_processes() if process.answering]
    assert own.memory.rss_bytes > own.memory.anonymous_bytes > 0


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "-"), (0.000189, "189 µs"), (0.0127, "12.7 ms"), (1.5, "1.50 s")],
)
def test_seconds_are_shown_in_a_fitting_unit(value: float | None, shown: str) -> None:
    """From microseconds to seconds."""
    assert seconds(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(None, "-"), (0, "0.0 MB"), (2**20, "1.0 MB")])
def test_bytes_are_shown_as_hosts_count_them(value: int | None, shown: str) -> None:
    """In MB of 1,048,576 bytes."""
    assert megabytes(value) == shown


@pytest.mark.parametrize(
    ("sizes", "shown"), [(None, "of any shape"), ((-1, 784), "n by 784"), ((3,), "3")]
)
def test_shapes_are_shown_with_n_for_any_size(sizes: tuple[int, ...] | None, shown: str) -> None:
    """As a person says them."""
    assert shape(sizes) == shown
