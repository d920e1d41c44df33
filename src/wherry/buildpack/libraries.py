"""TensorFlow's two libraries in the slug: from the installed wheel, or from the cache."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.installed import Environment, Installed
from wherry.dependencies import cuda
from wherry.dependencies.libtensorflow import fetch_wheel
from wherry.dependencies.strip import strip
from wherry.dependencies.wheels import NEWEST, Wheel, wheel_of
from wherry.elf import NotElf
from wherry.errors import RuntimeMissing
from wherry.libtensorflow import (
    FETCH_FOLDER,
    LIBRARIES,
    LibraryFile,
    Stamp,
    check_hashes,
    check_sizes,
    read_stamp,
)

FOLDER_VARIABLE: Final = "WHERRY_TENSORFLOW"
_INSTALLED: Final = "installed wheel"


def holder(environment: Environment, accelerator: str) -> Installed | None:
    """Return the installed package whose libraries will do: with code for cards if it is wanted."""
    folder = environment.site_packages / "tensorflow"
    if not all((folder / name).is_file() for name in LIBRARIES):
        return None
    fitting = (
        package
        for package in environment.tensorflows
        if accelerator == "cpu" or package.key not in cuda.CPU_BUILDS
    )
    return next(fitting, None)


def wheel_for(environment: Environment, accelerator: str) -> Wheel:
    """Return the wheel to fetch libraries from where none is installed that will do.

    Raises:
        BuildFailed: the installed version is not known with code for cards.
    """
    if accelerator == "cpu":
        return wheel_of(NEWEST)
    version = next((package.version for package in environment.tensorflows), NEWEST)
    build = cuda.build_of(cuda.TENSORFLOW, version)
    if build is None:
        raise BuildFailed(
            f"TensorFlow {version} with code for cards is not known here; `wherry buildpack cuda` "
            "lists those that are."
        )
    return build.wheel


def provide(environment: Environment, cache: Path, accelerator: str) -> None:
    """See to it that this process finds libraries, to read a SavedModel's signatures with.

    Raises:
        BuildFailed: they cannot be had.
    """
    if holder(environment, "cpu") is None and not os.environ.get(FOLDER_VARIABLE):
        wheel = wheel_for(environment, accelerator)
        os.environ[FOLDER_VARIABLE] = str(_kept(cache, wheel))


def _kept(cache: Path, wheel: Wheel) -> Path:
    """Return the folder of the cache with a wheel's libraries, whole."""
    kept = cache / "tensorflow" / f"{wheel.package}-{wheel.version}"
    try:
        fetch_wheel(wheel, kept)
    except RuntimeMissing as error:
        raise BuildFailed(f"A model here runs on TensorFlow's libraries: {error}") from None
    return kept


def from_wheel(installed: Path, version: str, build: Path) -> tuple[Stamp, int]:
    """Put the libraries of an installed wheel, stripped, where Wherry looks for them.

    They are moved, which takes no time. Where an installer linked them to its cache they are
    copied, and what lies there stays as it is. Also returns the bytes that were moved away.

    Raises:
        BuildFailed: the wheel has no such libraries; those before TensorFlow 2.12 have none.
    """
    target = build / FETCH_FOLDER
    target.parent.mkdir(parents=True, exist_ok=True)
    sizes = {name: (installed / name).stat().st_size for name in LIBRARIES}
    with tempfile.TemporaryDirectory(prefix=".tensorflow-", dir=target.parent) as staging:
        made = Path(staging, "made")
        made.mkdir()
        files = {name: _stripped(installed / name, made / name, version) for name in LIBRARIES}
        stamp = Stamp(version, _INSTALLED, "", files)
        stamp.write(made)
        if target.exists():
            target.rename(Path(staging, "replaced"))
        made.rename(target)
    moved = (size for name, size in sizes.items() if not (installed / name).exists())
    return stamp, sum(moved)


def _stripped(source: Path, target: Path, version: str) -> LibraryFile:
    try:
        if source.stat().st_nlink == 1:
            shutil.move(source, target)
        else:
            shutil.copyfile(source, target)
        strip(target)
    except (FileNotFoundError, NotElf):
        raise BuildFailed(
            f"TensorFlow {version} has no usable {source.name} to serve SavedModels with; 2.12.1 "
            "and later have it. Require a later one, or none: the libraries are then fetched."
        ) from None
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return LibraryFile(target.stat().st_size, digest)


def from_cache(cache: Path, build: Path, wheel: Wheel) -> tuple[Stamp, bool]:
    """Put fetched libraries where Wherry looks for them; also whether the cache had them.

    Raises:
        BuildFailed: they cannot be had.
    """
    had = (cache / "tensorflow" / f"{wheel.package}-{wheel.version}").is_dir()
    kept = _kept(cache, wheel)
    target = build / FETCH_FOLDER
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(kept, target)
    stamp = check_sizes(target)
    if stamp is None:
        raise BuildFailed(f"{target} was not written whole. Build again.")
    return stamp, had


def present(build: Path) -> Stamp | None:
    """Return the stamp of libraries that are there already; None where none are, or not whole."""
    folder = build / FETCH_FOLDER
    try:
        return check_hashes(folder) if read_stamp(folder) is not None else None
    except RuntimeMissing:
        return None
