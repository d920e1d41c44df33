"""The folder of weights that several processes map: made once, checked, never stale.

An entry is made for one content of the model's files, one processor and one version of the
library, so that a change of any of them makes another entry. It is made by a child process, for
the code that makes it may crash on a model, and peaks at several times the model's size.
"""

import fcntl
import hashlib
import json
import logging
import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from wherry import __version__
from wherry.runtimes.protocol import LoadOptions, Sample

logger = logging.getLogger("wherry")

MINIMUM_BYTES = 20 * 2**20
"""Weights smaller than this stay private: sharing them would not be worth its conditions."""

_SHARED = "shared"
_VERDICT = "verdict"
_BUILD_LIMIT_S = 20.0


def shared_weights(
    runtime: str, model: Path, options: LoadOptions, *, library: str, files: Sequence[Path]
) -> Path | None:
    """Return the folder of this model's shared weights, after making it if there is none.

    Args:
        runtime: Name of the runtime that makes and reads the weights.
        model: The model file.
        options: How it is loaded; ``weight_cache`` is the folder that holds all entries.
        library: Name and version of the library.
        files: Every file that the model consists of.

    Returns:
        None where weights stay private: no folder was given, they are small, or the answers
        with shared weights are not those without.
    """
    cache = options.weight_cache
    # Weights stored as float16 take twice their space in a file once they are in use.
    if cache is None or sum(file.stat().st_size for file in files) < MINIMUM_BYTES // 2:
        return None
    if not _is_private(cache):
        logger.warning(
            "Weights are not shared: others may write to %s; give it to this user alone, "
            "with mode 0700.",
            cache,
        )
        return None
    entry = cache / entry_name(library, files)
    with _alone(entry.with_suffix(".lock")):
        if not (entry / _VERDICT).exists():
            _make(entry, runtime, model, options)
    verdict = (entry / _VERDICT).read_text()
    if verdict == _SHARED:
        return entry
    logger.info("The weights of %s are not shared: %s", model.name, verdict)
    return None


def entry_name(library: str, files: Sequence[Path]) -> str:
    """Return the name of the entry for these contents, this processor and this library."""
    key = hashlib.sha256()
    for part in (__version__, library, _processor()):
        key.update(part.encode() + b"\0")
    for file in files:
        key.update(file.name.encode() + b"\0")
        with file.open("rb") as stream:
            key.update(hashlib.file_digest(stream, "sha256").digest())
    return key.hexdigest()


def _processor() -> str:
    """Return what tells processors apart that may run different kernels."""
    try:
        first = Path("/proc/cpuinfo").read_text().split("\n\n", 1)[0]
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    telling = ("vendor_id", "cpu family", "model", "stepping", "flags", "Features", "CPU ")
    lines = [line for line in first.splitlines() if line.startswith(telling)]
    return "\n".join([platform.machine(), *lines])


def _is_private(folder: Path) -> bool:
    """Whether only this user can write there: the weights are used as they are found."""
    status = folder.stat()
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process works on the entry; a killed one lets go by itself."""
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make(entry: Path, runtime: str, model: Path, options: LoadOptions) -> None:
    """Make the entry beside its place and rename it there, so that it is whole or absent."""
    for left_over in entry.parent.glob(f"{entry.name}.*.part"):
        shutil.rmtree(left_over, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=f"{entry.name}.", suffix=".part", dir=entry.parent))
    verdict = _build(part, runtime, model, options)
    if verdict != _SHARED:
        shutil.rmtree(part)
        part.mkdir(mode=0o700)
    (part / _VERDICT).write_text(verdict)
    part.rename(entry)


def _build(part: Path, runtime: str, model: Path, options: LoadOptions) -> str:
    """Run ``build`` in a process of its own; return ``_SHARED`` or why not."""
    write_samples(part, options.samples)
    command = [sys.executable, "-P", "-m", "wherry.runtimes.weights.build"]
    arguments = [runtime, str(model.resolve()), str(part.resolve()), str(options.threads)]
    try:
        done = subprocess.run(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_BUILD_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"they could not be made ({error})."
    if done.returncode == 0:
        return _SHARED
    said = done.stdout.decode(errors="replace").strip()
    return said or f"they could not be made (exit status {done.returncode})."


def write_samples(folder: Path, samples: Sequence[Sample]) -> None:
    """Store warm-up samples for the child process; those with strings are left out."""
    kept = [
        (signature, inputs)
        for signature, inputs in samples
        if all(array.dtype != object for array in inputs.values())
    ]
    names = [[signature, list(inputs)] for signature, inputs in kept]
    (folder / "samples.json").write_text(json.dumps(names))
    for number, (_, inputs) in enumerate(kept):
        for place, array in enumerate(inputs.values()):
            np.save(folder / f"sample-{number}-{place}.npy", array, allow_pickle=False)


def read_samples(folder: Path) -> list[Sample]:
    """Read what ``write_samples`` stored."""
    names = json.loads((folder / "samples.json").read_text())
    return [
        (
            signature,
            {
                name: np.load(folder / f"sample-{number}-{place}.npy", allow_pickle=False)
                for place, name in enumerate(inputs)
            },
        )
        for number, (signature, inputs) in enumerate(names)
    ]
