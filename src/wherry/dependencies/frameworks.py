"""Which Pythons a Django runs on: its wheels fit every one, and say nothing of it.

Measured: Django 1.11 to 4.1 on Python 3.10 to 3.13, an empty site and its first request.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from packaging.version import Version

from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Python


@dataclass(frozen=True, slots=True)
class _Break:
    """What an older Django lacks from a Python on.

    Attributes:
        first: The oldest Django that does not need it.
        package: What brings it back; "" where nothing does.
    """

    python: Python
    first: Version
    package: str


_BREAKS: Final = (
    _Break((3, 10), Version("2.1"), ""),
    _Break((3, 11), Version("2.2"), ""),
    # distutils, which is gone from Python; 3.2 and later do without.
    _Break((3, 12), Version("3.2"), "setuptools"),
    # cgi, which is gone too; 4.1 parses forms by itself.
    _Break((3, 13), Version("4.1"), "legacy-cgi"),
)


def needs(version: Version, python: Python) -> Iterator[str]:
    """Yield each package without which a Django fails on a Python; "" where none helps."""
    for item in _BREAKS:
        if python >= item.python and version < item.first:
            yield item.package


def runs(line: RequirementLine, python: Python) -> bool:
    """Whether what a line pins is known to start on a Python, or nothing else is known."""
    if line.key != "django" or line.exact is None:
        return True
    return not any(True for _ in needs(Version(line.exact), python))
