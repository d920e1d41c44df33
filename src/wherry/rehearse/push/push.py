"""``push``: put what the platform would get into a folder."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from wherry.errors import InvalidInput
from wherry.project.ignoring import read_patterns
from wherry.rehearse.push import copying, git
from wherry.rehearse.push.exporting import Exported, export
from wherry.rehearse.push.pushed import Pushed, PushFailed

_SLUGIGNORE: Final = ".slugignore"
_MOST_NAMED: Final = 1000


@dataclass(frozen=True, slots=True)
class _State:
    """How the folder differs from its commit."""

    uncommitted: tuple[str, ...]
    untracked: tuple[str, ...]


def push(
    folder: Path,
    into: Path,
    *,
    working_tree: bool = False,
    limit_bytes: int | None = None,
    slugignore: bool = True,
) -> Pushed:
    """Put what a push takes along into the empty folder ``into``, and say what it left.

    A push takes HEAD, not the folder: with its submodules, with Git LFS's pointers as they are,
    and without what .slugignore names. Below the root of a repository, only that folder is taken,
    as ``git subtree push`` does.

    Args:
        folder: The project's.
        into: An empty folder, or one that is yet to be made.
        working_tree: Take the folder as it lies, as if all of it were committed.
        limit_bytes: More than the platform takes, without compression.
        slugignore: Whether the platform reads .slugignore; Fir and other hosts do not.

    Raises:
        InvalidInput: there is no such folder.
        PushFailed: there is nothing that can be pushed.
    """
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.")
    folder = folder.resolve()
    try:
        into.mkdir(parents=True, exist_ok=True)
        if working_tree:
            copied = copying.copy(folder, into, limit_bytes)
            pushed = Pushed(
                into,
                size_bytes=copied.size_bytes,
                files=copied.files,
                pointers=_pointers(copied.pointers),
                remarks=("The folder was taken as it lies; a push takes the last commit.",),
            )
        else:
            pushed = _commit(folder, into, limit_bytes)
        return _without_ignored(pushed) if slugignore else pushed
    except OSError as error:
        raise PushFailed(f"{into} cannot be written to: {error.strerror}.") from None


def _commit(folder: Path, into: Path, limit_bytes: int | None) -> Pushed:
    prefix = _prefix(folder)
    commit = git.ask(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if not commit:
        raise PushFailed(
            f"The repository of {folder} has no commit yet, and a push takes the last one. Commit "
            "first, or take the folder as it lies: --working-tree."
        )
    top = Path(git.ask(folder, "rev-parse", "--show-toplevel"))
    tree = f"{commit}:{prefix}" if prefix else f"{commit}^{{tree}}"
    if prefix and git.ask(folder, "cat-file", "-t", tree) != "tree":
        raise PushFailed(
            f"The last commit does not hold the folder {prefix}. Commit it, or take it as it lies: "
            "--working-tree."
        )
    # Submodules are found beside the folder that is exported.
    exported = export(folder if prefix else top, tree, into, limit_bytes)
    if not exported.files:
        raise PushFailed(f"The last commit of {folder} holds no files.")
    state = _state(folder, exported)
    return Pushed(
        into,
        commit=commit,
        branch=git.ask(folder, "symbolic-ref", "--quiet", "--short", "HEAD"),
        size_bytes=exported.size_bytes,
        files=exported.files,
        uncommitted=state.uncommitted,
        untracked=state.untracked,
        pointers=_pointers(exported.pointers),
        submodules=tuple(exported.submodules),
        remarks=tuple(_remarks(prefix, exported)),
    )


def _prefix(folder: Path) -> str:
    """Return the folder's path within its repository; "" for the root of it."""
    try:
        return git.call(folder, "rev-parse", "--show-prefix").decode().strip().strip("/")
    except PushFailed as problem:
        if "not a git repository" not in str(problem):
            raise
        raise PushFailed(
            f"{folder} is not in a git repository, and a push takes the last commit of one. Make "
            "one (git init; git add --all; git commit), or take the folder as it lies: "
            "--working-tree."
        ) from None


def _remarks(prefix: str, exported: Exported) -> list[str]:
    found = []
    if prefix:
        found.append(
            f"Only the folder {prefix} of the repository was pushed; `git push` takes the whole "
            f"of it, `git subtree push --prefix {prefix}` this part."
        )
    found += [
        f"The submodule {path} is not here (git submodule update --init); the host fetches it."
        for path in exported.missing
    ]
    return found


def _state(folder: Path, exported: Exported) -> _State:
    """Return what the working tree has that the commit has not."""
    options = git.without_filters(folder)
    try:
        listed = git.call(
            folder,
            *options,
            "status",
            "--porcelain=v1",
            "-z",
            "--untracked-files=normal",
            "--",
            ".",
        )
        prefix = git.call(folder, "rev-parse", "--show-prefix").decode().strip()
    except PushFailed:
        return _State((), ())
    uncommitted, untracked = [], []
    entries = iter(git.paths(listed))
    for entry in entries:
        status, path = entry[:2], entry[3:].removeprefix(prefix)
        if status[0] in "RC":
            next(entries, None)  # what it was called before
        if status == "??":
            untracked.append(path)
        elif not _is_pointer(folder, path, exported):
            uncommitted.append(path)
    return _State(tuple(uncommitted[:_MOST_NAMED]), tuple(untracked[:_MOST_NAMED]))


def _is_pointer(folder: Path, path: str, exported: Exported) -> bool:
    """Whether it only seems to differ, since here lies the file that a pointer stands for."""
    size = exported.pointers.get(path)
    try:
        return size is not None and (folder / path).stat().st_size == size
    except OSError:
        return False


def _pointers(found: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(found.items()))


def _without_ignored(pushed: Pushed) -> Pushed:
    """Take out what .slugignore names, before any buildpack sees it."""
    path = pushed.folder / _SLUGIGNORE
    if path.is_symlink() or not path.is_file():
        return pushed
    lines = path.read_text("utf-8", "replace").splitlines()
    ignore = read_patterns(_SLUGIGNORE, lines, negation=False)
    gone = []
    for place in sorted(pushed.folder.rglob("*"), key=lambda place: -len(place.parts)):
        name = place.relative_to(pushed.folder).as_posix()
        if place.is_dir() and not place.is_symlink():
            if not any(place.iterdir()):
                place.rmdir()
        elif ignore.ignores(name):
            place.unlink()
            gone.append(name)
    return replace(
        pushed,
        files=pushed.files - len(gone),
        slugignored=tuple(sorted(gone)[:_MOST_NAMED]),
        pointers=tuple(item for item in pushed.pointers if item[0] not in set(gone)),
    )
