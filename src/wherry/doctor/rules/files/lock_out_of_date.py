"""The lock file does not match what it locks."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.files.circumstances import on_host
from wherry.findings import Evidence, FileSpan, Finding, How
from wherry.project.requirements.digests import digests
from wherry.project.requirements.requirement import Lock, Requirement

_DIGEST: Final = re.compile(r"^[0-9a-f]{64}$")


def _check(context: Context) -> Iterator[Finding]:
    requirements = context.project.requirements
    lock = requirements.lock
    if lock is None or not requirements.complete or lock.kind != requirements.manager:
        return
    differing = [
        *_absent(lock, requirements.declared),
        *_refused(lock, requirements.declared, context),
    ]
    declares = [] if lock.kind != "uv" else _uv(lock, requirements.declared)
    if differing or declares:
        first = (differing or declares)[0]
        yield found(
            "lockfile-out-of-date",
            *(item.where for item in (differing or declares)[:3]),
            FileSpan(lock.path),
            values={"file": first.file},
        )
        return
    document = context.project.document(requirements.file)
    expected = frozenset() if document is None else digests(lock.kind, document)
    # A hash that a person made up, in an example, is none.
    said = lock.content_hash if _DIGEST.match(lock.content_hash) else ""
    if said and expected and said not in expected:
        yield found(
            "lockfile-out-of-date",
            FileSpan(lock.path, quote=said[:12]),
            FileSpan(requirements.file),
            values={"file": requirements.file},
            evidence=(Evidence("the hash that the lock carries", said[:12], How.READ),),
        )


def _absent(lock: Lock, declared: Iterable[Requirement]) -> list[Requirement]:
    return [
        item
        for item in declared
        if item.name and not item.local and lock.get(item.name) is None and lock.packages
    ]


def _refused(lock: Lock, declared: Iterable[Requirement], context: Context) -> list[Requirement]:
    """Return what is locked at a version that the project no longer accepts."""
    return [
        item
        for item in declared
        if not item.url and on_host(item, context.python) and not _accepts(item, lock)
    ]


def _accepts(item: Requirement, lock: Lock) -> bool:
    versions = [package.version for package in lock.packages if package.name == item.name]
    if not item.specifier or not versions or not all(versions):
        return True
    try:
        specifier = SpecifierSet(item.specifier)
        return any(specifier.contains(version, prereleases=True) for version in versions)
    except (InvalidSpecifier, InvalidVersion):
        return True


def _uv(lock: Lock, declared: tuple[Requirement, ...]) -> list[Requirement]:
    """Return what uv.lock does not know that the project asks for, or knows otherwise."""
    known = lock.declares
    if known is None:
        return []
    return [
        item
        for item in declared
        if item.name and not item.url and not _same(item.specifier, known.get(item.name))
    ]


def _same(specifier: str, locked: tuple[str, ...] | None) -> bool:
    if locked is None:
        return False
    try:
        return any(
            known == "?" or SpecifierSet(specifier) == SpecifierSet(known) for known in locked
        )
    except InvalidSpecifier:
        return True


RULE: Final = Rule("lockfile-out-of-date", ("lockfile-out-of-date",), _check)
