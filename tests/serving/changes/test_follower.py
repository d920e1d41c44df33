"""Following orders: in turn, once, and all processes or none."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import zoo
from wherry.serving.changes import watching
from wherry.serving.changes.changer import Changer
from wherry.serving.changes.follower import Follower
from wherry.serving.changes.ledger import Ledger
from wherry.serving.changes.order import Order, Outcome, Result, Verb
from wherry.serving.options import ModelOptions
from wherry.serving.packing import pack
from wherry.serving.repository import Repository

ME = os.getpid()
OTHER = os.getppid()


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    for version in ("1", "2"):
        model = zoo.dense(tmp_path / "dense.onnx", seed=int(version))
        pack(model, tmp_path / version, name="dense", version=version)
    return tmp_path


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.made_in(tmp_path / "state")


class Process:
    """A process that serves version 1 and follows."""

    def __init__(self, bundles: Path, ledger: Ledger | None, *, watch: bool = False) -> None:
        options = ModelOptions(path=bundles / "1", threads=1, watch=watch)
        self.repository = Repository({"dense": options})
        self.follower = Follower(ledger, self.repository, Changer(self.repository, lambda: None))
        self.follower.catch_up()
        self.follower.watch_folders()
        self.repository.start().join()

    @property
    def version(self) -> str:
        return self.repository.get("dense").version


@pytest.fixture
def process(bundles: Path, ledger: Ledger) -> Iterator[Process]:
    made = Process(bundles, ledger)
    yield made
    made.repository.close()


def swap(bundles: Path, version: str = "2") -> Order:
    return Order(Verb.SWAP, "dense", path=bundles / version, version=version)


def outcome(ledger: Ledger, serial: int, pid: int = ME) -> Outcome:
    return ledger.results(serial)[pid].outcome


def gone() -> int:
    """Return the number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_order_is_followed_once_and_reported(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """With what was measured."""
    order = ledger.append(swap(bundles))
    process.follower.look()
    assert process.version == "2"
    result = ledger.results(order.serial)[ME]
    assert result.outcome is Outcome.DONE
    assert result.details["load_s"] > 0
    served = process.repository.get("dense")
    process.follower.look()
    assert process.repository.get("dense") is served


def test_without_an_order_nothing_happens(process: Process, ledger: Ledger) -> None:
    """However often it is looked."""
    served = process.repository.get("dense")
    for _ in range(3):
        process.follower.look()
    assert process.repository.get("dense") is served
    assert ledger.serials() == []


def test_order_that_fails_is_reported_with_the_reason(
    process: Process, tmp_path: Path, ledger: Ledger
) -> None:
    """And later ones are followed."""
    ledger.append(Order(Verb.SWAP, "dense", path=tmp_path / "none"))
    ledger.append(swap(tmp_path))
    process.follower.look()
    assert outcome(ledger, 1) is Outcome.FAILED
    assert "There is no model at" in ledger.results(1)[ME].sentence
    assert outcome(ledger, 2) is Outcome.DONE
    assert process.version == "2"


def test_damaged_order_is_reported_and_passed_over(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """It must not stop the others."""
    (ledger.folder / "orders" / "000001.json").write_text("{")
    ledger.append(swap(bundles))
    process.follower.look()
    assert outcome(ledger, 1) is Outcome.FAILED
    assert process.version == "2"


def test_what_failed_elsewhere_is_not_tried_here(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """All processes answer with one version."""
    order = ledger.append(swap(bundles))
    ledger.report(Result(order.serial, OTHER, Outcome.FAILED, "It does not fit.", {}))
    process.follower.look()
    assert process.version == "1"
    assert outcome(ledger, 1) is Outcome.SKIPPED


def test_order_that_has_killed_a_process_is_not_tried_again(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """A model that aborts in native code would kill one worker after another."""
    order, victim = ledger.append(swap(bundles)), gone()
    ledger.report(Result(order.serial, victim, Outcome.WORKING, "At it.", {}))
    process.follower.look()
    assert process.version == "1"
    assert outcome(ledger, 1) is Outcome.SKIPPED
    assert outcome(ledger, 1, victim) is Outcome.FAILED


def test_death_of_another_where_it_went_well_before_is_no_reason_not_to_try(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """That one may have been killed for anything; a second death is one too many."""
    order, victim = ledger.append(swap(bundles)), gone()
    ledger.report(Result(order.serial, OTHER, Outcome.DONE, "Done.", {}))
    ledger.report(Result(order.serial, victim, Outcome.WORKING, "At it.", {}))
    process.follower.look()
    assert process.version == "2"
    assert outcome(ledger, 1) is Outcome.DONE


def test_second_death_takes_everybody_back(process: Process, bundles: Path, ledger: Ledger) -> None:
    """This process has nothing to take back."""
    order = ledger.append(swap(bundles))
    ledger.report(Result(order.serial, OTHER, Outcome.DONE, "Done.", {}))
    for victim in (gone(), gone()):
        ledger.report(Result(order.serial, victim, Outcome.WORKING, "At it.", {}))
    process.follower.look()
    assert process.version == "1"
    assert ledger.order(2).undoes == order.serial
    process.follower.look()
    assert outcome(ledger, 2) is Outcome.DONE
    assert process.version == "1"


def test_failure_in_a_second_process_takes_the_first_one_back(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """By an order, which this process need not follow: it has kept the old version."""
    (bundles / "2" / "dense.onnx").unlink()
    order = ledger.append(swap(bundles))
    ledger.report(Result(order.serial, OTHER, Outcome.DONE, "Done.", {}))
    process.follower.look()
    assert ledger.serials() == [1, 2]
    back = ledger.order(2)
    assert (back.verb, back.path, back.version) == (Verb.SWAP, bundles / "1", "1")
    assert back.undoes == 1
    served = process.repository.get("dense")
    process.follower.look()
    assert process.repository.get("dense") is served
    assert outcome(ledger, 2) is Outcome.DONE


def test_what_was_ordered_since_is_not_taken_back(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """It came before the way back was known, and is what somebody wants now."""
    ledger.append(swap(bundles, "2"))
    ledger.append(swap(bundles, "1"))
    back = Order(Verb.SWAP, "dense", path=bundles / "2", version="2", asked_by="undo", undoes=1)
    process.follower.look()
    ledger.append(back)
    process.follower.look()
    assert process.version == "1"
    assert outcome(ledger, 3) is Outcome.DONE


def test_taken_back_addition_is_a_retirement_of_that_version_alone(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """Never of the whole model."""
    (bundles / "2" / "dense.onnx").unlink()
    order = ledger.append(Order(Verb.ADD, "dense", path=bundles / "2", version="2"))
    ledger.report(Result(order.serial, OTHER, Outcome.DONE, "Done.", {}))
    process.follower.look()
    back = ledger.order(2)
    assert (back.verb, back.version) == (Verb.RETIRE, "2")


def test_first_failure_takes_nothing_back(process: Process, tmp_path: Path, ledger: Ledger) -> None:
    """Nobody has done it."""
    ledger.append(Order(Verb.SWAP, "dense", path=tmp_path / "none"))
    process.follower.look()
    assert ledger.serials() == [1]


def test_process_that_starts_later_serves_what_the_others_do(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """It loads that at once, and the version in the settings never."""
    ledger.append(swap(bundles))
    process.follower.look()
    later = Process(bundles, ledger)
    assert later.version == "2"
    assert later.repository.get("dense").options.path == bundles / "2"
    later.repository.close()


def test_process_that_starts_later_leaves_failed_orders_alone(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """And those that nobody has followed yet are followed in turn, after it has loaded."""
    ledger.append(Order(Verb.SWAP, "dense", path=bundles / "none"))
    process.follower.look()
    ledger.append(swap(bundles))
    later = Process(bundles, ledger)
    assert later.version == "1"
    later.follower.look()
    assert later.version == "2"
    later.repository.close()


@pytest.fixture
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are looked at, and at rest, at once."""
    monkeypatch.setattr(watching, "REST_S", 0.0)
    monkeypatch.setattr("wherry.serving.changes.follower.FOLDERS_LOOK_S", 0.0)


def replace_folder(bundles: Path) -> None:
    (bundles / "1").rename(bundles / "old")
    (bundles / "2").rename(bundles / "1")


@pytest.mark.usefixtures("no_rest")
def test_changed_folder_becomes_an_order_for_all(bundles: Path, ledger: Ledger) -> None:
    """One, from the one process that watches."""
    process = Process(bundles, ledger, watch=True)
    replace_folder(bundles)
    for _ in range(5):
        process.follower.look()
    assert ledger.serials() == [1]
    assert ledger.order(1).asked_by == "folder"
    assert process.version == "2"
    process.follower.close()
    process.repository.close()


@pytest.mark.usefixtures("no_rest")
def test_folder_is_left_alone_unless_it_is_to_be_watched(
    process: Process, bundles: Path, ledger: Ledger
) -> None:
    """A deploy that copies into a running site must not be taken for more."""
    replace_folder(bundles)
    for _ in range(5):
        process.follower.look()
    assert ledger.serials() == []
    assert process.version == "1"


@pytest.mark.usefixtures("no_rest")
def test_changed_folder_without_a_ledger_changes_this_process(bundles: Path) -> None:
    """Under another server each process sees it for itself; a broken one keeps the old version."""
    process = Process(bundles, None, watch=True)
    replace_folder(bundles)
    for _ in range(3):
        process.follower.look()
    assert process.version == "2"
    served = process.repository.get("dense")
    (bundles / "1" / "dense.onnx").write_bytes(b"half of it")
    for _ in range(3):
        process.follower.look()
    assert process.repository.get("dense") is served
    process.repository.close()
