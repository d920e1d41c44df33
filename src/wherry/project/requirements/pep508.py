"""Requirements as PEP 508 and pip have them: names, addresses, paths."""

import posixpath
import re
from dataclasses import dataclass
from typing import Final

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508

from wherry.project.requirements.requirement import Requirement, canonical

_ADDRESS: Final = re.compile(
    r"^(?:https?|ftp|file|git|hg|svn|bzr|(?:git|hg|svn|bzr)\+[a-z+]+):", re.IGNORECASE
)
_EGG: Final = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?")
_ARCHIVES: Final = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tbz", ".tar")
_EXTRAS_AT_END: Final = re.compile(r"\[([^\]\[]*)\]$")
_WHEEL: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._]*?)-(\d[^-]*)-")
_SDIST: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*?)-(\d[^-]*?)\.(?:tar|zip|tgz)")
_NAME: Final = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$")


class NotARequirement(ValueError):
    """It is no requirement; what is wrong is in the message."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a requirement stands."""

    file: str
    line: int
    group: str = ""
    constraint: bool = False


def parse(text: str, place: Place, *, raw: str = "", hashes: tuple[str, ...] = ()) -> Requirement:
    """Return the requirement that a text is.

    Raises:
        NotARequirement: it is none.
    """
    raw = raw or text
    if _ADDRESS.match(text):
        return _addressed(text, place, raw, hashes)
    if looks_like_path(text):
        return _local(text, place, raw, hashes)
    try:
        found = Pep508(text)
    except InvalidRequirement as problem:
        raise NotARequirement(str(problem).split("\n", 1)[0]) from None
    return Requirement(
        name=canonical(found.name),
        written_name=found.name,
        extras=tuple(sorted(found.extras)),
        specifier=_specifier(text, str(found.specifier)),
        marker=str(found.marker) if found.marker else "",
        url=found.url or "",
        hashes=hashes,
        file=place.file,
        line=place.line,
        raw=raw,
        group=place.group,
        constraint=place.constraint,
    )


def looks_like_path(text: str) -> bool:
    """Whether pip takes it for a path, and not for a name."""
    head = text.split(";", 1)[0].strip()
    if "@" in head and not head.startswith((".", "/")):
        return False
    bare = _EXTRAS_AT_END.sub("", head)
    return bare.startswith((".", "/")) or "/" in bare or bare.lower().endswith(_ARCHIVES)


def _specifier(text: str, normal: str) -> str:
    """Return the specifier in the order in which it is written, which a set has lost."""
    found = re.search(r"[=<>~!]=?=?[^;@\[]*", text.split(";", 1)[0])
    if found is None or "," not in normal:
        return normal
    parts = [part.strip().replace(" ", "") for part in found[0].strip(" )").split(",")]
    return ",".join(part for part in parts if part) if len(parts) > 1 else normal


def _addressed(text: str, place: Place, raw: str, hashes: tuple[str, ...]) -> Requirement:
    address, _, marker = text.partition(" ;")
    egg = _EGG.search(address)
    name = egg[1] if egg else name_in_file(address)
    extras = egg[2].strip("[]").split(",") if egg and egg[2] else []
    return Requirement(
        name=canonical(name),
        written_name=name,
        extras=tuple(extra.strip() for extra in extras),
        marker=marker.strip(),
        url=address.strip(),
        hashes=hashes,
        file=place.file,
        line=place.line,
        raw=raw,
        group=place.group,
        constraint=place.constraint,
    )


def _local(text: str, place: Place, raw: str, hashes: tuple[str, ...]) -> Requirement:
    path, _, marker = text.partition(";")
    extras = _EXTRAS_AT_END.search(path.strip())
    bare = _EXTRAS_AT_END.sub("", path.strip())
    name = name_in_file(bare)
    return Requirement(
        name=canonical(name),
        written_name=name,
        extras=tuple(part.strip() for part in extras[1].split(",")) if extras else (),
        marker=marker.strip(),
        local=posixpath.normpath(bare.replace("\\", "/")),
        hashes=hashes,
        file=place.file,
        line=place.line,
        raw=raw,
        group=place.group,
        constraint=place.constraint,
    )


def name_in_file(address: str) -> str:
    """Return the package that a wheel's or an archive's name tells; "" where it tells none."""
    last = (
        re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/").replace("\\", "/").rpartition("/")[2]
    )
    found = _WHEEL.match(last) if last.lower().endswith(".whl") else _SDIST.match(last)
    return found[1].replace("_", "-") if found else ""
