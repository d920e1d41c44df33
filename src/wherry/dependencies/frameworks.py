"""Which Pythons a Django runs on: its wheels fit every one, and say nothing of it.

Measured: Django 1.11 to 4.1 on Python 3.10 to 3.13, an empty site and its first request.
"""

from collections.abc import Mapping
from typing import Final

from packaging.version import Version

from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Python

# The first Python on which an older Django than this fails.
_FIRST_DJANGO: Final[Mapping[Python, Version]] = {
    (3, 10): Version("2.1"),
    (3, 11): Version("2.2"),
    # From here on only with setuptools, which brings distutils back; 4.1 parses forms by itself.
    (3, 12): Version("3.2"),
    (3, 13): Version("4.1"),
}


def runs(line: RequirementLine, python: Python) -> bool:
    """Whether what a line pins is known to start on a Python, or nothing else is known."""
    if line.key != "django" or line.exact is None:
        return True
    version = Version(line.exact)
    return not any(python >= first and version < needed for first, needed in _FIRST_DJANGO.items())
