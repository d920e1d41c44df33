"""DEBUG: on for everybody, or on unless a variable turns it off."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places
from wherry.findings import Finding, Fix
from wherry.project.code.operators import truth
from wherry.project.code.values import Setting

_OF_SYSTEM: Final = re.compile(r"\bos\.environ\b|\benviron(?:\.get\b|\[)|\bgetenv\b")


def _check(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    setting = None if settings is None else settings.find("DEBUG")
    if setting is None or not setting.value.known or not truth(setting.value.plain):
        return
    name = "debug-default-true" if _varies(setting) else "debug-true"
    yield found(
        name,
        places.of_setting(setting),
        values={"settings": setting.path, "line": setting.quote},
        fix=_fix(context, setting),
    )


def _varies(setting: Setting) -> bool:
    """Whether something outside can make it another value."""
    return bool(setting.value.others) or (
        bool(setting.value.variables) and not isinstance(setting.value.plain, bool)
    )


def _fix(context: Context, setting: Setting) -> Fix | None:
    variables = setting.value.variables
    if setting.conditional or len(variables) > 1:
        return None
    if variables and not _OF_SYSTEM.search(setting.quote):
        return None  # a package reads it, from a file too: only that call knows how
    name = next(iter(variables), "DEBUG")
    value = f'os.environ.get("{name}", "").lower() in ("1", "true", "yes", "on")'
    change = editing.replaced(context, setting, f"DEBUG = {value}")
    change = editing.with_import(change, "import os")
    if change is None:
        return None
    return Fix(f"Off, unless the variable {name} is 1 or true.", (change,), safe=True)


RULE: Final = Rule("debug", ("debug-true", "debug-default-true"), _check)
