"""What git knows of a folder, asked with two calls; a project without git is no obstacle."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LONGEST_CALL_S: Final = 20.0


@dataclass(frozen=True)
class GitView:
    """What git says of a folder.

    Attributes:
        tracked: Paths relative to the folder, with forward slashes.
        ignored_files: Files that an ignore file keeps out.
        ignored_folders: Folders of which everything is kept out, without a slash at the end.
        problem: Why git could not be asked, in a sentence; "" where it could.
    """

    tracked: frozenset[str] = frozenset()
    ignored_files: frozenset[str] = frozenset()
    ignored_folders: tuple[str, ...] = ()
    problem: str = ""


def look(root: Path) -> GitView | None:
    """Return what git knows of the folder; None where there is no repository or no git.

    A repository in which nothing is tracked counts as none: nothing can be missing from it.
    """
    if not _in_repository(root):
        return None
    tracked = _paths(root, "--cached")
    if isinstance(tracked, str):
        return GitView(problem=tracked)
    if not tracked:
        return None
    ignored = _paths(root, "--others", "--ignored", "--exclude-standard", "--directory")
    if isinstance(ignored, str):
        return GitView(frozenset(tracked), problem=ignored)
    return GitView(
        frozenset(tracked),
        frozenset(path for path in ignored if not path.endswith("/")),
        tuple(path.rstrip("/") for path in ignored if path.endswith("/")),
    )


def _in_repository(root: Path) -> bool:
    # A repository above the folder that ignores the whole of it is somebody else's, and git then
    # lists nothing as tracked, which look() takes for none.
    return any((folder / ".git").exists() for folder in (root, *root.parents))


def _paths(root: Path, *options: str) -> list[str] | str:
    """Return the paths that ``git ls-files`` lists, or why it did not."""
    # The folder is a stranger's: no hook, no helper and no file monitor of its configuration runs.
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "ls-files"]
    try:
        done = subprocess.run(
            [*command, "-z", *options],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST_CALL_S,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            check=False,
        )
    except FileNotFoundError:
        return "git is not installed here."
    except subprocess.TimeoutExpired:
        return f"git did not answer within {_LONGEST_CALL_S:g} s."
    except OSError as problem:
        return f"git could not be run: {problem.strerror}."
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return f"git said: {said[0] if said else f'exit {done.returncode}'}"
    return [os.fsdecode(path) for path in done.stdout.split(b"\0") if path]
