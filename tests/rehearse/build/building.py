"""Build small projects for real, and look at what comes out."""

import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wherry.platforms import hosts
from wherry.rehearse.build.build import build
from wherry.rehearse.build.failed import BuildFailed
from wherry.rehearse.build.slug import Slug
from wherry.rehearse.events import BuildLine, Event, Remark
from wherry.rehearse.overlay import limits_of

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""One that is surely here."""


@dataclass
class Heard:
    """What a build told."""

    lines: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        if isinstance(event, BuildLine):
            self.lines.append(event.message)
        elif isinstance(event, Remark):
            self.remarks.append(event.text)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a project; what begins with ``#!`` may be run."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        path.write_bytes(data)
        if data.startswith(b"#!"):
            path.chmod(0o755)
    return folder


def built(
    source: Path,
    cache: Path,
    heard: Heard,
    *,
    platform: str = "heroku:basic",
    overlay: Mapping[str, float] | None = None,
    env: Mapping[str, str] | None = None,
    fresh: bool = False,
) -> Slug:
    """Build a project."""
    target = hosts.get(platform)
    return build(
        source,
        target,
        limits_of(target, overlay),
        cache=cache,
        env=env,
        sink=heard,
        fresh=fresh,
    )


def refused(source: Path, cache: Path, **options: object) -> BuildFailed:
    """Build a project that cannot be built, and return why."""
    try:
        built(source, cache, Heard(), **options)  # type: ignore[arg-type]
    except BuildFailed as failure:
        return failure
    raise AssertionError(f"{source} was built.")


def unpacked(slug: Slug, into: Path) -> Path:
    """Unpack a slug and return the app's folder."""
    with tarfile.open(slug.path) as archive:
        archive.extractall(into, filter="data")
    return into / "app"


def contents(slug: Slug) -> dict[str, bytes | None]:
    """Return what a slug unpacks to, by path: the later of two entries counts; None for folders."""
    found: dict[str, bytes | None] = {}
    with tarfile.open(slug.path) as archive:
        for entry in archive:
            file = archive.extractfile(entry) if entry.isreg() and entry.size < 100_000 else None
            found[entry.name.removeprefix("./app/")] = None if file is None else file.read()
    return found


def run_in(app: Path, command: str, **variables: str) -> str:
    """Run a command in an unpacked app as a dyno does, and return what it prints."""
    script = 'for f in .profile.d/*.sh; do . "$f"; done; ' + command
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=app,
        env={"PATH": "/usr/bin:/bin", "HOME": str(app), "DYNO": "run.1", **variables},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
