"""What is known of the packages that a project installs."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.doctor.rules.estimates.looking import PLAIN
from tests.doctor.rules.files.looking import HEALTHY, context_of, write
from wherry.dependencies.resolution import Artifact, Package, Resolution
from wherry.doctor.rule import Context
from wherry.doctor.rules.estimates import packages
from wherry.estimate.wheels.contents import Contents, Kind, Tally
from wherry.estimate.wheels.package import Knowledge
from wherry.estimate.wheels.ranges import Unreadable

INSIDE = Contents({Kind.NATIVE: Tally(2, 9_000_000, 3_000_000)})


def resolved(name: str, size_bytes: int | None, sha256: str = "") -> Package:
    wheel = Artifact(f"{name}.whl", f"https://index.example/{name}.whl", size_bytes, sha256)
    return Package(name, "1.0", wheel)


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setenv("WHERRY_CACHE", str(tmp_path / "cache"))
    packages._weigh_all.cache_clear()
    write(tmp_path / "site", {**HEALTHY, "requirements.txt": f"{PLAIN}own-thing==1.0\n"})
    return replace(context_of(tmp_path / "site"), offline=False)


def weigh(context: Context, *found: Package) -> dict[str, Knowledge]:
    resolution = Resolution((3, 13), found)
    weighed = packages.weighed(replace(context, resolution=resolution))
    return {package.name: package.knowledge for package in weighed}


def test_large_wheels_are_looked_into_and_small_ones_are_not(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(packages, "remote_contents", lambda url, _: asked.append(url) or INSIDE)
    told = weigh(context, resolved("own-thing", 3_000_000), resolved("tiny", 20_000))
    assert told["own-thing"] is Knowledge.LISTED
    assert told["tiny"] is Knowledge.SIZED
    assert asked == ["https://index.example/own-thing.whl"]


def test_what_was_read_once_is_kept(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    package = resolved("own-thing", 3_000_000, "a" * 64)
    monkeypatch.setattr(packages, "remote_contents", lambda *_: INSIDE)
    weigh(context, package)
    packages._weigh_all.cache_clear()

    def gone(*_: object) -> Contents:
        raise AssertionError

    monkeypatch.setattr(packages, "remote_contents", gone)
    assert weigh(context, package)["own-thing"] is Knowledge.LISTED


@pytest.mark.parametrize("kept", ["[]", '{"native": 5}', '{"other": [1, 2, 3]}', "not json"])
def test_a_cache_that_others_wrote_is_not_believed(
    context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: str
) -> None:
    place = tmp_path / "cache" / "wheels" / f"{'b' * 64}.json"
    place.parent.mkdir(parents=True)
    place.write_text(kept)
    monkeypatch.setattr(packages, "remote_contents", lambda *_: INSIDE)
    told = weigh(context, resolved("own-thing", 3_000_000, "b" * 64))
    assert told["own-thing"] is Knowledge.LISTED


def test_an_index_that_gives_no_parts_leaves_the_size(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> Contents:
        raise Unreadable("no")

    monkeypatch.setattr(packages, "remote_contents", refused)
    assert weigh(context, resolved("own-thing", 3_000_000))["own-thing"] is Knowledge.SIZED
    assert weigh(context, resolved("own-thing", None))["own-thing"] is Knowledge.NOTHING


def test_what_the_table_knows_needs_no_index(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(packages, "remote_contents")
    tensorflow = replace(resolved("tensorflow-cpu", 258_900_000), version="2.20.0")
    assert weigh(context, tensorflow)["tensorflow-cpu"] is Knowledge.TABLED


def test_offline_nothing_is_asked(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(packages, "remote_contents")
    told = packages.weighed(replace(context, offline=True))
    assert {package.name for package in told} >= {"django", "gunicorn", "own-thing", "asgiref"}


def test_a_complete_resolution_says_all_there_is(context: Context) -> None:
    resolution = Resolution((3, 13), (resolved("django", 1), resolved("own-thing", 1)))
    whole = replace(context, resolution=resolution)
    assert packages.is_complete(whole)
    assert set(packages.versions(whole)) == {"django", "gunicorn", "own-thing"}
    assert not packages.is_complete(replace(context, resolution=None))
