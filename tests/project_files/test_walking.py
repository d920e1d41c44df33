"""The walk: what git knows, what is followed, what is left out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project_files.reading import contents
from wherry.errors import InvalidInput
from wherry.project import git, walking
from wherry.project.ignoring import read_patterns
from wherry.project.project import read_project


def git_in(root: Path, *command: str) -> None:
    subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)


def test_git_tells_what_is_tracked_and_ignored(tmp_path: Path) -> None:
    contents(tmp_path, {"a.py": "", "b/kept.h5": "", ".gitignore": "*.h5\nout/\n"})
    git_in(tmp_path, "init", "-q")
    git_in(tmp_path, "add", "-A")
    git_in(tmp_path, "add", "-f", "b/kept.h5")
    found = contents(tmp_path, {"c.h5": "", "out/x.txt": "", "new.py": ""}).files

    assert found.git
    assert {entry.path: (entry.tracked, entry.ignored) for entry in found} == {
        ".gitignore": (True, False),
        "a.py": (True, False),
        "b/kept.h5": (True, False),
        "c.h5": (False, True),
        "new.py": (False, False),
        "out/x.txt": (False, True),
    }
    assert found.deployed("new.py") is not None
    assert found.deployed("c.h5") is None


def test_a_folder_inside_a_larger_repository(tmp_path: Path) -> None:
    contents(tmp_path, {"site/a.py": "", "site/b.h5": "", ".gitignore": "*.h5\n", "other.py": ""})
    git_in(tmp_path, "init", "-q")
    git_in(tmp_path, "add", "-A")
    found = contents(tmp_path / "site", {}).files

    assert {entry.path: entry.tracked for entry in found} == {"a.py": True, "b.h5": False}
    assert found.entries["b.h5"].ignored


def test_a_repository_without_anything_in_it_is_none(tmp_path: Path) -> None:
    git_in(tmp_path, "init", "-q")
    found = contents(tmp_path, {"a.py": "", "x.h5": "", ".gitignore": "*.h5\n"}).files

    assert not found.git
    assert found.entries["a.py"].tracked is None
    assert found.entries["x.h5"].ignored


def test_without_git_the_ignore_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents(tmp_path, {"a.py": "", ".gitignore": "a.py\n"})
    git_in(tmp_path, "init", "-q")
    git_in(tmp_path, "add", "-A")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    found = contents(tmp_path, {})

    assert [note.reason for note in found.skipped] == ["git is not installed here."]
    assert found.files.entries["a.py"].ignored


PATTERNS = (
    *("*.h5", "/a.h5", "models/", "models", "models/*", "models/**", "**/x.h5", "a/**/x.h5"),
    *("m?del.h5", "[ab].h5", "[!a].h5", "!a.h5", "#a", r"\#a", "a/x.h5", "./a.h5", "a b.h5"),
    *("*", "*/", "models/*.h5", "deep/er", r"\!a.h5", "a.h5 ", "[", "a[", "**", "**/models/"),
    *("**/a.h5/**", "a/**", "*/x.h5", "models/**/x.h5", "/**/x.h5", "m*l.h?", "a/*/c", "x/**/y.h5"),
)
PATHS = (
    *("a.h5", "b/a.h5", "models/x.h5", "models/deep/x.h5", "a/b/c/x.h5", "a/x.h5", "model.h5"),
    *("#a", "!a.h5", "a b.h5", "x/models/y.h5", "deep/er/z", "[", "a["),
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_as_git_reads_them(ignoring_git: dict[str, frozenset[str]], pattern: str) -> None:
    file = read_patterns(".gitignore", [pattern])

    assert {path for path in PATHS if file.ignores(path)} == ignoring_git[pattern]


@pytest.fixture(scope="module")
def ignoring_git(tmp_path_factory: pytest.TempPathFactory) -> dict[str, frozenset[str]]:
    """Return what git itself ignores, for every pattern."""
    root = tmp_path_factory.mktemp("git")
    git_in(root, "init", "-q")
    answers = {}
    for pattern in PATTERNS:
        (root / ".gitignore").write_text(f"{pattern}\n")
        done = subprocess.run(
            ["git", "check-ignore", "--no-index", "--stdin", "-z"],
            cwd=root,
            input="\0".join(PATHS).encode(),
            capture_output=True,
            check=False,
        )
        answers[pattern] = frozenset(done.stdout.decode().split("\0")) - {""}
    return answers


def test_the_last_pattern_decides() -> None:
    file = read_patterns(".gitignore", ["*.h5", "!keep.h5"])

    assert file.ignores("a.h5")
    assert not file.ignores("keep.h5")
    assert read_patterns(".slugignore", ["*.h5", "!keep.h5"], negation=False).ignores("keep.h5")


def test_a_pattern_that_is_made_to_be_slow_is_not() -> None:
    file = read_patterns(".gitignore", ["**/*/" * 30 + "*a*b*c*d*e*f*g*h", "*a" * 100 + "b"])

    assert not file.ignores("/".join(["a" * 255] * 12))


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.py").write_text("KEY = 'x'\n")
    root = tmp_path / "inside"
    contents(root, {"a.py": "x = 1\n"})
    (root / "loop").symlink_to(root)
    (root / "itself").symlink_to("itself")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "secret.py").symlink_to(tmp_path / "outside" / "secret.py")
    (root / "same.py").symlink_to("a.py")
    found = contents(root, {})

    assert set(found.files.paths) == {"a.py", "itself", "loop", "out", "same.py", "secret.py"}
    assert found.text("secret.py") is None
    assert found.text("itself") is None
    assert found.text("loop") is None
    same = found.text("same.py")
    assert same is not None
    assert same.content == "x = 1\n"
    assert {note.what for note in found.skipped} >= {"secret.py", "itself"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    contents(tmp_path, {"a/b.py": "", "c.py": ""})
    (tmp_path / "a").chmod(0)
    (tmp_path / "c.py").chmod(0)
    found = contents(tmp_path, {})
    (tmp_path / "a").chmod(0o755)

    assert found.text("c.py") is None
    assert {note.what for note in found.skipped} == {"a", "c.py"}


def test_a_pipe_and_an_odd_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("")
    found = contents(tmp_path, {})

    assert [note.what for note in found.skipped] == ["pipe"]
    assert [os.fsencode(path) for path in found.files.paths] == [b"caf\xe9.py"]


def test_too_many_files_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MOST_FILES", 10)
    found = contents(tmp_path, {f"{n}/{m}.py": "" for n in range(6) for m in range(6)})

    assert len(found.files) < 36
    assert "more than 10 files" in found.skipped[0].reason


def test_a_huge_file_is_no_text(tmp_path: Path) -> None:
    with (tmp_path / "settings.py").open("wb") as file:
        file.truncate(2_000_000_000)
    found = contents(tmp_path, {})

    assert found.text("settings.py") is None
    assert found.skipped[0].what == "settings.py"


def test_lfs_pointers(tmp_path: Path) -> None:
    pointer = (
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 12345\n"
    )
    found = contents(tmp_path, {"a.h5": pointer, "b.h5": "x" * 130, "c.txt": "version 1\n"}).files

    sizes = {entry.path: entry.lfs.size_bytes if entry.lfs else None for entry in found}
    assert sizes == {"a.h5": 12345, "b.h5": None, "c.txt": None}


def test_environments_are_listed_when_they_would_be_pushed(tmp_path: Path) -> None:
    inside = {"venv/pyvenv.cfg": "home = x\n", "venv/lib/a.py": "", "m.py": ""}
    pushed = contents(tmp_path / "a", inside).files
    ignored = contents(tmp_path / "b", {**inside, ".gitignore": "venv\n"}).files

    assert "venv/lib/a.py" in pushed
    assert [entry.path for entry in pushed.sources] == ["m.py"]
    assert "venv/lib/a.py" not in ignored
    assert ignored.environments == ("venv",)
    assert ignored.skipped_folders == ("venv",)


def test_a_strangers_git_configuration_runs_nothing(tmp_path: Path) -> None:
    git_in(tmp_path, "init", "-q")
    contents(tmp_path, {"a.py": ""})
    git_in(tmp_path, "add", "-A")
    mark = tmp_path / "ran"
    script = f"{sys.executable} -c \"open(r'{mark}', 'w')\" #"
    git_in(tmp_path, "config", "core.fsmonitor", script)

    assert git.look(tmp_path) is not None
    assert not mark.exists()


@pytest.mark.parametrize("app", ["..", "../x", "nowhere", "/etc"])
def test_the_app_is_a_folder_of_the_project(tmp_path: Path, app: str) -> None:
    with pytest.raises(InvalidInput):
        read_project(tmp_path, app)


def test_the_root_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(InvalidInput, match="is not there"):
        read_project(tmp_path / "nothing")
    with pytest.raises(InvalidInput, match="is a file"):
        read_project(tmp_path / "file")


def test_the_nearest_manage_py_is_the_app(tmp_path: Path) -> None:
    files = {"backend/manage.py": "", "backend/tests/site/manage.py": "", "a/b/c/manage.py": ""}

    assert contents(tmp_path, files).app == "backend"
    assert contents(tmp_path, {"manage.py": ""}).app == ""
    assert contents(tmp_path, {}, base="a").app == "a/b/c"
