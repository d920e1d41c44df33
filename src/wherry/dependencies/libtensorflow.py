"""Make a folder of TensorFlow's two libraries from its ordinary wheel."""

import errno
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from wherry.dependencies.download import NO_SPACE, Download, download
from wherry.dependencies.strip import strip
from wherry.dependencies.wheels import NEWEST, Wheel, table, wheel_of
from wherry.elf import NotElf
from wherry.errors import RuntimeMissing
from wherry.libtensorflow import (
    CC_LIBRARY,
    FETCH_FOLDER,
    FRAMEWORK_LIBRARY,
    LIBRARIES,
    STAMP,
    LibraryFile,
    Stamp,
    check_hashes,
    read_stamp,
)

_LOAD = """
import ctypes, hashlib, hmac, ssl, sys
ctypes.CDLL(sys.argv[1])
library = ctypes.CDLL(sys.argv[2])
library.TF_Version.restype = ctypes.c_char_p
print(library.TF_Version().decode())
"""


def fetch(version: str = NEWEST, to: Path | None = None) -> Stamp:
    """Make the folder ``to`` with the libraries of a TensorFlow version, and return its stamp.

    Only the two libraries are kept, without their symbol tables, and checked to load. A folder
    that already holds them is left as it is. Where this fails the folder is as it was before.

    Raises:
        RuntimeMissing: the version is unknown, this machine cannot use it, or it cannot be had.
    """
    return fetch_wheel(wheel_of(version), to or FETCH_FOLDER)


def fetch_wheel(wheel: Wheel, to: Path) -> Stamp:
    """Make the folder ``to`` with the libraries of one wheel; as ``fetch``."""
    _check_machine()
    target = to.absolute()
    _check_target(target)
    if (stamp := _present(target, wheel)) is not None:
        return stamp
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".tensorflow-", dir=target.parent) as staging:
            made = Path(staging, "made")
            stamp = _make(wheel, made, Path(staging))
            if target.exists():
                target.rename(Path(staging, "replaced"))
            made.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RuntimeMissing(NO_SPACE) from None
        raise RuntimeMissing(f"{target} cannot be written: {error}.") from None
    return stamp


def _check_machine() -> None:
    system, machine = platform.system(), platform.machine()
    if sys.platform == "linux" and machine in ("x86_64", "AMD64"):
        return
    if sys.platform == "linux" and machine == "aarch64":
        raise RuntimeMissing(
            "There is no tensorflow-cpu wheel for Linux on aarch64. Install tensorflow, whose "
            "wheel for it holds the same libraries: they are found there."
        )
    raise RuntimeMissing(
        f"TensorFlow's libraries are fetched for Linux on x86_64, and this is {system} on "
        f"{machine}. Fetch them where the app is built, or serve a .tflite or .onnx model here."
    )


def _check_target(target: Path) -> None:
    if target.is_dir():
        if any(target.iterdir()) and not (target / STAMP).is_file():
            raise RuntimeMissing(
                f"{target} is not empty and was not made by this command, so it is left alone. "
                "Give another folder."
            )
    elif target.exists() or target.is_symlink():
        raise RuntimeMissing(f"{target} is not a folder. Give another.")


def _present(target: Path, wheel: Wheel) -> Stamp | None:
    try:
        stamp = read_stamp(target)
        if stamp is None or stamp.wheel_sha256 != wheel.sha256:
            return None
        return check_hashes(target)
    except RuntimeMissing:
        return None  # damaged: made anew


def _make(wheel: Wheel, made: Path, staging: Path) -> Stamp:
    received = download(wheel, table(), staging)
    made.mkdir()
    stamp = Stamp(
        wheel.version,
        wheel.name,
        wheel.sha256,
        {name: _take(received, name, made) for name in LIBRARIES},
    )
    stamp.write(made)
    # Hundreds of megabytes that a build step makes again have no place in a repository.
    (made / ".gitignore").write_text("*\n")
    _check_loads(made, wheel)
    return stamp


def _take(received: Download, name: str, made: Path) -> LibraryFile:
    path = made / name
    try:
        with received.open(f"tensorflow/{name}") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        strip(path)
    except (KeyError, NotElf):
        raise RuntimeMissing(f"The wheel holds no usable {name}.") from None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return LibraryFile(path.stat().st_size, digest)


def _check_loads(folder: Path, wheel: Wheel) -> None:
    """Open the libraries in a process of its own, which may crash without harm."""
    command = [sys.executable, "-I", "-c", _LOAD]
    libraries = [str(folder / FRAMEWORK_LIBRARY), str(folder / CC_LIBRARY)]
    result = subprocess.run(
        [*command, *libraries], check=False, capture_output=True, text=True, errors="replace"
    )
    if result.returncode != 0 or result.stdout.strip() != wheel.version:
        said = (result.stderr.strip().splitlines() or [f"exit status {result.returncode}"])[-1]
        raise RuntimeMissing(
            f"The libraries of TensorFlow {wheel.version} do not load on this machine: {said}"
        )
