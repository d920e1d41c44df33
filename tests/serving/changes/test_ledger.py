"""The state folder: orders in their order, results, statuses, whose it is."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from wherry.errors import ConfigurationError
from wherry.serving.changes import places
from wherry.serving.changes.ledger import Ledger, lives, own, try_lock
from wherry.serving.changes.order import Order, Outcome, Result, Verb

SWAP = Order(Verb.SWAP, "digits", path=Path("/models/2"))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.made_in(tmp_path / "state")


def test_orders_are_numbered_as_they_come(ledger: Ledger) -> None:
    """And read back whole."""
    given = [ledger.append(SWAP) for _ in range(3)]
    assert [order.serial for order in given] == [1, 2, 3]
    assert ledger.serials() == [1, 2, 3]
    assert ledger.order(2) == given[1]


def test_two_that_order_at_once_get_two_numbers(ledger: Ledger) -> None:
    """None is lost or written over."""
    start = threading.Barrier(4)
    given: list[Order] = []

    def order_some() -> None:
        start.wait()
        given.extend(ledger.append(SWAP) for _ in range(20))

    threads = [threading.Thread(target=order_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(order.serial for order in given) == list(range(1, 81))
    assert ledger.serials() == list(range(1, 81))
    assert sorted(path.name[:1] for path in (ledger.folder / "orders").iterdir()) == ["0"] * 80


def test_what_else_lies_in_the_folder_is_no_order(ledger: Ledger) -> None:
    """A half-written file has another name; a damaged one is refused when it is read."""
    for name in (".123.456", "000009.json.part", "x.json", "readme"):
        (ledger.folder / "orders" / name).write_text("{}")
    assert ledger.serials() == []
    (ledger.folder / "orders" / "000003.json").write_text("{")
    assert ledger.serials() == [3]
    with pytest.raises(ConfigurationError):
        ledger.order(3)
    (ledger.folder / "orders" / "000004.json").write_text("x" * 100_000)
    with pytest.raises(ConfigurationError, match="larger than"):
        ledger.order(4)
    assert ledger.append(SWAP).serial == 5


def test_order_that_lacks_something_is_not_written(ledger: Ledger) -> None:
    """Nor is one on a folder that is gone."""
    with pytest.raises(ConfigurationError):
        ledger.append(Order(Verb.SWAP, "digits"))
    assert ledger.serials() == []
    gone = Ledger(ledger.folder / "nothing")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        gone.append(SWAP)
    assert gone.serials() == []


def test_each_process_reports_for_itself(ledger: Ledger) -> None:
    """And may say more than once how it is."""
    ledger.report(Result(1, 10, Outcome.WORKING, "At it.", {}))
    ledger.report(Result(1, 10, Outcome.DONE, "Done.", {"load_s": 1.0}))
    ledger.report(Result(1, 11, Outcome.FAILED, "Not done.", {}))
    ledger.report(Result(2, 10, Outcome.DONE, "Another.", {}))
    (ledger.folder / "results" / "000001.12").write_text("damaged")
    found = ledger.results(1)
    assert {pid: each.outcome for pid, each in found.items()} == {10: "done", 11: "failed"}


def test_status_of_a_process_that_is_gone_is_forgotten(ledger: Ledger) -> None:
    """Living ones are shown, damaged ones are not."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    ledger.write_status({"models": []})
    (ledger.folder / "workers" / str(child.pid)).write_text("{}")
    (ledger.folder / "workers" / "readme").write_text("{}")
    (ledger.folder / "workers" / str(os.getppid())).write_text("[")
    assert ledger.statuses() == {os.getpid(): {"models": []}}
    assert not (ledger.folder / "workers" / str(child.pid)).exists()
    assert lives(os.getpid())
    assert not lives(child.pid)


def test_full_disk_or_gone_folder_stops_nobody_who_only_reports(ledger: Ledger) -> None:
    """The models go on answering."""
    gone = Ledger(ledger.folder / "nothing")
    gone.report(Result(1, 10, Outcome.DONE, "Done.", {}))
    gone.write_status({"models": []})
    assert gone.results(1) == {}


def test_folder_that_others_could_write_to_is_refused(tmp_path: Path) -> None:
    """Whoever can write there decides what is served."""
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    with pytest.raises(ConfigurationError, match="0700"):
        Ledger.made_in(folder)
    folder.chmod(0o700)
    Ledger.made_in(folder)
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(ConfigurationError):
        Ledger.made_in(tmp_path / "link")


HOLD = """
import sys
from pathlib import Path
from wherry.serving.changes import places
with places.made({"pid": "5", "app": "site.wsgi", "odd": "two\\nlines"}) as folder:
    print(folder, flush=True)
    input()
"""


def held(folder: Path) -> subprocess.Popen[str]:
    """Start a process that has a state folder, as a server has."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_running_server_is_found_and_one_that_ended_is_not(tmp_path: Path) -> None:
    """Its folder is gone when it ends."""
    with held(tmp_path) as server:
        assert server.stdout is not None
        folder = Path(server.stdout.readline().strip())
        (found,) = places.running(tmp_path)
        assert found.folder == folder
        assert found.about == {"pid": "5", "app": "site.wsgi"}
        server.communicate("\n")
    assert not folder.exists()
    assert places.running(tmp_path) == []


def test_what_a_killed_server_has_left_is_found_dead_and_removed(tmp_path: Path) -> None:
    """By the next one that starts; what is not ours to remove stays."""
    (tmp_path / "wherry-other").mkdir(mode=0o700)
    with held(tmp_path) as server:
        assert server.stdout is not None
        folder = Path(server.stdout.readline().strip())
        server.kill()
        server.wait()
    assert folder.exists()
    assert places.running(tmp_path) == []
    with held(tmp_path) as server:
        assert server.stdout is not None
        other = Path(server.stdout.readline().strip())
        assert not folder.exists()
        assert other.exists()
        server.communicate("\n")
    assert (tmp_path / "wherry-other").exists()


def test_lock_of_another_process_is_respected(ledger: Ledger) -> None:
    """And is free when that one is gone."""
    script = (
        "import sys; from pathlib import Path; from wherry.serving.changes.ledger import *\n"
        "file = Ledger(Path(sys.argv[1])).open_lock('turn'); print(try_lock(file), flush=True)\n"
        "input()"
    )
    command = [sys.executable, "-c", script, str(ledger.folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with ledger.turn(0.0) as mine:
            assert not mine
        other.communicate("\n")
    with ledger.turn(0.0) as mine:
        assert mine
    with ledger.open_lock("watch") as file:
        assert try_lock(file)


def test_process_is_told_its_folder_by_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it there is none."""
    monkeypatch.delenv(places.VARIABLE, raising=False)
    assert own() is None
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "state"))
    ledger = own()
    assert ledger is not None
    assert ledger.append(SWAP).serial == 1
