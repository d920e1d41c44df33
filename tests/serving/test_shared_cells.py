"""Numbers that several processes write: nothing is lost, whoever dies."""

import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from wherry.serving.rendezvous import SUFFIX, open_cells
from wherry.serving.shared_cells import BLOCKS, NAME_BYTES, SharedCells, birth


@pytest.fixture
def store() -> SharedCells:
    return SharedCells.inherited()


def same(name: str) -> str:
    return name


def in_child(work: Callable[[], None], *, die: bool = False) -> None:
    """Do something in a forked process, which then ends or is killed; wait for that."""
    with warnings.catch_warnings():
        # Other tests may have left threads, of which the child needs none.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            if die:
                os.kill(os.getpid(), signal.SIGKILL)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if die else 0)


def total(store: SharedCells, name: str, cell: int = 0) -> float:
    return sum(block.cells[cell] for block in store.read() if block.name == name)


def add(store: SharedCells, name: str, times: int = 1) -> None:
    cells = store.claim(name, same).cells
    for _ in range(times):
        cells[0] += 1.0


def count_in_file(folder: Path, times: int) -> None:
    add(open_cells(folder), "a", times)


def test_untouched_memory_has_no_blocks(store: SharedCells) -> None:
    """Nothing is shown that nobody counted."""
    assert store.read() == []


def test_a_block_is_read_with_its_owner(store: SharedCells) -> None:
    """Name, process and numbers."""
    add(store, "a\n1", 3)
    (block,) = store.read()
    assert (block.pid, block.name, block.cells[0]) == (os.getpid(), "a\n1", 3.0)
    assert not any(block.cells[1:])


def test_counts_of_killed_processes_stay(store: SharedCells) -> None:
    """Also when the process never returned from anything."""
    for _ in range(5):
        in_child(lambda: add(store, "a", 7), die=True)
    assert total(store, "a") == 35


def test_a_dead_process_leaves_its_block_to_the_next(store: SharedCells) -> None:
    """A hundred workers, one after the other, need no more room than one."""
    for _ in range(100):
        in_child(lambda: add(store, "a"), die=True)
    assert total(store, "a") == 100
    assert len(store.read()) == 1


def test_living_processes_have_blocks_of_their_own(store: SharedCells) -> None:
    """The block of a process that lives is not taken over."""
    add(store, "a")
    in_child(lambda: add(store, "a"))
    assert len(store.read()) == 2
    assert [block.pid for block in store.read()] == [os.getpid(), None]


def test_a_block_can_be_given_up(store: SharedCells) -> None:
    """What was counted stays, and whoever counts the same goes on there."""
    claim = store.claim("a", same)
    claim.cells[0] = 2.0
    assert claim.index is not None
    store.release(claim.index)
    assert [(block.pid, block.cells[0]) for block in store.read()] == [(None, 2.0)]
    in_child(lambda: add(store, "a", 3))
    assert total(store, "a") == 5
    assert len(store.read()) == 1


def test_a_block_of_another_process_cannot_be_given_up(store: SharedCells) -> None:
    """A child may still know its parent's."""
    claim = store.claim("a", same)
    assert claim.index is not None
    index = claim.index
    in_child(lambda: store.release(index))
    assert [block.pid for block in store.read()] == [os.getpid()]


def test_when_blocks_run_out_the_dead_are_added_up(store: SharedCells) -> None:
    """No count is lost, and the names that are merged are those that were said to be."""

    def count(first: int) -> None:
        for number in range(first, first + 100):
            store.claim(f"m\n{number}", lambda _: "m\nearlier").cells[0] = 1.0

    for first in range(0, 600, 100):
        in_child(partial(count, first))
    blocks = store.read()
    assert sum(block.cells[0] for block in blocks) == 600
    assert len(blocks) <= BLOCKS
    assert any(block.name == "m\nearlier" for block in blocks)


def test_when_all_blocks_are_in_use_counting_still_works(store: SharedCells) -> None:
    """It is not seen, and breaks nothing."""
    for number in range(BLOCKS + 5):
        add(store, str(number))
    assert len(store.read()) == BLOCKS


def test_threads_of_a_process_may_read_and_claim_at_once(store: SharedCells) -> None:
    """The lock between processes does not keep threads apart; another does."""
    threads = [
        threading.Thread(target=lambda n=n: [add(store, f"{n}-{k}") for k in range(10)])
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        store.read()
    names = [block.name for block in store.read()]
    assert len(names) == len(set(names)) == 80


def test_a_long_name_is_cut(store: SharedCells) -> None:
    """And found again by the same beginning."""
    for _ in range(2):
        in_child(lambda: add(store, "x" * 5000))
    assert [block.name for block in store.read()] == ["x" * NAME_BYTES]


def test_a_process_that_has_ended_has_no_birth() -> None:
    """Nor has one that is dead and was not waited for."""
    assert birth(os.getpid()) is not None
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert birth(process.pid) is None
    process.wait()
    assert birth(process.pid) is None


def test_workers_of_one_server_share_a_file(tmp_path: Path) -> None:
    """Two processes that this one has started find each other, by this one's number."""
    for count in (3, 4):
        in_child(partial(count_in_file, tmp_path, count))
    (path,) = tmp_path.iterdir()
    assert path.name == f"{os.getpid()}-{birth(os.getpid())}{SUFFIX}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert total(SharedCells.of_file(path), "a") == 7


def test_files_of_ended_servers_are_removed(tmp_path: Path) -> None:
    """Those of servers that run stay, and so does what is not ours."""
    gone, other = tmp_path / f"4194303-1{SUFFIX}", tmp_path / f"notes{SUFFIX}"
    alive = tmp_path / f"{os.getppid()}-{birth(os.getppid())}{SUFFIX}"
    for path in (gone, other, alive):
        path.touch()
    in_child(lambda: add(open_cells(tmp_path), "a"))
    assert not gone.exists()
    assert other.exists()
    assert alive.exists()


def test_a_process_started_by_a_shell_counts_for_itself(tmp_path: Path) -> None:
    """Its parent may have started other sites too."""
    code = (
        "import sys; from pathlib import Path; from wherry.serving.rendezvous import open_cells;"
        f"open_cells(Path({str(tmp_path)!r}))"
    )
    shell = f'{sys.executable} -c "{code}"; exit $?'
    subprocess.run(["sh", "-c", shell], check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_found_out_before_anything_is_written(tmp_path: Path) -> None:
    """Later the kernel would kill the process that writes."""

    def with_full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with pytest.raises(OSError, match="File too large"):
            SharedCells.of_file(tmp_path / "full")

    in_child(with_full_disk)


def test_where_no_file_can_be_had_a_process_counts_for_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And says what that means."""
    (tmp_path / "file").touch()
    store = open_cells(tmp_path / "file")
    add(store, "a", 5)
    assert total(store, "a") == 5
    # Where the tests' own parent is a shell there was no file to be had in the first place.
    assert not caplog.text or "measurements of this process are its own" in caplog.text


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    """Nobody may choose a file of ours to be overwritten."""
    precious = tmp_path / "precious"
    precious.write_text("text")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / f"{os.getpid()}-{birth(os.getpid())}{SUFFIX}").symlink_to(precious)
    in_child(lambda: add(open_cells(folder), "a"))
    assert precious.read_text() == "text"
