"""Whole runs from finished slugs: real dynos, the real router, real requests."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rehearse.slugs import slug
from wherry.errors import ConfigurationError, InvalidInput
from wherry.explain.explain import explain_chunks
from wherry.explain.explanation import Explanation
from wherry.findings import Finding
from wherry.rehearse.dyno.formation import UnknownProcess
from wherry.rehearse.events import Event, LogLine, MemorySample, StepBegun
from wherry.rehearse.options import Options
from wherry.rehearse.rehearsal import Rehearsal
from wherry.rehearse.rehearse import CouldNotRehearse, rehearse

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")

# Long enough for a machine that is busy; what is to run out has a time of its own.
PATIENT = {
    "boot_timeout_s": 60.0,
    "request_timeout_s": 60.0,
    "shutdown_grace_s": 30.0,
    "memory_sample_s": 1.0,
}
SMALL = {"memory_bytes": 64.0 * 2**20, "kill_bytes": 128.0 * 2**20}


def explain(lines: Sequence[str]) -> Explanation:
    return explain_chunks(["".join(f"{line}\n" for line in lines).encode()])


class Run:
    """One rehearsal, with what it told meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []

    def __call__(
        self,
        code: str = "serve()",
        *,
        overlay: Mapping[str, float] | None = None,
        procfile: str = "web: python3 app.py\n",
        restart: bool = False,
        **changes: object,
    ) -> Rehearsal:
        options = Options(
            project=self.folder / "project",
            platform="heroku:basic",
            slug=slug(self.folder, code, procfile),
            overlay={**PATIENT, **(overlay or {})},
            restart=restart,
        )
        return rehearse(
            replace(options, **changes),  # type: ignore[arg-type]
            self.events.append,
            explain=explain,
            suspect=lambda: (),
        )

    @property
    def lines(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, LogLine)]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    children = set(Path("/proc").iterdir())
    yield Run(tmp_path)
    # Other runs on this machine have folders of their own.
    mine = Path("/var/tmp").glob(f"wherry-dynos-{os.getpid()}-*")  # noqa: S108
    assert list(mine) == []
    left = [pid for pid in set(Path("/proc").iterdir()) - children if _is_of(pid, tmp_path)]
    assert left == []


def _is_of(pid: Path, folder: Path) -> bool:
    """Whether a process is one of this test's: its app's, or the sender's."""
    try:
        return str(folder) in (pid / "cmdline").read_text()
    except OSError:
        return False


def names(findings: Sequence[Finding]) -> list[str]:
    return [finding.cause.name for finding in findings]


def test_a_healthy_app(run: Run) -> None:
    rehearsal = run(restart=True)
    assert rehearsal.verdict.text == "would run"
    assert rehearsal.findings == ()
    assert [step.name for step in rehearsal.steps] == [
        "slug",
        "boot",
        "traffic",
        "restart",
        "shutdown",
    ]
    assert all(step.ok for step in rehearsal.steps)
    assert next(event.name for event in run.events if isinstance(event, StepBegun)) == "slug"
    boot = rehearsal.boots[0]
    assert (boot.dyno, boot.state) == ("web.1", "up")
    assert {"bound", "first answer"} <= {moment.name for moment in boot.moments}
    assert rehearsal.memory[0].dyno == "web.1"
    assert 0 < rehearsal.memory[0].peak_bytes < 2**29
    assert any(isinstance(event, MemorySample) for event in run.events)
    assert rehearsal.traffic is not None
    assert rehearsal.traffic.kinds[0].statuses == {200: 3}
    assert rehearsal.traffic.restart is not None
    # A server that knows of no signal drops what it is answering.
    assert rehearsal.traffic.restart.lost <= 1
    assert any("heroku[web.1]: State changed from starting to up" in line for line in run.lines)
    assert any('at=info method=GET path="/"' in line for line in rehearsal.log)
    assert rehearsal.log_dropped == 0


def test_another_port(run: Run) -> None:
    rehearsal = run("serve(8123, '127.0.0.1')", overlay={"boot_timeout_s": 2})
    assert names(rehearsal.findings) == ["port-not-bound"]
    assert rehearsal.verdict.text == (
        "would not boot: the server does not listen where the host looks for it: it is on "
        "127.0.0.1:8123 (WH220 port-not-bound)"
    )
    assert sum("Error R10 (Boot timeout)" in line for line in run.lines) == 2
    assert "code=H10" in run.lines[-1]


def test_a_crash_loop_is_told_at_the_second_crash(run: Run) -> None:
    rehearsal = run("import shop_models")
    assert names(rehearsal.findings) == ["dependency-not-in-requirements"]
    assert rehearsal.verdict.text.startswith("would not boot: shop_models is imported")
    assert sum("State changed from starting to crashed" in line for line in run.lines) == 2


def test_what_binds_and_then_falls_has_not_booted(run: Run) -> None:
    """As gunicorn does, whose workers load the app after its master has bound the port."""
    code = (
        "threading.Thread(target=serve, daemon=True).start()\ntime.sleep(0.4)\nimport shop_models"
    )
    rehearsal = run(code)
    assert names(rehearsal.findings) == ["dependency-not-in-requirements"]
    assert rehearsal.verdict.text.startswith("would not boot: ")
    assert sum("Process exited with status 1" in line for line in run.lines) == 2


def test_over_the_quota(run: Run) -> None:
    rehearsal = run("held = b'x' * (80 * 2**20)\nserve()", overlay=SMALL)
    assert names(rehearsal.findings) == ["memory-too-small"]
    assert rehearsal.verdict.text.startswith("would run, but even one worker does not fit")
    assert any("Error R14 (Memory quota exceeded)" in line for line in run.lines)


def test_far_over_the_quota(run: Run) -> None:
    code = "held = []\nwhile True:\n    held.append(b'x' * 2**23)\n    time.sleep(0.05)"
    rehearsal = run(code, overlay=SMALL)
    assert names(rehearsal.findings) == ["memory-too-small"]
    assert rehearsal.verdict.text.startswith("would not boot: even one worker does not fit")
    assert any("Error R15" in line for line in run.lines)


def test_a_signal_that_is_ignored(run: Run) -> None:
    code = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nserve()"
    rehearsal = run(code, overlay={"shutdown_grace_s": 1})
    assert names(rehearsal.findings) == ["shutdown-ignored-sigterm"]
    assert any("Error R12 (Exit timeout)" in line for line in run.lines)


def test_an_answer_that_does_not_come(run: Run) -> None:
    code = "def answer(handler):\n    time.sleep(8)\n    return b''\nserve()"
    rehearsal = run(code, overlay={"request_timeout_s": 1})
    assert names(rehearsal.findings)[0] == "request-timeout-h12"
    assert rehearsal.findings[0].alternatives
    assert rehearsal.traffic is not None
    assert set(rehearsal.traffic.kinds[0].codes) == {"H12"}


ENTERS = """
import sqlite3

def answer(handler):
    with sqlite3.connect("data") as database:
        database.execute("create table if not exists t (x)")
    return b""

serve()
"""
SAVES = """
def answer(handler):
    os.makedirs("media", exist_ok=True)
    open("media/mole.jpg", "wb").write(b"x" * 1000)
    return b""

serve()
"""


@pytest.mark.parametrize(
    ("code", "cause", "path"),
    [
        (ENTERS, "sqlite-ephemeral", "data"),
        (SAVES, "media-upload-ephemeral", "media/mole.jpg"),
    ],
)
def test_what_vanishes(run: Run, code: str, cause: str, path: str) -> None:
    rehearsal = run(code)
    assert names(rehearsal.findings) == [cause]
    assert [(file.path, file.request) for file in rehearsal.vanished] == [(path, "GET /")]


def test_nothing_says_how_to_start(run: Run) -> None:
    rehearsal = run(procfile="worker: python3 app.py\n")
    assert names(rehearsal.findings) == ["no-web-process"]
    assert "code=H14" in run.lines[-1]


def test_a_release_that_fails_starts_nothing(run: Run) -> None:
    rehearsal = run(procfile="release: echo migrating; exit 3\nweb: python3 app.py\n")
    assert names(rehearsal.findings) == ["release-phase-failed"]
    assert rehearsal.verdict.text.startswith("would not release: ")
    assert not any("heroku[web.1]" in line for line in run.lines)


def test_a_release_that_goes_well_comes_first(run: Run) -> None:
    rehearsal = run(procfile="release: echo migrating\nweb: python3 app.py\n", only="boot")
    assert rehearsal.verdict.text == "would boot"
    assert rehearsal.traffic is None
    told = [line.partition(": ")[2] for line in run.lines]
    assert told.index("migrating") < told.index("Starting process with command `python3 app.py`")


def test_other_process_types(run: Run) -> None:
    procfile = "web: python3 app.py\nworker: echo working; sleep 60\n"
    rehearsal = run(procfile=procfile, processes=("worker",), only="boot")
    assert rehearsal.verdict.text == "would boot"
    assert {boot.dyno for boot in rehearsal.boots} == {"web.1", "worker.1"}


def test_config_vars_reach_the_app_and_no_report(run: Run) -> None:
    rehearsal = run(
        "print('key', os.environ['SECRET_KEY'], flush=True)\nserve()",
        config_vars={"SECRET_KEY": "hunter2-of-the-shop"},
        only="boot",
    )
    assert rehearsal.verdict.good
    assert any(line.endswith("app[web.1]: key ****") for line in run.lines)
    assert "hunter2-of-the-shop" not in repr(rehearsal.log) + repr(run.events)


def test_another_machine_s_database_stops_it_before_anything_runs(run: Run) -> None:
    variables = {"DATABASE_URL": "postgres://shop:hunter2@db.example.com/shop"}
    with pytest.raises(CouldNotRehearse, match="--allow-remote"):
        run(procfile="release: echo migrating\nweb: python3 app.py\n", config_vars=variables)
    assert run.lines == []


def test_a_flood_of_forks_and_of_log_is_bounded(run: Run) -> None:
    code = (
        "for _ in range(60):\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "serve()"
    )
    rehearsal = run(code, overlay={"max_processes": 24})
    assert names(rehearsal.findings) == ["thread-limit"]
    assert "limited to 24" in rehearsal.findings[0].title


def test_a_given_file_of_requests(run: Run) -> None:
    requests = run.folder / "requests.txt"
    requests.write_text("GET /one\nGET /two?x=1\n")
    rehearsal = run(requests=requests)
    assert rehearsal.traffic is not None
    assert {kind.path for kind in rehearsal.traffic.kinds} == {"/one", "/two"}
    assert rehearsal.traffic.source == "requests.txt"


def test_what_cannot_be_asked(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no step"):
        run(only="deploy")
    for change, error in (
        ({"platform": "nowhere"}, ConfigurationError),
        ({"processes": ("clock",)}, UnknownProcess),
        ({"requests": tmp_path / "none"}, InvalidInput),
    ):
        other = Run(tmp_path / f"{len(list(tmp_path.iterdir()))}")
        other.folder.mkdir()
        with pytest.raises(error):
            other(**change)  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"", b"no slug", b"\x1f\x8b\x08\x00damaged"])
def test_what_is_no_slug(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.tgz"
    path.write_bytes(content)
    with pytest.raises(CouldNotRehearse, match="is no slug"):
        run(slug=path)
