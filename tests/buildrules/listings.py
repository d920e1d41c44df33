"""Listings, written short."""

from wherry.buildrules.listing import Listing


def listing(*names: str, **texts: str | bytes) -> Listing:
    """Return a folder with these files; keywords name files, with ``__`` for a dot."""
    contents = {
        name.replace("__", "."): text if isinstance(text, bytes) else text.encode()
        for name, text in texts.items()
    }
    return Listing(frozenset((*names, *contents)), contents)
