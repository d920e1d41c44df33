"""Packages of the web that are used in a way that is gone."""

import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places, usage, versions
from wherry.findings import Change, Finding, Fix

_IMPORT: Final = re.compile(
    r"^from whitenoise\.django import DjangoWhiteNoise[^\n]*\n", re.MULTILINE
)
_WRAPPED: Final = re.compile(r"\bDjangoWhiteNoise\(([^()\n]+(?:\(\))?)\)")
_ALONE: Final = re.compile(r"^(\w+) = \1\n", re.MULTILINE)


def _whitenoise(context: Context) -> Iterator[Finding]:
    if versions.below(context, "whitenoise", (4, 0)):
        return
    for use in usage.imports(context, "whitenoise.django"):
        if use.name.startswith("whitenoise.django"):
            yield found(
                "whitenoise-old-import",
                use.where,
                severity=Severity.ERROR,
                values={"code_file": use.where.path},
                fix=_fix(context, use.where.path),
            )
    settings = context.project.code.settings
    setting = None if settings is None else settings.find("STATICFILES_STORAGE")
    if setting is None or versions.at_least(context, "django", (5, 1)):
        return
    plain = setting.value.plain
    if isinstance(plain, str) and plain.startswith("whitenoise.django."):
        yield found("whitenoise-old-import", places.of_setting(setting))


def _fix(context: Context, path: str) -> Fix | None:
    """Return the file without the wrapper: what is wrapped is served as it is."""
    before = editing.text_of(context, path)
    if before is None:
        return None
    after = _IMPORT.sub("", before)
    after = _WRAPPED.sub(r"\1", after)
    after = _ALONE.sub("", after)
    if "DjangoWhiteNoise" in after:
        return None
    return Fix("Take the wrapper out.", (Change(path, before, after),), safe=True)


RULE: Final = Rule("whitenoise-import", ("whitenoise-old-import",), _whitenoise)
