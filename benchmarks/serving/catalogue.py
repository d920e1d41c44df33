"""The peers: how each is started, and how it is asked."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import wires
from benchmarks.serving.environments import WHERRY, Environment, environment
from benchmarks.serving.processes import free_port
from benchmarks.serving.wires import Wire
from benchmarks.serving.works import NAMES, Work

_PROGRAMS = Path(__file__).parent / "peers"


@dataclass(frozen=True, slots=True)
class Plan:
    """Processes that answer, and threads in each."""

    processes: int
    threads: int


@dataclass(frozen=True, slots=True)
class Start:
    """What a command line is made of. ``folder`` is empty and the process runs in it."""

    environment: Environment
    folder: Path
    port: int
    work: Work
    plan: Plan


type Command = Callable[[Start], list[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to serve a model.

    Attributes:
        name: A word for options and files.
        title: What it is, for people.
        environment: Where it is installed.
        wire: How it is asked.
        command: The words that start it.
        rounds: How many rounds of a whole run it takes part in.
        runtime: The runtime it uses where that is not the work's first.
        works: The works that it does.
        like: The peer whose processes and threads it is started with.
    """

    name: str
    title: str
    environment: str
    wire: Wire
    command: Command
    rounds: int = 3
    runtime: str | None = None
    works: tuple[str, ...] = NAMES
    like: str | None = None

    @property
    def answers_ok(self) -> bool:
        """Whether it answers "ok" instead of running the model."""
        return self.like is not None

    def runtime_for(self, work: Work) -> str:
        """Return the runtime that this peer does the work with."""
        return "none" if self.answers_ok else self.runtime or work.runtime


def variables(peer: Peer, start: Start) -> dict[str, str]:
    """Return the environment variables that the peer's process gets, and no others."""
    given = {
        "PATH": f"{start.environment.bin}:{os.environ.get('PATH', os.defpath)}",
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PORT": str(start.port),
        "PYTHONPATH": str(_PROGRAMS),
        "BENCH_WORK": start.work.told(),
        "BENCH_NAME": start.work.name,
        "BENCH_MODEL": str(start.work.models[peer.runtime or start.work.runtime]),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "BENTOML_DO_NOT_TRACK": "True",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    if peer.runtime == "tensorflow" and peer.environment == WHERRY:
        given["WHERRY_TENSORFLOW"] = str(tensorflow_libraries())
    return given


def tensorflow_libraries() -> Path:
    """Return the folder of TensorFlow's two libraries in the installed wheel."""
    (package,) = environment("tensorflow").folder.glob("lib/python*/site-packages/tensorflow")
    return package


def chosen_plan(log: str) -> Plan | None:
    """Read from ``wherry serve``'s own line how many processes and threads it chose."""
    found = re.search(r"(\d+) process(?:es)? x (\d+) thread", log)
    return Plan(int(found[1]), int(found[2])) if found else None


def _ok(start: Start) -> list[str]:
    return [
        *(str(start.environment.bin / "granian"), "--interface", "wsgi", "--http", "1"),
        *("--host", "127.0.0.1", "--port", str(start.port), "--log-level", "warning"),
        *("--workers", str(start.plan.processes), "--blocking-threads", str(start.plan.threads)),
        "ok_site:application",
    ]


def _ok_on_wherry(start: Start) -> list[str]:
    return [
        *(str(start.environment.bin / "wherry"), "serve", "ok_site", "--host", "127.0.0.1"),
        *("--processes", str(start.plan.processes), "--threads", str(start.plan.threads)),
    ]


def _gunicorn(site: str) -> Command:
    return lambda start: [
        *(str(start.environment.bin / "gunicorn"), "--bind", f"127.0.0.1:{start.port}"),
        *("--workers", "2", "--timeout", "60", "--log-level", "warning", f"{site}:application"),
    ]


def _wherry(*options: str) -> Command:
    return lambda start: [
        *(str(start.environment.bin / "wherry"), "serve", "wherry_site"),
        *("--host", "127.0.0.1", *options),
    ]


def _mlserver(start: Start) -> list[str]:
    settings = {
        "host": "127.0.0.1",
        "http_port": start.port,
        "grpc_port": free_port(),
        "metrics_port": free_port(),
        # Models run in the server's own process: the lightest and fastest way it has.
        "parallel_workers": 0,
        "debug": False,
    }
    model = {"name": start.work.name, "implementation": "mlserver_model.Direct"}
    (start.folder / "settings.json").write_text(json.dumps(settings))
    (start.folder / "model-settings.json").write_text(json.dumps(model))
    return [str(start.environment.bin / "mlserver"), "start", str(start.folder)]


def _bentoml(start: Start) -> list[str]:
    return [
        *(str(start.environment.bin / "bentoml"), "serve", "bentoml_service:Direct"),
        *("--host", "127.0.0.1", "--port", str(start.port), "--working-dir", str(_PROGRAMS)),
    ]


def _program(name: str) -> Command:
    return lambda start: [start.environment.python, str(_PROGRAMS / name)]


# What a bar compares in pairs stands close together, since the machine changes within a minute.
PEERS = (
    Peer(
        name="wherry",
        title="Wherry, as it chooses",
        environment=WHERRY,
        wire=wires.OPEN_INFERENCE,
        command=_wherry(),
        rounds=5,
    ),
    Peer(
        name="ok-serve",
        title='Django answering "ok", wherry serve',
        environment=WHERRY,
        wire=wires.OPEN_INFERENCE,
        command=_ok_on_wherry,
        rounds=5,
        works=("digits",),
        like="wherry",
    ),
    Peer(
        name="ok",
        title='Django answering "ok", granian itself',
        environment=WHERRY,
        wire=wires.OPEN_INFERENCE,
        command=_ok,
        rounds=5,
        like="wherry",
    ),
    Peer(
        name="mlserver",
        title="MLServer, parallel_workers=0",
        environment="mlserver",
        wire=wires.MLSERVER,
        command=_mlserver,
        rounds=5,
    ),
    Peer(
        name="usual",
        title="`import tensorflow` in the view, gunicorn, 2 workers",
        environment="tensorflow",
        wire=wires.PLAIN,
        command=_gunicorn("usual_site"),
        runtime="tensorflow",
        rounds=5,
    ),
    Peer(
        name="wherry-1",
        title="Wherry, --processes 1",
        environment=WHERRY,
        wire=wires.OPEN_INFERENCE,
        command=_wherry("--processes", "1"),
        rounds=5,
        works=("digits",),
    ),
    Peer(
        name="ok-serve-1",
        title='Django answering "ok", wherry serve, one process',
        environment=WHERRY,
        wire=wires.OPEN_INFERENCE,
        command=_ok_on_wherry,
        rounds=5,
        works=("digits",),
        like="wherry-1",
    ),
    Peer(
        name="ok-1",
        title='Django answering "ok", granian itself, one process',
        environment=WHERRY,
        wire=wires.OPEN_INFERENCE,
        command=_ok,
        rounds=5,
        works=("digits",),
        like="wherry-1",
    ),
    Peer(
        name="wherry-tensorflow",
        title="Wherry, libtensorflow",
        environment=WHERRY,
        wire=wires.OPEN_INFERENCE_TENSORFLOW,
        command=_wherry(),
        rounds=5,
        runtime="tensorflow",
        works=("basicpitch",),
    ),
    Peer(
        name="hand",
        title="Django and the runtime by hand, gunicorn, 2 workers",
        environment="django",
        wire=wires.PLAIN,
        command=_gunicorn("hand_site"),
    ),
    Peer(
        name="litserve",
        title="LitServe",
        environment="litserve",
        wire=wires.LITSERVE,
        command=_program("litserve_server.py"),
    ),
    Peer(
        name="bentoml",
        title="BentoML",
        environment="bentoml",
        wire=wires.BENTOML,
        command=_bentoml,
    ),
    Peer(
        name="ray",
        title="Ray Serve",
        environment="ray",
        wire=wires.PLAIN,
        command=_program("ray_server.py"),
        rounds=2,
    ),
)
