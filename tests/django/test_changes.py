"""Models that come and go in a real server of two processes, asked by the command line."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.load.clients import asking

from tests import zoo
from tests.django.serving import REPOSITORY, SETTINGS, Server, make_site, until, wherry_serve
from wherry.platforms.usage import read_processes_usage, tree
from wherry.serving.changes.ledger import Ledger
from wherry.serving.changes.order import Order, Outcome, Verb
from wherry.serving.changes.places import running
from wherry.serving.packing import pack

SIZES = (64, 2048, 2048, 10)
ROW = [0.5] * SIZES[0]
BODY = f'{{"instances": [{ROW}]}}'.encode()
PATH = "/v1/models/dense:predict"
SWAPS = 20
RETURNED_RATIO = 1.03


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Versions 1 and 2 of a model of 17 MB, and ``broken``, which says it is whole."""
    folder = tmp_path_factory.mktemp("bundles")
    for version in ("1", "2"):
        model = zoo.dense(folder / "dense.onnx", SIZES, seed=int(version))
        pack(model, folder / version, name="dense", version=version)
    shutil.copytree(folder / "2", folder / "broken")
    manifest = folder / "broken" / "wherry.json"
    manifest.write_text(manifest.read_text().replace('"y"', '"z"'))
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, bundles: Path) -> Path:
    """A site whose model is looked at for changes."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(bundles / "1", folder / "model")
    # No trials of batching: their buffers come some seconds after a load, and count as memory.
    options = {"PATH": str(folder / "model"), "THREADS": 1, "WATCH": True, "BATCHING": False}
    return make_site(folder / "site", settings=SETTINGS % options)


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    """Two processes."""
    with wherry_serve(site, "--processes", "2", TMPDIR=str(site)) as started:
        started.wait_for("2 processes x")
        until(lambda: len(ledger(site).statuses()) == 2)
        yield started


def ledger(site: Path) -> Ledger:
    (found,) = running(site)
    return Ledger(found.folder)


def manage(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py wherry`` beside the server."""
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), "TMPDIR": str(site)}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "manage.py", "wherry", *words],
        cwd=site,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def swap(site: Path, path: Path, version: str) -> Outcome:
    """Ask for a swap as the command does; return what became of it in all processes."""
    book = ledger(site)
    order = book.append(Order(Verb.SWAP, "dense", path=path, version=version))

    until(lambda: _ended(book, order.serial))
    outcomes = {each.outcome for each in book.results(order.serial).values()}
    return Outcome.FAILED if Outcome.FAILED in outcomes else outcomes.pop()


def versions(server: Server) -> set[str]:
    """Return the versions that answer, over enough connections to meet both processes."""
    return {server.get("/v2/models/dense").json()["versions"][0] for _ in range(16)}


def test_swap_by_the_command_reaches_every_process(
    server: Server, site: Path, bundles: Path
) -> None:
    """The command says what each did and what that took."""
    ran = manage(site, "swap", "dense", str(bundles / "2"))
    assert ran.returncode == 0, ran.stderr
    assert len(re.findall(r"process \d+: 'dense' is version '2' now. \(loaded in", ran.stdout)) == 2
    assert versions(server) == {"2"}
    server.wait_for(r"'dense' is version '2' now. \(asked by command\)", times=2)
    # Each process writes twice a second how its models are.
    shown = "dense  version 2  ready  default"
    until(lambda: manage(site, "running").stdout.count(shown) == 2)


def test_swap_that_fails_says_why_and_changes_nothing(
    server: Server, site: Path, bundles: Path
) -> None:
    """Exit code 1; the old version answers in both processes."""
    before = versions(server)
    for name, said in (("broken", "Write the bundle anew"), ("none", "There is no model at")):
        ran = manage(site, "swap", "dense", str(bundles / name))
        assert ran.returncode == 1
        assert said in ran.stderr
    assert versions(server) == before
    assert server.get("/v2/health/ready").status == 200


def test_versions_and_labels_by_the_command(server: Server, site: Path, bundles: Path) -> None:
    """Beside each other, in both processes."""
    for words in (
        ("add", "dense", str(bundles / "1"), "--as-version", "1b", "--label", "canary"),
        ("label", "dense", "other", "1b"),
    ):
        assert manage(site, *words).returncode == 0
    for _ in range(8):
        for label in ("canary", "other"):
            answer = server.ask("POST", f"/v1/models/dense/labels/{label}:predict", BODY)
            assert answer.status == 200
    assert manage(site, "promote", "dense", "1b").returncode == 0
    assert versions(server) == {"1b"}
    assert manage(site, "promote", "dense", "2").returncode == 0
    assert manage(site, "retire", "dense", "1b").returncode == 0
    assert server.get("/v2/models/dense/labels/canary").status == 404


def test_many_swaps_under_load_fail_no_request_and_give_the_memory_back(
    server: Server, site: Path, bundles: Path
) -> None:
    """Twenty of them, in both processes, while four clients ask."""
    swap(site, bundles / "1", "1")
    with asking(server.port, PATH, BODY, clients=4, pause_s=0.03) as tally:
        for version in ("2", "1"):
            assert swap(site, bundles / version, version) is Outcome.DONE
        before = _settled(server)
        for number in range(SWAPS):
            version = str(2 - number % 2)
            assert swap(site, bundles / version, version) is Outcome.DONE
        after = _settled(server)
    assert set(tally.outcomes) == {"200"}, tally.as_dict()
    assert tally.outcomes["200"] > SWAPS
    assert after <= before * RETURNED_RATIO


def _settled(server: Server) -> int:
    """Return the least memory of several looks: answers under way hold some for a moment."""
    looks = []
    for _ in range(20):
        looks.append(read_processes_usage(1, tree(server.process.pid)).used_bytes)
        time.sleep(0.05)
    return min(looks)


def test_replaced_worker_serves_what_the_others_do(
    server: Server, site: Path, bundles: Path
) -> None:
    """Also where what the settings name is gone from the disk meanwhile."""
    assert swap(site, bundles / "2", "2") is Outcome.DONE
    (site.parent / "model").rename(site.parent / "away")
    try:
        victim = server.workers()[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in server.workers() and len(server.workers()) == 2)
        until(lambda: len(ledger(site).statuses()) == 2)
        assert versions(server) == {"2"}
        assert server.get("/v2/health/ready").status == 200
    finally:
        (site.parent / "away").rename(site.parent / "model")


def test_folder_that_is_replaced_is_swapped_in_when_it_is_whole(
    server: Server, site: Path, bundles: Path
) -> None:
    """Half a copy is left alone; a rename is seen by one process and followed by both."""
    place = site.parent / "model"
    assert swap(site, bundles / "1", "1") is Outcome.DONE
    (place / "dense.onnx").write_bytes((bundles / "2" / "dense.onnx").read_bytes()[:1000])
    server.wait_for("was cut short", within_s=20)
    assert versions(server) == {"1"}
    shutil.copytree(bundles / "2", site.parent / "coming")
    shutil.rmtree(place)
    (site.parent / "coming").rename(place)
    server.wait_for(r"'dense' is version '2' now. \(asked by folder\)", times=2, within_s=20)
    assert versions(server) == {"2"}


@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.2, 0.3])
def test_folder_that_is_deleted_in_the_middle_of_a_load(
    server: Server, site: Path, bundles: Path, tmp_path: Path, delay_s: float
) -> None:
    """It is loaded, or it is not and somebody is told; the site stays up either way."""
    shutil.copytree(bundles / "1", tmp_path / "gone")
    book = ledger(site)
    order = book.append(Order(Verb.SWAP, "dense", path=tmp_path / "gone", version="g"))
    time.sleep(delay_s)
    shutil.rmtree(tmp_path / "gone")
    until(lambda: _ended(book, order.serial))
    outcomes = {each.outcome for each in book.results(order.serial).values()}
    assert outcomes == {Outcome.DONE} or Outcome.FAILED in outcomes
    until(lambda: _same_everywhere(book))
    assert server.ask("POST", PATH, BODY).status == 200
    assert server.get("/v2/health/ready").status == 200
    assert swap(site, bundles / "1", "1") is Outcome.DONE
    assert versions(server) == {"1"}


def _ended(book: Ledger, serial: int) -> bool:
    results = book.results(serial).values()
    return len(results) == 2 and all(each.outcome is not Outcome.WORKING for each in results)


def _same_everywhere(book: Ledger) -> bool:
    """Whether every order was followed, those that take one back too, and all agree."""
    if not all(_ended(book, serial) for serial in book.serials()[-2:]):
        return False
    found: list[Any] = [
        [(model["version"], model["state"]) for model in status["models"]]
        for status in book.statuses().values()
    ]
    return len(found) == 2 and found[0] == found[1]


def test_answers_are_those_of_the_version_that_is_said(server: Server, bundles: Path) -> None:
    """After all of this the numbers are right."""
    from wherry.runtimes import load
    from wherry.runtimes.protocol import LoadOptions

    model = load("onnx", bundles / "1" / "dense.onnx", LoadOptions(threads=1))
    expected = model.run("serving_default", {"x": np.array([ROW], np.float32)})["y"]
    answer = server.ask("POST", PATH, BODY, {"Content-Type": "application/json"})
    served = np.array(answer.json()["predictions"], np.float32)
    np.testing.assert_allclose(served, expected, rtol=1e-5)


def test_command_without_a_server_says_what_is_missing(tmp_path: Path) -> None:
    """Nothing is guessed."""
    other = make_site(tmp_path / "other")
    ran = manage(other, "running")
    assert ran.returncode == 1
    assert "No running server of this user was found" in ran.stderr
    assert "WHERRY_STATE_FOLDER" in ran.stderr


def test_order_for_a_model_that_is_not_there(server: Server, site: Path, bundles: Path) -> None:
    """Each process says what there is."""
    ran = manage(site, "swap", "digits", str(bundles / "2"))
    assert ran.returncode == 1
    assert "No model 'digits' is served here. The models are: 'dense'" in ran.stderr
    assert server.get("/v2/health/ready").status == 200
