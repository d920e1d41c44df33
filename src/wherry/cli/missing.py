"""A sentence where a tool's library is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from wherry.errors import RuntimeMissing


@contextmanager
def said_of_missing(extra: str) -> Iterator[None]:
    """Turn the failure to import somebody else's package into the words that install it.

    Raises:
        RuntimeMissing: a package is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "wherry":
            raise
        raise RuntimeMissing(
            f"{error.name} is not installed, which this needs. Install it with "
            f'`pip install "wherry[{extra}]"`.'
        ) from None
