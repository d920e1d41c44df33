"""What the project imports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, or one name out of it.

    Attributes:
        module: Its full name, relative imports resolved: ``tensorflow.keras.models``.
        name: What is taken out of it with ``from``; "" for the module itself, "*" for all.
        alias: What the code calls it.
        path: The file that imports it.
        top_level: Whether it is imported when the file is, not later in a function.
        guarded: Whether the code bears its absence, ``try: ... except ImportError``, or may
            never come to it, under an ``if``.
        type_checking: Whether only type checkers see it.
        local: Whether it is a module of the project itself.
    """

    module: str
    name: str
    alias: str
    path: str
    line: int
    top_level: bool
    guarded: bool
    type_checking: bool
    local: bool

    @property
    def root(self) -> str:
        """The top package: ``tensorflow``."""
        return self.module.partition(".")[0]
