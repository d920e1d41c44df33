"""The catalogue as a person reads it in a terminal, and as JSON says it."""

import textwrap
from collections.abc import Iterator
from typing import Any, Final

from wherry.causes.catalogue import CATALOGUE, SYMPTOMS, cause
from wherry.causes.cause import Cause, Remedy, Stage, python_range
from wherry.causes.filling import fill
from wherry.causes.symptom import Symptom
from wherry.platforms import hosts
from wherry.platforms.hosts import Target

SCHEMA_VERSION: Final = 1
_WIDTH: Final = 88
_TITLES: Final = {
    **{name: hosts.get(name).platform.title for name in hosts.NAMES},
    "heroku-cedar": "Heroku (Cedar)",
    "heroku-fir": "Heroku (Fir)",
}


def render(entry: Cause | Symptom, target: Target | None = None) -> str:
    """Return one cause or symptom as text.

    With ``target``, only what can be done there is offered.
    """
    lines = _symptom(entry) if isinstance(entry, Symptom) else _cause(entry, target)
    return "\n".join(lines) + "\n"


def render_index() -> str:
    """Return all causes, by the stage at which an app meets them, and the symptoms."""
    lines = []
    for stage in Stage:
        lines += ["", f"{stage.value[0].upper()}{stage.value[1:]}"]
        lines += [
            f"  {entry.code}  {entry.name:32}  {fill(entry.title)}"
            for entry in CATALOGUE
            if entry.stage is stage
        ]
    lines += ["", "Symptoms, which have several causes"]
    lines += [f"  {entry.code:28} {fill(entry.title)}" for entry in SYMPTOMS]
    return "\n".join(lines[1:]) + "\n"


def to_dict(entry: Cause | Symptom) -> dict[str, Any]:
    """Return what JSON says of a cause or a symptom."""
    return _symptom_dict(entry) if isinstance(entry, Symptom) else _cause_dict(entry)


def index_dict() -> dict[str, Any]:
    """Return the whole catalogue as JSON says it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "causes": [to_dict(entry) for entry in CATALOGUE],
        "symptoms": [to_dict(entry) for entry in SYMPTOMS],
    }


def conditions(remedy: Remedy) -> str:
    """Return where a remedy works, as a part of a sentence; "" where it always does."""
    parts = []
    if remedy.platforms is not None:
        parts.append("on " + platform_titles(remedy.platforms))
    if remedy.pythons:
        parts.append(_pythons(remedy.pythons))
    if remedy.needs:
        parts.append("needs " + fill(remedy.needs))
    return "; ".join(parts)


def platform_titles(families: frozenset[str]) -> str:
    """Return the platforms' names for a sentence."""
    return ", ".join(title for name, title in _TITLES.items() if name in families)


def _pythons(text: str) -> str:
    first, last = python_range(text)
    low, high = (f"{major}.{minor}" for major, minor in (first, last))
    if first == (0, 0):
        return f"on Python {high} or older"
    if last[0] == 99:
        return f"on Python {low} or newer"
    return f"on Python {low} to {high}"


def _cause(entry: Cause, target: Target | None) -> Iterator[str]:
    yield f"{entry.code} {entry.name}: {fill(entry.title)}"
    kind = "normal, not a failure" if entry.noise else entry.severity.value
    yield f"({entry.stage.value}; {kind}{_also(entry.aliases)})"
    yield ""
    yield from _paragraph(fill(entry.why))
    if entry.looks_like:
        yield from ("", "In a log")
        yield from (f"  {line.strip()}" for line in entry.looks_like)
    yield from ("", "What to do")
    yield from _remedies(entry, target)
    yield from ("", "How to check")
    yield from _paragraph(fill(entry.check.text), "  ")
    yield from (f"  $ {fill(command)}" for command in entry.check.commands)
    if entry.related:
        yield from ("", "See also")
        yield from (f"  {_reference(name)}" for name in entry.related)
    yield from ("", "Sources")
    yield from (
        f"  {source.title}{': ' + source.url if source.url else ''}" for source in entry.sources
    )


def _remedies(entry: Cause, target: Target | None) -> Iterator[str]:
    remedies = entry.remedies if target is None else entry.offered(target.families)
    for number, remedy in enumerate(remedies, 1):
        yield from _paragraph(f"{number}. {fill(remedy.text)}", "  ", "     ")
        told = conditions(remedy)
        if told:
            yield from _paragraph(f"({told})", "     ")
        for change in remedy.edits:
            yield f"     {fill(change.file)}:"
            yield from (f"       {line}" for line in fill(change.text).splitlines())
        yield from (f"     $ {fill(command)}" for command in remedy.commands)
    if not remedies:
        yield "  Nothing that is known works there."


def _symptom(entry: Symptom) -> Iterator[str]:
    yield f"{entry.code}: {fill(entry.title)}"
    yield f"(a symptom: several causes lead to it{_also(entry.aliases)})"
    yield ""
    yield from _paragraph(fill(entry.meaning))
    yield from ("", "In a log")
    yield from (f"  {line.strip()}" for line in entry.looks_like)
    yield from ("", "What may be behind it, and what settles it")
    for candidate in entry.candidates:
        yield f"  {_reference(candidate.cause)}"
        yield from _paragraph(f"if {candidate.settled_by}", "      ")
    yield from ("", "Sources")
    yield from (
        f"  {source.title}{': ' + source.url if source.url else ''}" for source in entry.sources
    )


def _also(aliases: tuple[str, ...]) -> str:
    return f"; also called {', '.join(aliases)}" if aliases else ""


def _reference(name: str) -> str:
    entry = cause(name)
    return f"{entry.code} {entry.name}: {fill(entry.title)}"


def _paragraph(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cause_dict(entry: Cause) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name": entry.name,
        "aliases": list(entry.aliases),
        "title": fill(entry.title),
        "stage": entry.stage.value,
        "severity": entry.severity.value,
        "noise": entry.noise,
        "why": fill(entry.why),
        "looks_like": list(entry.looks_like),
        "platforms": None if entry.platforms is None else sorted(entry.platforms),
        "remedies": [_remedy_dict(remedy) for remedy in entry.remedies],
        "check": {
            "text": fill(entry.check.text),
            "commands": [fill(command) for command in entry.check.commands],
        },
        "related": [{"code": cause(name).code, "name": name} for name in entry.related],
        "sources": [{"title": source.title, "url": source.url} for source in entry.sources],
    }


def _remedy_dict(remedy: Remedy) -> dict[str, Any]:
    return {
        "text": fill(remedy.text),
        "commands": [fill(command) for command in remedy.commands],
        "edits": [{"file": fill(item.file), "text": fill(item.text)} for item in remedy.edits],
        "platforms": None if remedy.platforms is None else sorted(remedy.platforms),
        "pythons": remedy.pythons,
        "needs": fill(remedy.needs),
    }


def _symptom_dict(entry: Symptom) -> dict[str, Any]:
    return {
        "code": entry.code,
        "aliases": list(entry.aliases),
        "title": fill(entry.title),
        "meaning": fill(entry.meaning),
        "looks_like": list(entry.looks_like),
        "platforms": None if entry.platforms is None else sorted(entry.platforms),
        "candidates": [
            {
                "code": cause(candidate.cause).code,
                "name": candidate.cause,
                "settled_by": candidate.settled_by,
            }
            for candidate in entry.candidates
        ],
        "sources": [{"title": source.title, "url": source.url} for source in entry.sources],
    }
