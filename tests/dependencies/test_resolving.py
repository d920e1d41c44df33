"""Against the real index, as few times as can be."""

from pathlib import Path

import pytest

from tests.dependencies.lines import lines
from wherry.dependencies.index import Index
from wherry.dependencies.resolution import Trouble
from wherry.dependencies.resolving import resolve


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(folder=tmp_path)


def test_a_list_that_installs_is_left_alone(index: Index) -> None:
    found = resolve(
        lines("django==5.2.8\ngunicorn==23.0.0\nwhitenoise==6.11.0"), (3, 13), index=index
    )
    assert found.installs
    assert found.troubles == found.conflicts == found.repairs == found.skipped == ()
    assert {"asgiref", "sqlparse", "packaging"} <= {package.name for package in found.packages}
    django = found.package("django")
    assert django is not None
    assert django.wheel is not None
    assert django.wheel.size_bytes is not None


def test_every_fault_is_found_and_the_repair_resolves(index: Index) -> None:
    text = (
        "Django==3.2.25\ntensorflow-cpu==2.12.0\nnumpy==1.26.4\nscipy==1.4.1\npywin32==304\n"
        "celery==4.4.2\ndocopt==0.6.2\nno-such-package-at-all-anywhere==1.0"
    )
    asked = lines(text)
    found = resolve(asked, (3, 11), pythons=((3, 11),), index=index)
    assert {item.line.key: item.trouble for item in found.troubles} == {
        "scipy": Trouble.SOURCE_TOO_OLD,
        "pywin32": Trouble.NO_WHEEL,
        "celery": Trouble.INVALID_METADATA,
        "no-such-package-at-all-anywhere": Trouble.NO_PACKAGE,
    }
    assert [{line.key for line in item.lines} for item in found.conflicts] == [
        {"tensorflow-cpu", "numpy"}
    ]
    (repair,) = found.repairs
    moves = {move.line.key: move.to for move in repair.moves}
    assert moves["pywin32"] is None
    assert "tensorflow-cpu" not in moves
    assert moves["numpy"] is not None
    assert moves["numpy"].startswith("numpy==1.23.")
    pins = lines("\n".join(f"{name}=={version}" for name, version in repair.pins))
    again = resolve(pins, (3, 11), index=index)
    assert again.installs
    assert again.conflicts == ()


def test_an_index_that_is_not_there_is_said(tmp_path: Path) -> None:
    lost = Index(urls=("http://127.0.0.1:9/simple",), folder=tmp_path)
    found = resolve(lines("django==5.2.8"), (3, 13), index=lost)
    assert found.troubles == ()
    assert found.packages == ()
    (skipped,) = found.skipped
    assert "cannot be reached" in skipped.reason
