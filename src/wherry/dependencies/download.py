"""Get one wheel with the installer that is here, pip or uv, so that the user's settings count:
index, proxy, certificates, credentials.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from wherry.dependencies.wheels import Wheel, WheelTable
from wherry.errors import RuntimeMissing

_HASH_MISMATCH = re.compile(r"DO NOT MATCH THE HASHES|hash mismatch", re.IGNORECASE)
_NO_SPACE = re.compile(r"No space left on device|Errno 28|os error 28", re.IGNORECASE)
_DECORATION = re.compile(r"^\W*(?:(?:error|warning|cause|caused by):\s*)?", re.IGNORECASE)


class Download:
    """A wheel's files on this machine, as one of the installers left them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def open(self, member: str) -> Iterator[IO[bytes]]:
        """Open one file of the wheel, by its path in it.

        Raises:
            KeyError: the wheel has no such file.
        """
        wheels = sorted(self._folder.glob("*.whl"))
        if wheels:
            with zipfile.ZipFile(wheels[0]) as archive, archive.open(member) as file:
                yield file
            return
        path = self._folder / member
        if not path.is_file():
            raise KeyError(member)
        with path.open("rb") as file:
            yield file


def download(wheel: Wheel, table: WheelTable, folder: Path) -> Download:
    """Get the wheel into ``folder``; its hash is checked on the way. Nothing else is written.

    Raises:
        RuntimeMissing: it cannot be had; the sentence quotes the installer.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    content = folder / "wheel"
    scratch = folder / "scratch"
    scratch.mkdir()
    command = _command(requirements, content, table)
    result = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        # Beside the target, where there is space for it: /tmp is small on many hosts.
        env=os.environ | {"TMPDIR": str(scratch)},
    )
    if result.returncode != 0:
        raise RuntimeMissing(_failure(wheel, result.stdout))
    return Download(content)


def _command(requirements: Path, content: Path, table: WheelTable) -> list[str]:
    exactly = ["--no-deps", "--require-hashes", "-r", str(requirements), "--only-binary", ":all:"]
    if importlib.util.find_spec("pip") is not None:
        platforms = [word for name in table.platforms for word in ("--platform", name)]
        return [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-cache-dir", "--no-input"),
            *("--disable-pip-version-check", "--dest", str(content)),
            *("--implementation", "cp", "--python-version", table.python, *platforms, *exactly),
        ]
    if uv := os.environ.get("UV") or shutil.which("uv"):
        return [
            *(uv, "pip", "install", "--quiet", "--no-cache"),
            *("--python", sys.executable, "--target", str(content)),
            *("--python-version", table.python, "--python-platform", "x86_64-manylinux_2_28"),
            *exactly,
        ]
    raise RuntimeMissing(
        "Neither pip nor uv is here to download TensorFlow's wheel with. Install one of them, "
        "or make the folder on another machine and copy it."
    )


def _failure(wheel: Wheel, output: str) -> str:
    if _NO_SPACE.search(output):
        return NO_SPACE
    if _HASH_MISMATCH.search(output):
        return (
            f"The wheel of {wheel.package} {wheel.version} that the package index gave is not the "
            f"expected one (sha256 {wheel.sha256}): it was damaged on its way, or the index holds "
            "another file. Try again; if it stays so, ask who runs the index."
        )
    lines = [_DECORATION.sub("", line.strip()) for line in output.splitlines()]
    said = next((line for line in reversed(lines) if line), "it gave no reason")
    return f"{wheel.package} {wheel.version} could not be downloaded: {said.rstrip('.')}."


NO_SPACE = (
    "There is no space left on this disk. Fetching TensorFlow's libraries needs up to 2.5 GB for "
    "a while, and 650 MB after."
)
