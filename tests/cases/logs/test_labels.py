"""The labels fit the catalogue and their logs; what explain makes of them is measured elsewhere."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from wherry.causes.catalogue import find
from wherry.causes.cause import Cause

_FOLDER: Final = Path(__file__).parent
_NAMES: Final = sorted(path.stem for path in _FOLDER.glob("*.toml"))
_LISTS: Final = ("expected", "consequences", "noise", "also_acceptable")
_TEXTS: Final = ("outside", "platform", "kind", "command", "versions", "changes", "why")
_SECRET: Final = re.compile(r"sk_live_\w|AKIA[0-9A-Z]{12}|ghp_\w{20}|-----BEGIN [A-Z ]*PRIVATE KEY")


def _label(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _log(name: str) -> str:
    data = (_FOLDER / f"{name}.log").read_bytes()
    return data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8")


def test_each_log_has_a_label_and_each_label_a_log() -> None:
    assert sorted(path.stem for path in _FOLDER.glob("*.log")) == _NAMES


def test_there_are_enough_of_them_and_enough_are_quiet() -> None:
    quiet = [name for name in _NAMES if not _label(name)["expected"]]
    assert len(_NAMES) >= 130
    assert len(quiet) >= 30


@pytest.mark.parametrize("name", _NAMES)
def test_label_names_causes_of_the_catalogue(name: str) -> None:
    label = _label(name)
    assert set(label) <= {*_LISTS, *_TEXTS}
    for key in _LISTS:
        for cause in label.get(key, []):
            found = find(cause)
            assert isinstance(found, Cause)
            assert found.name == cause


@pytest.mark.parametrize("name", _NAMES)
def test_label_does_not_contradict_itself(name: str) -> None:
    label = _label(name)
    assert label["kind"] in {"captured", "composed"}
    assert label["why"].endswith(".")
    assert not set(label["expected"]) & set(label.get("noise", []))
    assert not set(label["expected"]) & set(label.get("also_acceptable", []))


@pytest.mark.parametrize("name", _NAMES)
def test_log_holds_its_decisive_line_and_no_secret(name: str) -> None:
    text = _log(name)
    assert _label(name).get("outside", "") in text
    assert not _SECRET.search(text)
