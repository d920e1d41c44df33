"""A push takes the last commit, and says what it leaves."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.rehearse.push.repositories import commit, git, names, pointer, repository, write
from wherry.errors import InvalidInput
from wherry.rehearse.push.push import push
from wherry.rehearse.push.pushed import PushFailed


def test_a_clean_repository(tmp_path: Path) -> None:
    here = repository(tmp_path / "app", manage_dot_py="x", site__urls_dot_py="y")
    pushed = push(here, tmp_path / "out")
    assert names(pushed.folder) == ["manage.py", "site/urls.py"]
    assert pushed.commit == git(here, "rev-parse", "HEAD").strip()
    assert pushed.branch == "main"
    assert (pushed.size_bytes, pushed.files) == (2, 2)
    assert not pushed.working_tree
    for nothing in (pushed.uncommitted, pushed.untracked, pushed.pointers, pushed.remarks):
        assert nothing == ()


def test_what_is_not_committed_stays_and_is_said(tmp_path: Path) -> None:
    here = repository(tmp_path / "app", a_dot_py="old", b_dot_py="b", c_dot_py="c")
    write(here, a_dot_py="new", new__d_dot_py="d", _dot_gitignore="*.log\n", x_dot_log="")
    (here / "b.py").unlink()
    git(here, "mv", "c.py", "e.py")
    pushed = push(here, tmp_path / "out")
    assert (pushed.folder / "a.py").read_text() == "old"
    assert names(pushed.folder) == ["a.py", "b.py", "c.py"]
    assert pushed.uncommitted == ("a.py", "b.py", "e.py")
    assert pushed.untracked == (".gitignore", "new/")


def test_modes_links_and_attributes(tmp_path: Path) -> None:
    here = repository(
        tmp_path / "app",
        run="#!/bin/sh\n",
        kept__a="$Id$ \r\n",
        _dot_gitattributes="kept/a export-ignore ident text eol=crlf\n",
    )
    (here / "run").chmod(0o755)
    (here / "link").symlink_to("kept/a")
    commit(here)
    out = push(here, tmp_path / "out").folder
    assert os.access(out / "run", os.X_OK)
    assert not os.access(out / ".gitattributes", os.X_OK)
    assert (out / "link").readlink() == Path("kept/a")
    blob = subprocess.run(
        ["git", "cat-file", "blob", "HEAD:kept/a"], cwd=here, capture_output=True, check=True
    )
    assert (out / "kept" / "a").read_bytes() == blob.stdout


def test_pointers_stay_pointers(tmp_path: Path) -> None:
    model = b"\0" * 50_000
    here = repository(
        tmp_path / "app",
        model_dot_keras=pointer(model),
        _dot_gitattributes="*.keras filter=lfs diff=lfs merge=lfs -text\n",
    )
    # As Git LFS leaves it: the file lies here, and git holds the pointer.
    (here / "model.keras").write_bytes(model)
    pushed = push(here, tmp_path / "out")
    assert (pushed.folder / "model.keras").read_text() == pointer(model)
    assert pushed.pointers == (("model.keras", 50_000),)
    assert pushed.uncommitted == ()


def test_no_filter_of_the_repository_runs(tmp_path: Path) -> None:
    here = repository(tmp_path / "app", a_dot_txt="a", _dot_gitattributes="*.txt filter=evil\n")
    ran = tmp_path / "ran"
    for name in ("clean", "smudge", "process"):
        git(here, "config", f"filter.evil.{name}", f"touch {ran}; cat")
    git(here, "config", "core.fsmonitor", f"touch {ran}")
    write(here, a_dot_txt="b")
    pushed = push(here, tmp_path / "out")
    assert pushed.uncommitted == ("a.txt",)
    assert not ran.exists()


def test_submodules(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", lib_dot_py="inner")
    here = repository(tmp_path / "app", a_dot_py="a")
    git(
        here,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "--quiet",
        str(inner),
        "vendor/lib",
    )
    commit(here)
    pushed = push(here, tmp_path / "out")
    assert names(pushed.folder) == [".gitmodules", "a.py", "vendor/lib/lib.py"]
    assert pushed.submodules == ("vendor/lib",)


def test_a_submodule_that_is_not_here(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", lib_dot_py="inner")
    here = repository(tmp_path / "app", a_dot_py="a")
    git(here, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(inner), "lib")
    commit(here)
    git(here, "submodule", "deinit", "--force", "--all")
    pushed = push(here, tmp_path / "out")
    assert pushed.submodules == ()
    assert "The submodule lib is not here" in pushed.remarks[0]


def test_slugignore(tmp_path: Path) -> None:
    here = repository(
        tmp_path / "app",
        _dot_slugignore="*.ipynb\n/data\n!data/keep.csv\n",
        a_dot_ipynb="{}",
        deep__b_dot_ipynb="{}",
        data__keep_dot_csv="1",
        site__data__c_dot_csv="2",
        manage_dot_py="",
    )
    pushed = push(here, tmp_path / "out")
    assert names(pushed.folder) == [".slugignore", "manage.py", "site/data/c.csv"]
    assert pushed.slugignored == ("a.ipynb", "data/keep.csv", "deep/b.ipynb")
    assert not (pushed.folder / "data").exists()
    assert pushed.files == 3
    whole = push(here, tmp_path / "whole", slugignore=False)
    assert len(names(whole.folder)) == 6


def test_a_folder_below_the_root(tmp_path: Path) -> None:
    here = repository(tmp_path / "app", README_dot_md="", backend__manage_dot_py="x")
    write(here, README_dot_md="changed", backend__new_dot_py="")
    pushed = push(here / "backend", tmp_path / "out")
    assert names(pushed.folder) == ["manage.py"]
    assert pushed.untracked == ("new.py",)
    assert pushed.uncommitted == ()
    assert "git subtree push --prefix backend" in pushed.remarks[0]


def test_the_working_tree(tmp_path: Path) -> None:
    here = repository(tmp_path / "app", a_dot_py="old", _dot_gitignore="*.log\n.env\n")
    write(here, a_dot_py="new", b_dot_py="b", x_dot_log="", _dot_env="SECRET=1")
    (here / "link").symlink_to("a.py")
    pushed = push(here, tmp_path / "out", working_tree=True)
    assert names(pushed.folder) == [".gitignore", "a.py", "b.py", "link"]
    assert (pushed.folder / "a.py").read_text() == "new"
    assert (pushed.folder / "link").is_symlink()
    assert pushed.working_tree
    assert pushed.commit == ""


def test_a_working_tree_without_git(tmp_path: Path) -> None:
    write(tmp_path / "app", manage_dot_py="", _dot_gitignore="*.log\n", x_dot_log="")
    pushed = push(tmp_path / "app", tmp_path / "out", working_tree=True)
    assert names(pushed.folder) == [".gitignore", "manage.py"]


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    with pytest.raises(PushFailed, match=r"is not in a git repository.*--working-tree") as caught:
        push(tmp_path / "app", tmp_path / "out")
    assert caught.value.cause == ""


def test_no_commit(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    git(tmp_path / "app", "init", "--quiet")
    with pytest.raises(PushFailed, match=r"has no commit yet.*--working-tree"):
        push(tmp_path / "app", tmp_path / "out")


def test_an_uncommitted_folder(tmp_path: Path) -> None:
    here = repository(tmp_path / "app", a_dot_py="")
    write(here, backend__b_dot_py="")
    with pytest.raises(PushFailed, match="does not hold the folder backend"):
        push(here / "backend", tmp_path / "out")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no folder"):
        push(tmp_path / "nowhere", tmp_path / "out")


@pytest.mark.parametrize("working_tree", [False, True])
def test_more_than_the_platform_takes(tmp_path: Path, working_tree: bool) -> None:
    here = repository(tmp_path / "app", a_dot_py="x" * 600, b_dot_py="y" * 600)
    with pytest.raises(PushFailed, match="larger than the host takes") as caught:
        push(here, tmp_path / "out", limit_bytes=1000, working_tree=working_tree)
    assert caught.value.cause == "git-file-too-large"
    assert push(here, tmp_path / "fits", limit_bytes=1200, working_tree=working_tree).files == 2


def _tree(here: Path, *entries: str) -> str:
    made = subprocess.run(
        ["git", "mktree", "--missing"],
        cwd=here,
        input="\n".join(entries) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def test_paths_that_no_checkout_allows(tmp_path: Path) -> None:
    here = repository(tmp_path / "app", a_dot_py="x")
    blob = git(here, "rev-parse", "HEAD:a.py").strip()
    inner = _tree(here, f"100644 blob {blob}\tescaped")
    outer = _tree(here, f"040000 tree {inner}\t..")
    made = git(here, "commit-tree", outer, "-m", "evil").strip()
    git(here, "update-ref", "HEAD", made)
    with pytest.raises(PushFailed, match="a path that no checkout allows"):
        push(here, tmp_path / "out")
    assert not (tmp_path / "escaped").exists()


def test_a_partial_clone(tmp_path: Path) -> None:
    here = repository(tmp_path / "app", a_dot_py="x" * 100)
    blob = git(here, "rev-parse", "HEAD:a.py").strip()
    (here / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(PushFailed, match="partial clone"):
        push(here, tmp_path / "out")


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = repository(tmp_path / "app", a_dot_py="x")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PushFailed, match="git is not installed"):
        push(here, tmp_path / "out")
