"""Where a build takes place, and how its commands are run."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wherry.buildrules import environment as buildpack_environment
from wherry.buildrules.hooks import UNSAFE
from wherry.buildrules.listing import LONGEST_BYTES, READ, Listing
from wherry.buildrules.refusal import Refusal
from wherry.platforms.hosts import Target
from wherry.rehearse.build import troubles
from wherry.rehearse.build.failed import BuildFailed
from wherry.rehearse.build.log import BuildLog
from wherry.rehearse.build.network import network_variables
from wherry.rehearse.build.packing import scan
from wherry.rehearse.build.running import Deadline, Environment, TimedOut, run
from wherry.rehearse.overlay import Limits

# What a build finds beside its own Python: never this user's shims and local programs.
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MOST_REMEMBERED: Final = 400


@dataclass
class Site:
    """A build that is going on.

    Attributes:
        root: The app's tree, which becomes the slug.
        work: What lies beside it, and is thrown away: the home folder, config vars as files.
        cache: What is kept from run to run.
        variables: The config vars.
        inherited: What the buildpacks before this one exported.
    """

    root: Path
    work: Path
    cache: Path
    target: Target
    limits: Limits
    variables: Mapping[str, str]
    log: BuildLog
    deadline: Deadline
    stack: str = ""
    commit: str = ""
    inherited: dict[str, str] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        """Where the slug's Python lies."""
        return self.root / buildpack_environment.PYTHON

    @property
    def program(self) -> str:
        """The slug's Python."""
        return str(self.python / "bin" / "python")

    def listing(self) -> Listing:
        """Return what lies in the app's tree now."""
        paths = scan(self.root, skip=lambda path: path == buildpack_environment.PYTHON)
        if self.python.exists():
            paths.append(f"{buildpack_environment.PYTHON}/bin")
        files = frozenset(path for path in paths if not (self.root / path).is_dir())
        return Listing(files, {name: self._text(name) for name in READ if name in files})

    def _text(self, name: str) -> bytes:
        path = self.root / name
        if not path.resolve().is_relative_to(self.root.resolve()) or not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(LONGEST_BYTES)

    def quiet(self, **more: str) -> Environment:
        """Return what an installer sees: the network, and no config var."""
        variables = {
            **buildpack_environment.BUILD,
            **network_variables(),
            **self._of_platform(),
            **self.inherited,
        }
        path = f"{self.python / 'bin'}:{variables.get('PATH', PATH)}"
        library = ":".join(
            filter(None, (f"{self.python / 'lib'}", variables.get("LD_LIBRARY_PATH")))
        )
        return Environment(
            self.root, {**variables, "PATH": path, "LD_LIBRARY_PATH": library, **more}
        )

    def open(self, **more: str) -> Environment:
        """Return what the project's own scripts see: the config vars too."""
        shown = {name: value for name, value in self.variables.items() if name not in UNSAFE}
        return self.quiet(**{**shown, **more})

    def _of_platform(self) -> dict[str, str]:
        return {
            "HOME": str(self.work / "home"),
            "TMPDIR": str(self.work / "tmp"),
            "STACK": self.stack,
            "REQUEST_ID": "rehearsal",
            "SOURCE_VERSION": self.commit,
            "BUILD_DIR": str(self.root),
            "CACHE_DIR": str(self.work / "cache"),
            "ENV_DIR": str(self.work / "env"),
            "PATH": PATH,
        }

    def run(
        self,
        command: Sequence[str | Path],
        environment: Environment,
        *,
        dropped: str = "",
        say: Callable[[str], None] | None = None,
    ) -> tuple[int, str]:
        """Run a command with its output in the log; return its exit status and its last lines.

        Raises:
            BuildFailed: it took longer than the platform waits, or the disk is full.
        """
        said: list[str] = []
        out = re.compile(dropped) if dropped else None
        tell = say or self.log.indent

        def hear(line: str) -> None:
            said.append(line)
            del said[:-_MOST_REMEMBERED]
            if out is None or not out.search(line):
                tell(line)

        try:
            status = run(command, environment, hear, self.deadline)
        except TimedOut:
            raise self._timed_out() from None
        output = "\n".join(said)
        if status and troubles.says_full(output):
            raise troubles.full(self.log, self.cache)
        return status, output

    def _timed_out(self) -> BuildFailed:
        minutes = self.deadline.length_s / 60
        return self.log.refuse(
            Refusal(
                (f"Timed out compiling Python app ({minutes:g} minutes)",),
                "build-timeout",
                "build-timeout",
            )
        )


def prepare(work: Path, variables: Mapping[str, str]) -> None:
    """Make the folders beside the app's tree, and write the config vars as files."""
    for name in ("home", "tmp", "cache", "env"):
        (work / name).mkdir(parents=True, exist_ok=True)
    for name, value in variables.items():
        if name.replace("_", "a").isalnum():
            path = work / "env" / name
            path.touch(0o600)
            path.write_text(value, "utf-8")
