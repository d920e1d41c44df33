"""What an expression of the settings comes to, as far as its text tells.

A value is what it is on a host where none of the variables is set that the project itself does
not set. ``variables`` are those that would change it, ``others`` what it would be then, where
the code says so.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Special(Enum):
    """Values that no literal can have."""

    UNKNOWN = "cannot be told"
    MISSING = "a variable that is not set, without which there is an error"


UNKNOWN: Final = Special.UNKNOWN
MISSING: Final = Special.MISSING


@dataclass(frozen=True, slots=True)
class Folder:
    """A path that counts from the project.

    Attributes:
        path: Relative to the project, with forward slashes; "" is the project itself. It may
            begin with ``..`` where it leads out of it.
    """

    path: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Something that is called to read variables: ``environ.Env()``, or a function of one's own.

    Attributes:
        defaults: Those that it was made with, by variable.
    """

    defaults: Mapping[str, "Value"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Routine:
    """A function that the project defines."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


type Plain = (
    bool
    | int
    | float
    | str
    | bytes
    | Folder
    | Reader
    | Routine
    | Special
    | tuple["Value", ...]
    | Mapping[str, "Value"]
    | None
)


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression comes to.

    Attributes:
        plain: The value where no variable is set; UNKNOWN where it cannot be told, MISSING
            where the code fails without the variable. Lists, tuples and sets are tuples.
        variables: The variables of the environment that it depends on.
        others: What it may be instead, when those are set.
        whole: False where a list or a dictionary may hold more than is seen.
    """

    plain: Plain
    variables: frozenset[str] = frozenset()
    others: tuple[Plain, ...] = ()
    whole: bool = True

    @property
    def known(self) -> bool:
        """Whether it can be told what it is where no variable is set."""
        return not isinstance(self.plain, Special)

    @property
    def fixed(self) -> bool:
        """Whether it is the same everywhere."""
        return self.known and not self.variables and not self.others and self.whole

    @property
    def possible(self) -> tuple[Plain, ...]:
        """All that it can be, unknown values included."""
        return (self.plain, *self.others)

    def always(self, test: Callable[[Plain], bool]) -> bool:
        """Whether that holds for all that it can be; what cannot be told does not count for it."""
        return all(not isinstance(plain, Special) and test(plain) for plain in self.possible)

    def texts(self) -> tuple[str, ...] | None:
        """Return a list's texts; None where it is no list of known texts."""
        if not isinstance(self.plain, tuple) or not self.whole:
            return None
        texts = tuple(item.plain for item in self.plain if isinstance(item.plain, str))
        return texts if len(texts) == len(self.plain) else None


@dataclass(frozen=True, slots=True)
class Setting:
    """A name of the settings module, with where it was last set.

    Attributes:
        path: The file.
        quote: The first line of the statement.
        conditional: Whether it is set under an ``if`` that cannot be decided.
    """

    name: str
    value: Value
    path: str
    line: int
    end_line: int
    quote: str
    conditional: bool = False
    earlier: tuple["Setting", ...] = field(default=())
