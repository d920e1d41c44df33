"""A PostgreSQL for a while, as a rehearsal lends one, in the words of Django's DATABASES."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from wherry.rehearse.local_servers import postgresql


@contextmanager
def cluster() -> Iterator[dict[str, object]]:
    """Run a cluster; yield what DATABASES needs for it.

    Raises:
        RuntimeError: no server is installed, or it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="wherry-pg-") as name, ExitStack() as stack:
        # The server's user has to come as far as its own folder.
        Path(name).chmod(0o711)
        running = postgresql.start(Path(name), stack)
        if running is None:
            raise RuntimeError("No PostgreSQL server is installed here, or it does not start.")
        address = urlsplit(running.address)
        yield {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": address.path.removeprefix("/"),
            "USER": address.username,
            "PASSWORD": address.password,
            "HOST": address.hostname,
            "PORT": address.port,
        }
