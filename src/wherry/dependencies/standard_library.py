"""The modules that come with Python, whichever Python runs this."""

import sys
from collections.abc import Mapping
from typing import Final

REMOVED: Final[Mapping[tuple[int, int], tuple[str, ...]]] = {
    (3, 12): ("distutils", "imp", "asynchat", "asyncore", "smtpd"),
    (3, 13): (
        *("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "mailcap", "msilib"),
        *("nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib"),
        *("uu", "xdrlib", "lib2to3"),
    ),
}
"""What the release named no longer has. Source: docs.python.org/3/whatsnew."""

_NEWER: Final = frozenset(("annotationlib", "compression"))

MODULES: Final = sys.stdlib_module_names.union(_NEWER, *REMOVED.values())
"""The first parts of all names that are, or were until 3.11, imported from Python's own library."""
