"""A project with a requirements.txt: built, built again, built from a broken cache."""

import shutil
import tarfile
from pathlib import Path

import pytest

from tests.rehearse.build.building import (
    PYTHON,
    Heard,
    built,
    contents,
    refused,
    run_in,
    unpacked,
    write,
)
from wherry.rehearse.build.recording import read_slug
from wherry.rehearse.build.slug import PartKind, Slug

FILES = {
    "requirements.txt": "gunicorn==23.0.0\niniconfig==2.0.0\n",
    ".python-version": f"{PYTHON}\n",
    "Procfile": "web: gunicorn app:app\nworker: python work.py\n",
    "app.py": "import iniconfig\napp = iniconfig\n",
    "manage.py": "raise SystemExit('no Django is installed')\n",
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> tuple[Slug, Heard]:
    heard = Heard()
    source = write(tmp_path_factory.mktemp("first"), FILES)
    return built(source, cache, heard), heard


def test_the_log_reads_like_the_platform_s(first: tuple[Slug, Heard]) -> None:
    _, heard = first
    steps = [line for line in heard.lines if line.startswith("-----> ")]
    assert steps[:2] == [
        "-----> Python app detected",
        f"-----> Using Python {PYTHON} specified in .python-version",
    ]
    assert steps[2].startswith(f"-----> Installing Python {PYTHON}.")
    assert steps[3].startswith("-----> Installing pip ")
    assert steps[4:] == [
        "-----> Installing dependencies using 'pip install -r requirements.txt'",
        "-----> Saving cache",
        "-----> Discovering process types",
        "-----> Compressing...",
        "-----> Launching...",
    ]
    assert "       Procfile declares types -> web, worker" in heard.lines
    assert any(line.startswith("       Successfully installed gunicorn") for line in heard.lines)


def test_no_path_of_this_machine_is_shown(first: tuple[Slug, Heard], cache: Path) -> None:
    assert str(cache) not in first[1].text


def test_the_slug_tells_what_is_in_it(first: tuple[Slug, Heard]) -> None:
    slug, _ = first
    assert slug.process_types == {"web": "gunicorn app:app", "worker": "python work.py"}
    packages = {part.name: part.version for part in slug.packages}
    assert packages["gunicorn"] == "23.0.0"
    assert packages["iniconfig"] == "2.0.0"
    assert {part.kind for part in slug.parts} >= {PartKind.PYTHON, PartKind.APP, PartKind.TOOL}
    assert slug.size_bytes == slug.path.stat().st_size
    shares = sum(part.compressed_bytes for part in slug.parts)
    assert abs(shares - slug.size_bytes) < 0.01 * slug.size_bytes
    assert slug.python is not None
    assert slug.python.wanted.startswith(f"{PYTHON}.")


def test_the_slug_runs_where_it_is_unpacked(first: tuple[Slug, Heard], tmp_path: Path) -> None:
    app = unpacked(first[0], tmp_path)
    lines = (app / ".heroku/python/bin/gunicorn").read_text().splitlines()
    assert lines[0].startswith("#!/app/.heroku/python/bin/python")
    said = run_in(app, 'python -c "import app, sys; print(sys.prefix, app.app.__file__)"')
    prefix, module = said.split()
    assert prefix == str(app / ".heroku" / "python")
    assert module.startswith(prefix)
    assert "gunicorn" in run_in(app, "python -m gunicorn --version")


def test_nothing_changed(first: tuple[Slug, Heard], cache: Path, tmp_path: Path) -> None:
    heard = Heard()
    again = built(write(tmp_path, FILES), cache, heard)
    assert again.from_cache
    assert again.path.read_bytes() == first[0].path.read_bytes()
    assert again.parts == first[0].parts
    assert heard.lines == first[1].lines
    assert any("Nothing has changed since the last build" in text for text in heard.remarks)


def test_only_the_app_changed(first: tuple[Slug, Heard], cache: Path, tmp_path: Path) -> None:
    heard = Heard()
    source = write(tmp_path / "source", {**FILES, "app.py": "import iniconfig\napp = 'new'\n"})
    slug = built(source, cache, heard)
    assert not slug.from_cache
    assert "-----> Restoring cache" in heard.lines
    assert not any("Collecting" in line for line in heard.lines)
    assert contents(slug)["app.py"] == b"import iniconfig\napp = 'new'\n"
    assert {part.name for part in slug.packages} == {part.name for part in first[0].packages}


@pytest.mark.usefixtures("first")
def test_a_broken_cache_is_not_trusted(cache: Path, tmp_path: Path) -> None:
    own = tmp_path / "cache"
    shutil.copytree(cache, own, symlinks=True)
    archives = [*own.glob("layers/*/archive.tgz"), *own.glob("slugs/*/archive.tgz")]
    assert len(archives) >= 2
    for archive in archives:
        data = bytearray(archive.read_bytes())
        data[len(data) // 2] ^= 1
        archive.write_bytes(data)
    heard = Heard()
    slug = built(write(tmp_path / "source", FILES), own, heard)
    assert not slug.from_cache
    assert "-----> Restoring cache" not in heard.lines
    assert any(name.endswith("site-packages/iniconfig/__init__.py") for name in contents(slug))


def test_nothing_is_left_beside_the_cache(first: tuple[Slug, Heard], cache: Path) -> None:
    assert first[0].path.is_file()
    assert list((cache / "builds").iterdir()) == []
    assert not list(cache.glob("*/*-pid*"))


def test_the_source_is_left_as_it_was(cache: Path, tmp_path: Path) -> None:
    source = write(tmp_path, FILES)
    before = {path: path.read_bytes() for path in source.rglob("*") if path.is_file()}
    built(source, cache, Heard())
    assert {path: path.read_bytes() for path in source.rglob("*") if path.is_file()} == before


def test_a_slug_is_read_again(first: tuple[Slug, Heard], tmp_path: Path) -> None:
    again, packages = read_slug(first[0].path)
    assert again.parts == first[0].parts
    assert again.process_types == first[0].process_types
    moved = tmp_path / "slug.tgz"
    shutil.copy(first[0].path, moved)
    bare, found = read_slug(moved)
    assert found >= packages >= {"gunicorn", "iniconfig"}
    assert bare.process_types == first[0].process_types
    assert bare.unpacked_bytes == first[0].unpacked_bytes


def test_every_name_lies_below_app(first: tuple[Slug, Heard]) -> None:
    with tarfile.open(first[0].path) as archive:
        for entry in archive:
            assert entry.name.startswith("./app/")
            assert (entry.uid, entry.gid) == (0, 0)


@pytest.mark.usefixtures("first")
def test_what_hooks_write_into_python_is_in_the_slug(cache: Path, tmp_path: Path) -> None:
    hook = (
        "#!/bin/sh\nset -e\n"
        "home=$(python -c 'import iniconfig, os; print(os.path.dirname(iniconfig.__file__))')\n"
        'echo "OARS = 4" > "$home/oars.py"\necho "ROWERS = 8" >> "$home/__init__.py"\n'
    )
    source = write(tmp_path, {**FILES, "bin/post_compile": hook})
    inside = contents(built(source, cache, Heard()))
    names = [name for name in inside if "site-packages/iniconfig/" in name]
    written = {name.rpartition("/")[2]: inside[name] for name in names}
    assert written["oars.py"] == b"OARS = 4\n"
    assert str(written["__init__.py"]).endswith("ROWERS = 8\\n'")


@pytest.mark.usefixtures("first")
def test_what_hooks_take_away_is_not_in_the_slug(cache: Path, tmp_path: Path) -> None:
    hook = "#!/bin/sh\nrm -r .heroku/python/lib/python3*/site-packages/gunicorn\n"
    source = write(tmp_path, {**FILES, "bin/post_compile": hook})
    names = contents(built(source, cache, Heard()))
    assert not any("site-packages/gunicorn/" in name for name in names)
    assert any("site-packages/iniconfig/" in name for name in names)


@pytest.mark.usefixtures("first")
def test_the_slug_is_too_large(cache: Path, tmp_path: Path) -> None:
    source = write(tmp_path, FILES)
    failure = refused(source, cache, overlay={"slug_limit_bytes": 1_000_000})
    assert failure.cause == "slug-too-large"
    assert any("is too large (max is 1M)." in line for line in failure.lines)
    assert float(failure.values["size_bytes"]) > 1_000_000
    heard = Heard()
    built(source, cache, heard, overlay={"slug_soft_limit_bytes": 1_000_000})
    assert any("exceeds our soft limit (1 MB)" in line for line in heard.lines)
