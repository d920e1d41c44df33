"""An address of the app, and what answers there."""

from dataclasses import dataclass

from wherry.project.code.definitions import Definition


@dataclass(frozen=True, slots=True)
class Route:
    """An address.

    Attributes:
        path: From the slash on; a placeholder is left as it is written.
        where: The file and the line that declare it: ``mysite/urls.py:12``.
        view: The project's function or class that answers; None where it is a package's.
        package: The full name of a package's view, or of the module of addresses that is included.
        name: What the view is called.
        unknown: Why its path cannot be told; "" where it can.
    """

    path: str
    where: str
    view: Definition | None = None
    package: str = ""
    name: str = ""
    unknown: str = ""
