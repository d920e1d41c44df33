"""The predicted time to load, and the predicted processes and threads."""

import pytest

from wherry.estimate.boot import predict_boot
from wherry.estimate.threads import predict_threads
from wherry.estimate.workload import Loader, Model, Serving, Workload

KERAS = Model("m.keras", Loader.KERAS, 30_000_000)
TENSORFLOW = frozenset(("tensorflow-cpu",))


def test_tensorflow_is_most_of_a_start() -> None:
    told = predict_boot(Workload(at_boot=TENSORFLOW))
    assert told.parts[0].name == "import of tensorflow-cpu"
    assert 2 < told.low < told.value < told.high < 20


def test_a_fraction_of_a_processor_takes_as_much_longer() -> None:
    whole = predict_boot(Workload(at_boot=TENSORFLOW, cpus=1.0)).low
    part = predict_boot(Workload(at_boot=TENSORFLOW, cpus=0.1)).low
    assert part == pytest.approx(10 * whole)


def test_workers_share_the_processors() -> None:
    two = predict_boot(Workload(Serving("gunicorn", 2), TENSORFLOW, cpus=1.0)).low
    assert two == pytest.approx(2 * predict_boot(Workload(at_boot=TENSORFLOW)).low)


def test_what_is_preloaded_is_loaded_once() -> None:
    serving = Serving("gunicorn", 4, preload=True)
    alone = predict_boot(Workload(at_boot=TENSORFLOW)).low
    assert predict_boot(Workload(serving, TENSORFLOW)).low == pytest.approx(alone)


def test_more_processors_than_workers_do_not_make_it_quicker() -> None:
    one = predict_boot(Workload(at_boot=TENSORFLOW, cpus=1.0)).low
    assert predict_boot(Workload(at_boot=TENSORFLOW, cpus=8.0)).low == one


def test_a_model_that_a_request_loads_does_not_delay_the_start() -> None:
    late = Model("m.keras", Loader.KERAS, 500_000_000, at_boot=False)
    alone = predict_boot(Workload(at_boot=TENSORFLOW)).low
    assert predict_boot(Workload(at_boot=TENSORFLOW, models=(late,))).low == alone


def test_pools_grow_with_the_processors_that_are_seen() -> None:
    few, many = (
        predict_threads(Workload(at_boot=TENSORFLOW, models=(KERAS,), cpus=cpus)).value
        for cpus in (2.0, 8.0)
    )
    # As counted with two processors: eight in the worker, two in the server.
    assert few == 10
    assert 20 < many < 40


def test_request_threads_count_in_every_worker() -> None:
    told = predict_threads(Workload(Serving("gunicorn", 4, 50)))
    assert told.value == pytest.approx(4 * 50 + 2)
    assert told.low < told.value < told.high


def test_a_plain_site_has_few() -> None:
    assert predict_threads(Workload(Serving("gunicorn", 2))).value < 10
