"""What the builds of one test process share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that was empty when the tests began."""
    return tmp_path_factory.mktemp("build-cache")
