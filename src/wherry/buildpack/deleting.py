"""Take an installed package out of the slug: its files, by the record that its installer left."""

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wherry.buildpack.installed import Environment, Installed


@dataclass(frozen=True, slots=True)
class Removed:
    """A package that was taken out."""

    name: str
    version: str
    size_bytes: int


def remove(package: Installed, environment: Environment) -> Removed:
    """Delete a package's files: whole folders where they are its alone, else one by one."""
    root = environment.site_packages.resolve()
    whole = {
        top
        for top in package.tops
        if environment.owners(top) == {package.key} and _is_folder(root / top)
    }
    size_bytes = 0
    for top in sorted(whole):
        size_bytes += sum(_sizes(root / top))
        shutil.rmtree(root / top)
    rest = tuple(name for name in package.files if name.partition("/")[0] not in whole)
    size_bytes += remove_files(package, environment, rest).size_bytes
    return Removed(package.key, package.version, size_bytes)


def remove_files(package: Installed, environment: Environment, names: Iterable[str]) -> Removed:
    """Delete some of a package's files with their bytecode, and the folders that are empty then."""
    root = environment.site_packages.resolve()
    # A record may name scripts beside the packages, and nothing outside of this Python.
    home = root.parents[2] if len(root.parents) > 2 else root
    size_bytes = 0
    folders: set[Path] = set()
    for name in names:
        path = root / name
        if path.parent.resolve().is_relative_to(home):
            size_bytes += sum(_delete(each) for each in (path, *_bytecode(path)))
            folders |= {path.parent, path.parent / "__pycache__"}
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        _delete_empty(folder, root)
    return Removed(package.key, package.version, size_bytes)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _sizes(folder: Path) -> Iterator[int]:
    # Thousands of files: with strings it takes a tenth of the time.
    for inside, _, names in os.walk(folder):
        for name in names:
            yield os.lstat(f"{inside}/{name}").st_size


def _bytecode(path: Path) -> Iterator[Path]:
    if path.suffix == ".py":
        yield from (path.parent / "__pycache__").glob(f"{path.stem}.cpython-*.pyc")


def _delete(path: Path) -> int:
    try:
        size_bytes = path.lstat().st_size
        path.unlink()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        return 0
    return size_bytes


def _delete_empty(folder: Path, root: Path) -> None:
    while folder != root and folder.is_relative_to(root):
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return
        folder = folder.parent
