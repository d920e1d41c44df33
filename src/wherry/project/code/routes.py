"""Addresses and the views that answer them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A function or a class that answers requests.

    Attributes:
        name: ``predict``, or the class's name.
        module: The dotted name of the module that it stands in.
        path: Its file.
        route: The pattern that leads to it, as written; None where none was found.
        framework: ``django``, ``rest_framework``, ``flask``, ``fastapi`` or ``channels``.
    """

    name: str
    module: str
    path: str
    line: int
    route: str | None
    framework: str
