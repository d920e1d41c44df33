"""Small real git repositories."""

import hashlib
import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, without this machine's settings, and return what it prints."""
    done = subprocess.run(
        ["git", "-c", "user.name=Rower", "-c", "user.email=rower@example.com", *arguments],
        cwd=folder,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "file",
        },
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def write(folder: Path, **files: str) -> None:
    """Write files; ``__`` stands for a slash, and ``_dot_`` for a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def repository(folder: Path, **files: str) -> Path:
    """Make a repository with one commit of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, **files)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    """Commit all that lies there."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Row on")


def pointer(data: bytes) -> str:
    """Return the Git LFS pointer of a file."""
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"


def names(folder: Path) -> list[str]:
    """Return what lies in a folder, links included."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )
