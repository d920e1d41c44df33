"""Packages that import a module which this Python's standard library no longer has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from packaging.version import Version

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.dependencies.libraries import place
from wherry.doctor.rules.dependencies.situation import dotted, lines, versions, where
from wherry.findings import Finding
from wherry.project.code.imports import Import
from wherry.project.code.moments import Moment


@dataclass(frozen=True, slots=True)
class _Old:
    """A package that imports a removed module at its top, in the releases below ``mended``.

    Attributes:
        stand_ins: What provides the module, where it is installed.
    """

    package: str
    imported_as: str
    module: str
    mended: str
    stand_ins: tuple[str, ...] = ()


# Read in the packages' own files, release by release; all of it went with Python 3.13.
_SINCE: Final = (3, 13)
_OLD: Final = (
    _Old("pydub", "pydub", "audioop", "999", ("audioop-lts", "pyaudioop")),
    _Old("discord-py", "discord", "audioop", "2.5", ("audioop-lts",)),
    _Old("speechrecognition", "speech_recognition", "aifc", "3.12", ("standard-aifc",)),
    _Old("tweepy", "tweepy", "imghdr", "4.15", ("standard-imghdr",)),
    _Old("feedparser", "feedparser", "cgi", "6.0.11", ("legacy-cgi",)),
)


def _check(context: Context) -> Iterator[Finding]:
    if context.python is None or context.python < _SINCE:
        return
    installed = versions(context)
    # What the code's own list asks for counts where its lock was left behind.
    asked = {item.name: item.where for item in context.project.requirements.declared}
    asked |= {line.key: where(line) for line in lines(context)}
    stand_ins = installed.keys() | asked.keys()
    for old in _OLD:
        if old.package not in asked or stand_ins.intersection(old.stand_ins):
            continue
        version = installed.get(old.package)
        # Without a version it is the newest, which counts where none is mended.
        if (version or Version("99")) >= Version(old.mended):
            continue
        used = _used(context, old.imported_as)
        if used is None:
            continue
        yield found(
            "removed-stdlib-module",
            place(context, used),
            asked[old.package],
            severity=Severity.ERROR,
            values={
                "module": old.module,
                "python": dotted(context.python),
                "code_file": used.path,
            },
        )


def _used(context: Context, root: str) -> Import | None:
    """Return where the site, or a worker of its queue, imports a package."""
    code = context.project.code
    for item in code.imports:
        if item.root != root or item.local or item.guarded or item.type_checking:
            continue
        source = code.sources.get(item.path)
        late = frozenset() if source is None else code.reach.module(source)
        if item.path in code.served or Moment.BACKGROUND in late:
            return item
    return None


RULE: Final = Rule("packages-of-old-pythons", ("removed-stdlib-module",), _check)
