"""One start of one peer: first answer, load, memory; and the runtime's bare loop."""

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.serving.catalogue import (
    Peer,
    Plan,
    Start,
    chosen_plan,
    tensorflow_libraries,
    variables,
)
from benchmarks.serving.environments import KEPT, WHERRY, environment
from benchmarks.serving.load import Load, load
from benchmarks.serving.processes import (
    Answer,
    Memory,
    ServerFailed,
    free_port,
    running,
)
from benchmarks.serving.works import HERE, Work, direct_arguments

FIRST_ANSWER_TIMEOUT_S = 90.0
SETTLE_TIMEOUT_S = 60.0
# What a server does once it has started is not what it costs to serve. Wherry tries after a second
# whether it pays to run requests together, with pauses in between.
REST_S = 2.5
REST_TIMEOUT_S = 20.0
WARM_UP_S = 1
MEASURE_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """What one start of a peer showed. Without load, there is only the first answer."""

    first_answer_s: float
    plan: Plan | None
    load: Load | None = None
    memory: Memory | None = None


def start(peer: Peer, work: Work, plan: Plan, load_s: int | None) -> Round:
    """Start the peer, take its first right answer, let it rest, load it, weigh it and stop it.

    Raises:
        InstallFailed: its environment cannot be made.
        ServerFailed: it does not start, answers wrongly, or fails under load.
    """
    question = peer.wire.question(work)
    logs = KEPT / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{work.name}-{peer.name}.log"
    with TemporaryDirectory(prefix="wherry-bench-") as folder:
        begun = Start(environment(peer.environment), Path(folder), free_port(), work, plan)
        words = peer.command(begun)
        with running(words, variables(peer, begun), Path(folder), log) as server:

            def fault(answer: Answer) -> str | None:
                if peer.answers_ok:
                    return None if answer.body == b"ok" else repr(answer.body[:80])
                return work.fault(peer.wire.numbers(answer))

            first_s = server.first_answer(question, fault, FIRST_ANSWER_TIMEOUT_S)
            if load_s is None:
                return Round(first_s, chosen_plan(log.read_text(errors="replace")))
            server.come_to_rest(REST_S, REST_TIMEOUT_S)
            body = Path(folder) / "body"
            body.write_bytes(question.body)
            load(server.port, question, body, work.connections, WARM_UP_S)
            server.settled_answer(question, fault, SETTLE_TIMEOUT_S)
            weighed: list[Memory] = []
            seen = load(
                *(server.port, question, body, work.connections, load_s),
                meanwhile=lambda wrk: weighed.append(server.memory(besides=wrk)),
            )
            server.settled_answer(question, fault, SETTLE_TIMEOUT_S)
            return Round(first_s, chosen_plan(log.read_text(errors="replace")), seen, weighed[0])


# How a bare loop may use two or more cores; which is best depends on the runtime and the model.
ONE_PROCESS, PROCESSES, CALLERS = "1 process, all cores", "a process per core", "a caller per core"


def bare_loops(work: Work, runtime: str, duration_s: float) -> dict[str, float]:
    """Return predictions per second of the runtime with nothing around it, by way.

    Raises:
        ServerFailed: a loop did not run.
    """
    cores = os.cpu_count() or 1
    ways = {ONE_PROCESS: (1, cores, 1), PROCESSES: (cores, 1, 1), CALLERS: (1, 1, cores)}
    if runtime == "tensorflow":
        # One session's threads are its callers' in common.
        ways = {ONE_PROCESS: (1, cores, 1), CALLERS: (1, cores, cores)}
    return {way: _bare_loop(work, runtime, *numbers, duration_s) for way, numbers in ways.items()}


def _bare_loop(
    work: Work, runtime: str, processes: int, threads: int, callers: int, duration_s: float
) -> float:
    where = environment(WHERRY)
    command = [
        *(where.python, str(HERE / "peers" / "direct.py"), "measure"),
        *direct_arguments(work, runtime),
        *(str(threads), str(callers), str(duration_s)),
    ]
    given = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if runtime == "tensorflow":
        given["WHERRY_TENSORFLOW"] = str(tensorflow_libraries())
    with contextlib.ExitStack() as stack:
        loops = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    env=given,
                )
            )
            for _ in range(processes)
        ]
        for loop in loops:
            stack.callback(loop.kill)
        return sum(_rates(loops, duration_s))


def _rates(loops: list[subprocess.Popen[str]], duration_s: float) -> list[float]:
    for loop in loops:
        assert loop.stdout
        if loop.stdout.readline() != "ready\n":
            raise ServerFailed(f"the bare loop failed: {loop.communicate()[1][-300:]}")
    for loop in loops:
        assert loop.stdin
        loop.stdin.write("go\n")
        loop.stdin.flush()
    rates = []
    for loop in loops:
        said, complaint = loop.communicate(timeout=duration_s + MEASURE_TIMEOUT_S)
        if loop.returncode != 0:
            raise ServerFailed(f"the bare loop failed: {complaint[-300:]}")
        rates.append(float(said))
    return rates
