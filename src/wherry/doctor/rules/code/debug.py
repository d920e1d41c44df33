"""DEBUG: on for everybody, or on unless a variable turns it off."""

from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places
from wherry.findings import Finding, Fix
from wherry.project.code.operators import truth
from wherry.project.code.values import Setting


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
    if setting.conditional:
        return None
    change = editing.replaced(context, setting, 'DEBUG = os.environ.get("DEBUG") == "1"')
    change = editing.with_import(change, "import os")
    if change is None:
        return None
    return Fix("Off, unless the variable DEBUG is 1.", (change,), safe=True)


RULE: Final = Rule("debug", ("debug-true", "debug-default-true"), _check)
