"""What the build measures: the slug's size by samples, a worker's memory in its own process."""

import gzip
import io
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from tests.buildpack.apps import DIGITS, link_tree
from tests.buildpack.packages import install
from wherry.buildpack import budget as budget_module
from wherry.buildpack.budget import weigh
from wherry.buildpack.checkout import checkout
from wherry.buildpack.installed import Environment, read_environment
from wherry.buildpack.measuring import measure
from wherry.buildpack.output import Output
from wherry.buildpack.places import Places
from wherry.serving.packing import pack


def packed_bytes(build: Path) -> int:
    """Return what tar and gzip really make of a folder."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.add(build, "app")
    return len(gzip.compress(held.getvalue(), 6))


def write(build: Path, path: str, data: bytes) -> None:
    file = build / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


@pytest.mark.parametrize("sampled_bytes", [1_500_000, 16_000_000])
@pytest.mark.parametrize("kind", ["mixed", "random", "zeros", "small files"])
def test_the_slug_is_estimated_within_a_tenth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, sampled_bytes: int
) -> None:
    monkeypatch.setattr(budget_module, "_SAMPLED_BYTES", sampled_bytes)
    monkeypatch.setattr(budget_module, "_BLOCK_BYTES", 64 * 1024)
    generator = np.random.default_rng(0)
    words = [generator.bytes(2 + number % 8).hex() for number in range(500)]
    build = tmp_path / "build"
    if kind in ("mixed", "random"):
        write(build, ".wherry/model.bin", generator.bytes(3_000_000))
    if kind in ("mixed", "zeros"):
        write(build, ".heroku/python/lib/python3.13/site-packages/a/zeros.so", bytes(4_000_000))
    if kind in ("mixed", "small files"):
        for number in range(600):
            text = " ".join(generator.choice(words, 400))
            write(build, f"site/module{number}.py", text.encode())
    budget = weigh(build)
    assert budget.packed_bytes == pytest.approx(packed_bytes(build), rel=0.1, abs=60_000)
    assert budget.raw_bytes == sum(f.stat().st_size for f in build.rglob("*") if f.is_file())


def test_the_largest_parts_are_named_by_package(tmp_path: Path) -> None:
    packages = ".heroku/python/lib/python3.13/site-packages"
    write(tmp_path, f"{packages}/tensorflow/lib.so", b"1" * 3000)
    write(tmp_path, f"{packages}/numpy/core.so", b"1" * 2000)
    write(tmp_path, ".heroku/python/bin/python3", b"1" * 1000)
    write(tmp_path, ".git/objects/pack", b"1" * 9000)
    (tmp_path / "link").symlink_to(tmp_path / packages)
    budget = weigh(tmp_path)
    assert budget.largest == (("tensorflow", 3000), ("numpy", 2000), (".heroku", 1000))
    assert budget.files == 3


def test_an_empty_folder_weighs_nothing(tmp_path: Path) -> None:
    assert weigh(tmp_path).packed_bytes == 0


def places(root: Path) -> Places:
    (root / "build").mkdir(exist_ok=True)
    return Places(root / "build", root / "cache", root / "packages", Path(sys.executable))


def test_a_model_is_measured_once_where_it_is_loaded(tmp_path: Path) -> None:
    where = places(tmp_path)
    pack(DIGITS, where.build / "digits", name="digits")
    environment = Environment({}, where.site_packages)
    first = measure(["digits"], where, environment, "wherry", ())
    second = measure(["digits"], where, environment, "wherry", ())
    assert first is not None
    assert second is not None
    assert (first.cached, second.cached) == (False, True)
    assert 2e6 < first.models_bytes == second.models_bytes < 100e6
    assert first.worker_bytes > first.models_bytes + 20e6
    assert not first.failed


def test_another_model_is_measured_again(tmp_path: Path) -> None:
    where = places(tmp_path)
    environment = Environment({}, where.site_packages)
    for sizes in ((4, 3), (4, 5)):
        pack(zoo.dense(tmp_path / f"{sizes[1]}.onnx", sizes), where.build / "m", name="m")
        measured = measure(["m"], where, environment, "wherry", ())
        assert measured is not None
        assert not measured.cached
        for file in (where.build / "m").iterdir():
            file.unlink()
        (where.build / "m").rmdir()


def test_what_the_app_imports_besides_is_added(tmp_path: Path) -> None:
    where = places(tmp_path)
    for name in ("pandas", "numpy"):
        install(where.site_packages, name, "2.3.0")
    pack(zoo.dense(tmp_path / "m.onnx"), where.build / "m", name="m")
    environment = read_environment(where.site_packages)
    plain = measure(["m"], where, environment, "wherry", ("django",))
    more = measure(["m"], where, environment, "wherry", ("django", "pandas", "numpy"))
    assert plain is not None
    assert more is not None
    assert more.models_bytes == plain.models_bytes
    assert more.worker_bytes > plain.worker_bytes + 5e6


def test_a_model_that_cannot_be_loaded_is_told_and_not_kept(tmp_path: Path) -> None:
    where = places(tmp_path)
    (where.build / "m.onnx").write_bytes(b"no model at all")
    environment = Environment({}, where.site_packages)
    for _ in range(2):
        measured = measure(["m.onnx"], where, environment, "wherry", ())
        assert measured is not None
        assert not measured.cached
        ((path, reason),) = measured.failed
        assert path.endswith("m.onnx")
        assert "is not a whole .onnx file" in reason


def test_without_a_python_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    where = Places(tmp_path / "build", tmp_path / "c", tmp_path, tmp_path / "no-python")
    assert measure([], where, Environment({}, tmp_path), "wherry", ()) is None


def test_a_checkout_is_the_apps_own_files_and_goes_again(tmp_path: Path) -> None:
    build = tmp_path / "build"
    for path in (
        "app.py",
        "site/views.py",
        ".heroku/python/x.py",
        ".profile.d/a.sh",
        ".slugignore",
    ):
        write(build, path, b"x")
    (build / "link.py").symlink_to("app.py")
    (build / ".wherry-checkout-left-behind").mkdir()
    with checkout(build) as sources:
        found = sorted(p.relative_to(sources).as_posix() for p in sources.rglob("*") if p.is_file())
        assert found == [".slugignore", "app.py", "link.py", "site/views.py"]
        (sources / "app.py").unlink()
    assert (build / "app.py").read_text() == "x"
    assert not list(build.glob(".wherry-checkout*"))
    link_tree(build / "site", tmp_path / "copy")


def test_what_is_printed_has_the_form_of_a_build_and_no_secrets() -> None:
    printed = io.StringIO()
    output = Output(printed)
    output.step("Wherry")
    output.line("one\ntwo")
    output.caution("Error: https://me:pass-w0rd@example.com/ refused")
    lines = printed.getvalue().splitlines()
    assert lines[:3] == ["-----> Wherry", "       one", "       two"]
    assert lines[3].startswith(" !     Error: ")
    assert "pass-w0rd" not in printed.getvalue()
