"""What several tests of the buildpack use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buildpack.https import Server, serving
from wherry.dependencies import fetch


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Run a server that this process trusts."""
    with serving(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificates))
        fetch.certificates.cache_clear()
        try:
            yield running
        finally:
            fetch.certificates.cache_clear()
