"""The settings that run on the host: which module, and what it sets."""

from collections.abc import Mapping
from dataclasses import dataclass

from wherry.project.code.values import UNKNOWN, Setting, Value


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings module that runs, with all that it takes from others.

    Attributes:
        module: Its dotted name: ``mysite.settings.production``.
        path: Its file.
        files: All the files that it is made of, itself first.
        named_by: The file and the line that say that this is the one; None where it was guessed.
        names: What is set at the end, by name.
        whole: False where it takes names from modules that cannot be read, or calls code that
            may set anything (``django_heroku.settings(locals())``).
        helpers: Full names of calls that were handed the whole namespace.
    """

    module: str
    path: str
    files: tuple[str, ...]
    named_by: tuple[str, int] | None
    names: Mapping[str, Setting]
    whole: bool = True
    helpers: tuple[str, ...] = ()

    def find(self, name: str) -> Setting | None:
        """Return a setting, or None where nothing sets it."""
        return self.names.get(name)

    def value(self, name: str) -> Value:
        """Return its value; unknown where nothing sets it."""
        setting = self.names.get(name)
        return Value(UNKNOWN) if setting is None else setting.value
