"""Templates of the catalogue, filled with a finding's values and the vendors' numbers.

``{pin|a pin}`` is the value called "pin", or "a pin" where the finding has none.
``{python:Python *|the host's Python}`` puts the value into a phrase: "Python 3.14".
``{heroku.request_timeout_s}`` and ``{heroku:eco.memory_mib}`` are a vendor's numbers.
"""

import re
from collections.abc import Mapping
from typing import Final

from wherry.platforms import hosts

_PLACE: Final = re.compile(
    r"\{(?P<name>[a-z_]+)(?::(?P<phrase>[^{}|]*))?\|(?P<instead>[^{}]*)\}"
    r"|\{(?P<host>[a-z-]+(?::[a-z0-9.-]+)?)\.(?P<fact>[a-z_0-9]+)\}"
)

COMMON_PLACES: Final = {
    "requirements": "the dependency file, as the project calls it",
    "code_file": "the module that a change goes into",
    "settings": "the settings module's file",
    "project": "the package that holds wsgi.py",
    "app": "the app's name on the host",
    "model": "the model's file or folder",
    "bundle": "where a shrunk model goes",
    "file": "the file that the cause is about",
    "folder": "the folder that the cause is about",
    "where": "a place in the code, in words",
    "pin": "a requirement as the project has it: tensorflow==2.4.1",
    "replacement": "the requirement that would do",
    "version": "the version to write, where the package is plain",
    "python": "the version of Python that there is: 3.14",
    "pin_python": "the version of Python to pin: 3.12",
    "module": "a module's dotted name",
    "name": "a class, function, model or setting by its name",
    "package": "a package by its name on the index",
    "host": "the app's address",
    "url": "an address to try it with",
    "variable": "an environment variable",
}
"""What the places mean that many causes have; the others are plain where they stand."""


def fill(text: str, values: Mapping[str, str] | None = None) -> str:
    """Return the text with its places filled."""
    given = values or {}

    def value(found: re.Match[str]) -> str:
        if found["host"]:
            return hosts.get(found["host"]).fact(found["fact"]).text
        if found["name"] not in given:
            return found["instead"]
        told = given[found["name"]]
        return told if found["phrase"] is None else found["phrase"].replace("*", told)

    # In one go, so that what a project calls its files is never taken for a place.
    return _PLACE.sub(value, text)


def places(text: str) -> list[str]:
    """Return the names of the values that a finding may give."""
    return [found["name"] for found in _PLACE.finditer(text) if found["name"]]
