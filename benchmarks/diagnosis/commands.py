"""Runs one command of a repaired project, and keeps what it said."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LAST: Final = 160
# What whoever runs this has set for pip, uv, Python and Django is not the host's.
_OURS: Final = ("PIP_", "UV_", "PYTHON", "DJANGO_", "VIRTUAL_ENV", "CONDA_", "WHERRY_")
_KEPT: Final = frozenset(("PIP_CERT", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "UV"))


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command."""

    status: int
    said: str

    @property
    def complaint(self) -> str:
        """The line that says best why it failed."""
        return complaint(self.said)


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    variables: Mapping[str, str],
    log: Path,
    timeout_s: float,
) -> Done:
    """Run a command to its end, or until its time is up."""
    with log.open("a", encoding="utf-8") as file:
        print("$", *command, file=file, flush=True)
        try:
            done = subprocess.run(
                [str(word) for word in command],
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Done(-1, f"not done within {timeout_s:.0f} s")
        said = done.stdout.decode(errors="replace")
        print(said, f"= {done.returncode}", file=file)
    return Done(done.returncode, said)


def clean(**added: str) -> dict[str, str]:
    """Return this process's environment without what is set for its own tools."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or not name.startswith(_OURS)
    }
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **added}


def complaint(said: str) -> str:
    """Return the last line that names an error, or else the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line or line.lower().startswith("error")]
    # After a traceback in a process that gunicorn watches comes only what gunicorn makes of it.
    raised = [line for line in errors if not line.startswith(("[", "WARNING"))]
    return next(iter([*raised[-1:], *errors[-1:], *lines[-1:]]), "")[:_LAST]
