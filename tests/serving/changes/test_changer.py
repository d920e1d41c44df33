"""Orders in one process, with real models: what is served changes, or stays as it was."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from wherry.errors import (
    BundleError,
    ChangeFailed,
    DoesNotFit,
    ModelNotFound,
    ModelNotReady,
    WherryError,
)
from wherry.platforms.usage import Usage
from wherry.serving import model as model_module
from wherry.serving.changes.changer import Changer
from wherry.serving.changes.order import Order, Verb
from wherry.serving.changes.settling import settle
from wherry.serving.loading import Opened, open_for_serving
from wherry.serving.model import ServedModel
from wherry.serving.options import ModelOptions
from wherry.serving.packing import pack
from wherry.serving.repository import Repository
from wherry.serving.shelf import Label
from wherry.serving.state import State

ROW = [[1.0, 2.0, 3.0, 4.0]]
MIB = 2**20


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    """Bundles of versions 1, 2 and 3, whose answers differ; ``wider`` takes other inputs."""
    for version in ("1", "2", "3"):
        model = zoo.dense(tmp_path / "dense.onnx", seed=int(version))
        pack(model, tmp_path / version, name="dense", version=version)
    pack(zoo.dense(tmp_path / "wide.onnx", (6, 3)), tmp_path / "wider", name="dense", version="9")
    return tmp_path


class Serving:
    """A repository with version 1, and what changes it; ``usage`` is what a test says."""

    def __init__(self, bundles: Path) -> None:
        self.bundles = bundles
        self.usage: Usage | None = None
        options = ModelOptions(path=bundles / "1", threads=1, timeout_s=10)
        self.repository = Repository({"dense": options})
        self.repository.start().join()
        self.changer = Changer(self.repository, lambda: self.usage)

    def do(self, verb: Verb, where: str | None = None, **fields: str) -> str:
        path = None if where is None else self.bundles / where
        return self.changer.do(Order(verb, "dense", path=path, **fields)).sentence  # type: ignore[arg-type]

    def answer(self, version: str | None = None) -> np.ndarray:
        found: np.ndarray = self.repository.get("dense", version).predict(ROW)["y"]
        return found

    @property
    def versions(self) -> list[str]:
        return [model.version for model in self.repository.shelves["dense"].models]

    def tighten(self, *, beside: bool) -> None:
        """Let the quota be so small that two copies fit, or only one after the other."""
        self.repository.get("dense").anonymous_bytes = 10 * MIB
        left = 10 * MIB if beside else MIB
        self.usage = Usage(950 * MIB - left, 1000 * MIB, "cgroup")


@pytest.fixture
def serving(bundles: Path) -> Iterator[Serving]:
    made = Serving(bundles)
    yield made
    made.repository.close()


def expected(bundles: Path, version: str) -> np.ndarray:
    model = ServedModel("dense", ModelOptions(path=bundles / version, threads=1))
    answer: np.ndarray = model.predict(ROW)["y"]
    model.close()
    return answer


def test_swap_puts_another_version_in_place(serving: Serving, bundles: Path) -> None:
    """For everybody, also for who has kept the old one; the old one's memory is given back."""
    old = serving.repository.get("dense")
    assert serving.do(Verb.SWAP, "2") == "'dense' is version '2' now."
    assert serving.versions == ["2"]
    np.testing.assert_array_equal(serving.answer(), expected(bundles, "2"))
    np.testing.assert_array_equal(old.predict(ROW)["y"], expected(bundles, "2"))
    assert old.state is State.CLOSED
    with pytest.raises(ModelNotFound, match="version '2', not '1'"):
        serving.repository.get("dense", "1")


def test_kept_model_follows_any_number_of_swaps(serving: Serving) -> None:
    """In one step, not in as many."""
    kept = serving.repository.get("dense")
    for number in range(30):
        serving.do(Verb.SWAP, str(1 + number % 3))
    kept.predict(ROW)
    assert kept.successor is serving.repository.get("dense")


@pytest.mark.parametrize("how", ["missing", "cut", "changed", "not a model", "other bytes"])
def test_failed_swap_keeps_the_old_version_and_says_why(
    serving: Serving, bundles: Path, how: str
) -> None:
    """Whatever is wrong with the new one."""
    file = bundles / "2" / "dense.onnx"
    whole = file.read_bytes()
    if how == "missing":
        file.unlink()
    elif how == "cut":
        file.write_bytes(whole[:-5])
    elif how == "changed":
        file.write_bytes(b"\0" + whole[1:])
    elif how == "not a model":
        (bundles / "2").rename(bundles / "away")
    else:
        (bundles / "2" / "wherry.json").write_text("{}")
    before = serving.answer()
    with pytest.raises(BundleError) as failed:
        serving.do(Verb.SWAP, "2")
    assert str(failed.value).endswith(".")
    assert serving.versions == ["1"]
    np.testing.assert_array_equal(serving.answer(), before)
    assert serving.repository.ready


def test_model_that_loads_and_fails_at_its_sample_is_not_swapped_in(
    serving: Serving, bundles: Path
) -> None:
    """Files that are whole say nothing of what is in them."""
    manifest = bundles / "2" / "wherry.json"
    manifest.write_text(manifest.read_text().replace('"y"', '"z"'))
    with pytest.raises(BundleError, match="Write the bundle anew"):
        serving.do(Verb.SWAP, "2")
    assert serving.repository.ready
    assert serving.versions == ["1"]


def test_versions_beside_each_other(serving: Serving, bundles: Path) -> None:
    """Added, labelled, promoted, retired; each answers for itself."""
    serving.do(Verb.ADD, "2", label="canary")
    np.testing.assert_array_equal(serving.answer(), expected(bundles, "1"))
    np.testing.assert_array_equal(serving.answer("2"), expected(bundles, "2"))
    np.testing.assert_array_equal(serving.answer(Label("canary")), expected(bundles, "2"))
    serving.do(Verb.LABEL, version="1", label="stable")
    serving.do(Verb.PROMOTE, version="2")
    assert serving.versions == ["2", "1"]
    np.testing.assert_array_equal(serving.answer(), expected(bundles, "2"))
    np.testing.assert_array_equal(serving.answer(Label("stable")), expected(bundles, "1"))
    serving.do(Verb.RETIRE, version="1")
    assert serving.versions == ["2"]
    with pytest.raises(ModelNotFound, match="no label 'stable'"):
        serving.answer(Label("stable"))


def test_model_of_a_new_name_comes_and_goes(serving: Serving, bundles: Path) -> None:
    """With the options that models have by default."""
    serving.changer.do(Order(Verb.ADD, "other", path=bundles / "3"))
    assert serving.repository.get("other").predict(ROW) is not None
    serving.changer.do(Order(Verb.RETIRE, "other"))
    with pytest.raises(ModelNotFound, match="The models are: 'dense'"):
        serving.repository.get("other")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order(Verb.SWAP, "none", path=Path("2")), "No model 'none'"),
        (Order(Verb.PROMOTE, "dense", version="7"), "version '1', not '7'"),
        (Order(Verb.LABEL, "dense", version="7", label="x"), "version '1', not '7'"),
        (Order(Verb.RETIRE, "dense", version="7"), "version '1', not '7'"),
        (Order(Verb.RETIRE, "dense", version="1"), "Swap it, promote another"),
        (Order(Verb.RETIRE, "none"), "No model 'none'"),
    ],
)
def test_order_that_makes_no_sense_changes_nothing(
    serving: Serving, order: Order, said: str
) -> None:
    """And says what there is instead."""
    with pytest.raises(WherryError, match=said):
        serving.changer.do(order)
    assert serving.versions == ["1"]
    assert serving.repository.ready


def test_version_that_is_there_is_not_added_again(serving: Serving) -> None:
    """Two of one name could not be told apart; another name can be given."""
    with pytest.raises(ChangeFailed, match="has a version '1' already"):
        serving.do(Verb.ADD, "1")
    serving.do(Verb.ADD, "1", version="1b")
    assert serving.versions == ["1", "1b"]


def test_model_that_does_not_fit_is_refused_with_numbers(serving: Serving) -> None:
    """The old one is not touched."""
    serving.usage = Usage(990 * MIB, 1000 * MIB, "cgroup")
    serving.repository.get("dense").anonymous_bytes = 0
    for verb in (Verb.SWAP, Verb.ADD):
        with pytest.raises(DoesNotFit, match="990 MiB of 1000 MiB are in use"):
            serving.do(verb, "2")
    assert serving.versions == ["1"]
    assert serving.repository.ready


def test_added_model_is_never_staged(serving: Serving) -> None:
    """There is nothing that could be let go for it."""
    serving.tighten(beside=False)
    with pytest.raises(DoesNotFit):
        serving.do(Verb.ADD, "2")


def test_staged_swap_never_holds_two(
    serving: Serving, bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one is closed before the new one is read."""
    serving.tighten(beside=False)
    old = serving.repository.get("dense")
    states: list[State] = []
    monkeypatch.setattr(model_module, "open_for_serving", noting(lambda: states.append(old.state)))
    serving.do(Verb.SWAP, "2")
    assert states == [State.CLOSED]
    np.testing.assert_array_equal(serving.answer(), expected(bundles, "2"))


def test_swap_that_fits_holds_both_for_a_moment(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nobody waits."""
    serving.tighten(beside=True)
    old = serving.repository.get("dense")
    states: list[State] = []
    monkeypatch.setattr(model_module, "open_for_serving", noting(lambda: states.append(old.state)))
    serving.do(Verb.SWAP, "2")
    assert states == [State.READY]


def test_requests_wait_while_a_swap_is_staged(
    serving: Serving, bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are answered by the new one; more than there is room for are told to come back."""
    serving.tighten(beside=False)
    loading, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        loading.set()
        assert go_on.wait(30)

    monkeypatch.setattr(model_module, "open_for_serving", noting(hold))
    places = serving.repository.get("dense").options.max_queued_requests
    with ThreadPoolExecutor(places + 5) as pool:
        swap = pool.submit(serving.do, Verb.SWAP, "2")
        assert loading.wait(30)
        waiting = [pool.submit(ask_over_http, serving) for _ in range(places + 3)]
        refused = list(islice(as_completed(waiting, timeout=30), 3))
        go_on.set()
        assert swap.result(30) == "'dense' is version '2' now."
        answers = [each.result(30) for each in waiting if each not in refused]
    assert all(isinstance(each.exception(), ModelNotReady) for each in refused)
    assert len(answers) == places
    for answer in answers:
        np.testing.assert_array_equal(answer, expected(bundles, "2"))


def test_request_does_not_wait_for_a_staged_swap_beyond_its_deadline(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the model takes to load."""
    serving.tighten(beside=False)
    loading, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        loading.set()
        assert go_on.wait(30)

    monkeypatch.setattr(model_module, "open_for_serving", noting(hold))
    with ThreadPoolExecutor(1) as pool:
        swap = pool.submit(serving.do, Verb.SWAP, "2")
        assert loading.wait(30)
        model = serving.repository.get("dense")
        with pytest.raises(ModelNotReady, match="is loading") as refused:
            model.ensure_loaded(wait=False, deadline=time.monotonic() + 0.02)
        assert refused.value.retry_after_s > 0
        go_on.set()
        swap.result(30)


def ask_over_http(serving: Serving) -> np.ndarray:
    """Ask as a view does: who finds the model loading does not wait for that by itself."""
    model = serving.repository.get("dense")
    model.ensure_loaded(wait=False)
    found: np.ndarray = model.predict(ROW)["y"]
    return found


def test_staged_swap_that_fails_brings_the_old_version_back(
    serving: Serving, bundles: Path
) -> None:
    """It is loaded again, and the sentence says so."""
    serving.tighten(beside=False)
    manifest = bundles / "2" / "wherry.json"
    manifest.write_text(manifest.read_text().replace('"y"', '"z"'))
    kept = serving.repository.get("dense")
    with pytest.raises(ChangeFailed, match=r"anew\. The version before it was loaded again"):
        serving.do(Verb.SWAP, "2")
    assert serving.versions == ["1"]
    np.testing.assert_array_equal(serving.answer(), expected(bundles, "1"))
    np.testing.assert_array_equal(kept.predict(ROW)["y"], expected(bundles, "1"))
    serving.usage = None
    serving.do(Verb.SWAP, "3")
    np.testing.assert_array_equal(kept.predict(ROW)["y"], expected(bundles, "3"))


def test_request_for_another_signature_is_told_to_ask_again(serving: Serving) -> None:
    """Its inputs were checked for a model that is gone."""
    old = serving.repository.get("dense")
    signature = old.signature(None)
    serving.do(Verb.SWAP, "wider")
    with pytest.raises(ModelNotReady, match="replaced by one with another signature"):
        old.run(signature, {"x": np.ones((1, 4), np.float32)})


def test_requests_under_way_are_answered_while_versions_change(
    serving: Serving, bundles: Path
) -> None:
    """By the one version or the other, and none fails."""
    allowed = [expected(bundles, version) for version in ("1", "2")]
    stop = threading.Event()
    wrong: list[object] = []
    answered = [0] * 4

    def ask(index: int) -> None:
        while not stop.is_set():
            try:
                found = serving.answer()
            except WherryError as error:
                wrong.append(error)
                return
            if not any(np.array_equal(found, each) for each in allowed):
                wrong.append(found)
            answered[index] += 1

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for number in range(12):
        serving.do(Verb.SWAP, "2" if number % 2 == 0 else "1")
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert min(answered) > 0


def test_process_that_starts_later_comes_to_the_same(serving: Serving, bundles: Path) -> None:
    """From the orders alone, and loads only what is served in the end."""
    orders = [
        Order(Verb.SWAP, "dense", path=bundles / "2", version="2"),
        Order(Verb.ADD, "dense", path=bundles / "3", version="3", label="canary"),
        Order(Verb.ADD, "other", path=bundles / "1", version="1"),
        Order(Verb.LABEL, "dense", version="2", label="stable"),
        Order(Verb.PROMOTE, "dense", version="3"),
        Order(Verb.RETIRE, "other"),
    ]
    for order in orders:
        serving.changer.do(order)
    later = Repository({"dense": ModelOptions(path=bundles / "1", threads=1)})
    settle(later, orders)
    assert all(model.state is State.WAITING for model in later.every_model)
    later.start().join()
    here, there = serving.repository.shelves["dense"], later.shelves["dense"]
    assert [model.version for model in there.models] == [model.version for model in here.models]
    assert there.labels == here.labels
    assert set(later.models) == set(serving.repository.models)
    later.close()


def noting(note: Callable[[], None]) -> Callable[..., Opened]:
    """Load as ever, after a look around."""

    def load(*arguments: object, **options: object) -> Opened:
        note()
        return open_for_serving(*arguments, **options)  # type: ignore[arg-type]

    return load
