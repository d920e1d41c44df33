"""Environments of the tests are kept in ``.wherry/cache`` of the checkout, and made by the tool."""

from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True, scope="session")
def cache() -> Iterator[Path]:
    folder = _ROOT / ".wherry" / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHERRY_CACHE", str(folder))
        yield folder
