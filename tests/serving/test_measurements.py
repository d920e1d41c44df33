"""What a model's path counts, and how it is shown."""

import gc
import math
import os
import threading
import warnings
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from wherry.serving import measurements
from wherry.serving.exposition import families, write
from wherry.serving.measurements import Refusal
from wherry.serving.memory_families import memory_families
from wherry.serving.shared_cells import Block, SharedCells

type Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Count in memory of this test's own."""
    measurements.last_run.of = None
    measurements.share(SharedCells.inherited())
    yield
    measurements.share(SharedCells.inherited())


def shown() -> Series:
    """Return what Prometheus reads, by name and labels."""
    text = write(families(measurements.shared().read())).decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(name: str, **labels: str) -> float:
    return shown().get((name, frozenset(labels.items())), 0.0)


def used() -> list[Block]:
    """Return the blocks that something was counted in: handles of other tests may have theirs."""
    return [block for block in measurements.shared().read() if any(block.cells)]


def test_what_was_not_counted_is_not_shown() -> None:
    """A model without a request has no series of zeros."""
    measurements.of("m", "1")
    assert shown() == {}


def test_answers_are_counted_by_model_version_and_code() -> None:
    """A status that is not foreseen is counted too."""
    measurements.of("m", "1").answered(200, 0.1)
    measurements.of("m", "1").answered(200, 0.1)
    measurements.of("m", "2").answered(503, 0.1)
    measurements.of("m", "2").answered(418, 0.1)
    assert value("wherry_requests_total", model="m", version="1", code="200") == 2
    assert value("wherry_requests_total", model="m", version="2", code="503") == 1
    assert value("wherry_requests_total", model="m", version="2", code="other") == 1


def test_histograms_are_cumulative_and_agree_with_their_count() -> None:
    """A value on a bound belongs below it, one above all bounds to the last bucket."""
    handle = measurements.of("m", "1")
    for total_s in (0.0, 0.0005, 0.00051, 3.0, 1e6):
        handle.answered(200, total_s)
    labels = {"model": "m", "version": "1"}
    assert value("wherry_request_seconds_bucket", **labels, le="2.5e-05") == 1
    assert value("wherry_request_seconds_bucket", **labels, le="0.0005") == 2
    assert value("wherry_request_seconds_bucket", **labels, le="0.001") == 3
    assert value("wherry_request_seconds_bucket", **labels, le="100.0") == 4
    assert value("wherry_request_seconds_bucket", **labels, le="+Inf") == 5
    assert value("wherry_request_seconds_count", **labels) == 5
    assert value("wherry_request_seconds_sum", **labels) == pytest.approx(1000003.00101)


def test_runs_batches_refusals_and_loads() -> None:
    """Each has its own metric."""
    handle = measurements.of("m", "1")
    handle.ran(0.002, 0.2)
    handle.batched(3)
    handle.ran(0.0, 0.3, items=1)
    handle.refused(Refusal.QUEUE_FULL)
    handle.loaded(1.5, 0.25)
    handle.load_failed()
    labels = {"model": "m", "version": "1"}
    assert value("wherry_queue_seconds_sum", **labels) == 0.002
    assert value("wherry_queue_seconds_count", **labels) == 2
    assert value("wherry_compute_seconds_sum", **labels) == 0.5
    assert value("wherry_batch_items_bucket", **labels, le="1.0") == 1
    assert value("wherry_batch_items_bucket", **labels, le="4.0") == 2
    assert value("wherry_batch_items_sum", **labels) == 4
    assert value("wherry_refusals_total", **labels, reason="queue_full") == 1
    assert value("wherry_model_load_seconds_sum", **labels) == 1.5
    assert value("wherry_model_warmup_seconds_count", **labels) == 1
    assert value("wherry_model_load_failures_total", **labels) == 1


def test_threads_lose_nothing() -> None:
    """Eight threads that count at once, while somebody reads."""
    handle = measurements.of("m", "1")

    def count() -> None:
        for _ in range(2000):
            handle.ran(0.001, 0.001)
            handle.answered(200, 0.001)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        shown()
    assert value("wherry_requests_total", model="m", version="1", code="200") == 16000
    assert value("wherry_compute_seconds_count", model="m", version="1") == 16000


def test_a_forked_process_counts_apart_and_both_are_shown() -> None:
    """A handle from before the fork does not write into its parent's block."""
    handle = measurements.of("m", "1")
    handle.answered(200, 0.1)
    with warnings.catch_warnings():
        # Other tests may have left threads, of which the child needs none.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        handle.answered(200, 0.1)
        os._exit(0)
    os.waitpid(pid, 0)
    handle.answered(200, 0.1)
    assert value("wherry_requests_total", model="m", version="1", code="200") == 3
    assert len(used()) == 2


def test_a_version_that_is_gone_keeps_its_counts_and_may_come_back() -> None:
    """Its block is given back as soon as nobody has its handle, and goes on where it was."""
    for _ in range(3):
        measurements.of("m", "1").answered(200, 0.1)
        gc.collect()
        assert [block.pid for block in used()] == [None]
    assert value("wherry_requests_total", model="m", version="1", code="200") == 3


def test_two_that_serve_the_same_version_share_its_counts() -> None:
    """A swap to another copy of it: the old one's end is not the new one's."""
    old = measurements.of("m", "1")
    new = measurements.of("m", "1")
    del old
    gc.collect()
    new.answered(200, 0.1)
    assert [block.pid for block in used()] == [os.getpid()]


def test_a_thousand_swaps_lose_no_count() -> None:
    """What there is no room for any more is shown as earlier versions."""
    for version in range(1000):
        measurements.of("m", str(version)).answered(200, 0.1)
    counts = [number for (name, _), number in shown().items() if name == "wherry_requests_total"]
    assert sum(counts) == 1000
    earlier = value("wherry_requests_total", model="m", version=measurements.EARLIER, code="200")
    assert earlier > 0


def test_the_last_run_is_this_threads_own() -> None:
    """A log line must not show another request's times."""
    handle = measurements.of("m", "1")
    handle.ran(0.5, 0.25)
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(measurements.last_run.of))
    thread.start()
    thread.join()
    assert seen == [None]
    assert measurements.last_run.of == (handle, 0.5, 0.25)


def test_the_server_counts_its_workers() -> None:
    """The supervisor's own numbers, which no model has."""
    server = measurements.begin_server()
    server.worker_started()
    server.worker_started()
    server.worker_crashed()
    assert value("wherry_worker_starts_total") == 2
    assert value("wherry_worker_crashes_total") == 1


def test_without_a_supervisor_no_workers_are_claimed_to_be_well() -> None:
    """No series says that nothing has crashed where nobody looks."""
    measurements.of("m", "1").answered(200, 0.1)
    assert not [name for name, _ in shown() if name.startswith("wherry_worker")]


@pytest.mark.parametrize("label", ['a"b', "a\\b", "a\nb"])
def test_labels_are_escaped(label: str) -> None:
    """Names are checked elsewhere; a version is whatever a folder is called."""
    cells = (1.0,) * 200
    text = write(families([Block(None, f"m\n{label}", cells)])).decode()
    (family,) = [
        found
        for found in text_string_to_metric_families(text)
        if found.name == "wherry_model_load_failures"
    ]
    assert family.samples[0].labels["version"] == label


def test_the_text_has_help_and_type_of_each_metric_once() -> None:
    """Every family of the format's, in one piece."""
    for version in ("1", "2"):
        measurements.of("m", version).answered(200, 0.1)
    lines = write(families(measurements.shared().read())).decode().splitlines()
    told = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(told) == len(set(told)) == 2
    assert told == [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert all(line.startswith(("#", "wherry_")) for line in lines)


def test_memory_is_that_of_the_processes() -> None:
    """Of this one, as the kernel counts it; of one that is gone, nothing."""
    found = {family.name: family for family in memory_families([os.getpid(), 4194303])}
    kinds = {sample.labels["kind"]: sample.value for sample in found["wherry_memory_bytes"].samples}
    assert kinds["anonymous"] > 1e6
    assert kinds["rss"] >= kinds["pss"] > 0
    assert [sample.value for sample in found["wherry_processes"].samples] == [1]
    quota = found["wherry_memory_quota_bytes"].samples[0]
    assert quota.labels["source"] in ("cgroup", "machine")
    assert math.isfinite(quota.value)
