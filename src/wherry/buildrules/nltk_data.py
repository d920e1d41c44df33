"""When the build downloads data for NLTK, and which.

Source: bin/steps/nltk of heroku/heroku-buildpack-python v351.
"""

import re
from typing import Final

from wherry.buildrules.refusal import Refusal

FILE: Final = "nltk.txt"
FOLDER: Final = ".heroku/python/nltk_data"
_NAME: Final = re.compile(r"[A-Za-z0-9_.\-]{1,80}")
_MOST: Final = 200


def names(text: str) -> tuple[str, ...]:
    """Return the names of the data sets that nltk.txt lists, one a line."""
    found = (line.strip() for line in text.splitlines()[:_MOST])
    return tuple(name for name in found if _NAME.fullmatch(name) and not name.startswith("-"))


def failed() -> Refusal:
    """Return what is said where they could not be downloaded."""
    return Refusal(
        ("Error: Unable to download NLTK data.", "", "See the log output above."),
        "nltk-data-missing",
        "nltk-downloader",
        (FILE,),
    )
