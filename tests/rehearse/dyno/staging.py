"""Run small apps in real dynos on this machine, and keep what they tell."""

import asyncio
import io
import sys
import tarfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from wherry.platforms import hosts
from wherry.rehearse.dyno.formation import App, Formation
from wherry.rehearse.dyno.keeping import Keeping, keeping
from wherry.rehearse.dyno.machine import Machine
from wherry.rehearse.events import Event, LogLine
from wherry.rehearse.overlay import limits_of

PYTHON = f"{sys.base_prefix}/bin/python3"

# A web process that answers nothing, and needs no package.
LISTEN = """
import socket, sys, time
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((sys.argv[1], int(sys.argv[2])))
listener.listen()
print("listening", flush=True)
time.sleep(600)
"""
WEB = f"exec {PYTHON} listen.py 0.0.0.0 $PORT"


@dataclass(slots=True)
class Stage:
    """A formation, and all that happened on it."""

    formation: Formation
    keeping: Keeping
    events: list[Event] = field(default_factory=list)

    @property
    def log(self) -> list[str]:
        """The log's lines without their times: ``heroku[web.1]: Cycling``."""
        lines = [event for event in self.events if isinstance(event, LogLine)]
        return [f"{line.source}[{line.dyno}]: {line.message}" for line in lines]

    def of[E](self, kind: type[E]) -> list[E]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that is sure to come; a minute is what a busy machine may take."""
        async with asyncio.timeout(60):
            while not happened():
                await asyncio.sleep(0.02)


def make_slug(path: Path, files: Mapping[str, str]) -> Path:
    """Write a slug with these files in its app."""
    with tarfile.open(path, "w:gz") as archive:
        for name, text in {"listen.py": LISTEN, **files}.items():
            data = text.encode()
            entry = tarfile.TarInfo(f"./app/{name}")
            entry.size = len(data)
            entry.mode = 0o755
            archive.addfile(entry, io.BytesIO(data))
    return path


@asynccontextmanager
async def staged(
    folder: Path,
    machine: Machine,
    commands: Mapping[str, str],
    *,
    files: Mapping[str, str] | None = None,
    platform: str = "heroku:basic",
    overlay: Mapping[str, float] | None = None,
    config_vars: Mapping[str, str] | None = None,
    cpus: float | None = None,
) -> AsyncIterator[Stage]:
    """Yield a formation of these commands; whatever is left of it at the end is killed."""
    app = App(
        slug=make_slug(folder / "slug.tgz", files or {}),
        process_types=commands,
        config_vars=config_vars or {},
        cpus=cpus,
        visible=(Path(sys.base_prefix),),
    )
    limits = limits_of(hosts.get(platform), overlay)
    events: list[Event] = []
    async with keeping(machine) as kept:
        formation = Formation(app, limits, machine, kept, events.append)
        try:
            yield Stage(formation, kept, events)
        finally:
            await formation.close()
