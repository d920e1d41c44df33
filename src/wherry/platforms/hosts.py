"""The hosts and their sizes, from one TOML file each: every number with its source and date.

A served process needs none of this, so that the files are read when first asked for.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from wherry.errors import ConfigurationError
from wherry.platforms.facts import Fact, FactSource, Value

DEFAULT: Final = "heroku:eco"
NAMES: Final = ("heroku", "dokku", "render", "railway", "fly", "cloud-run")
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Size:
    """One kind of instance that a host lets.

    Attributes:
        generation: Which of the host's platforms it runs on: ``cedar``, ``fir``, or "".
    """

    name: str
    facts: Mapping[str, Fact]
    generation: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Platform:
    """A host.

    Attributes:
        facts: What holds on every size.
        generations: What differs on one of its platforms.
        default_size: What a bare name means.
    """

    name: str
    title: str
    facts: Mapping[str, Fact]
    sizes: tuple[Size, ...]
    default_size: str
    aliases: tuple[str, ...] = ()
    generations: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a project is to run: a host and one of its sizes."""

    platform: Platform
    size: Size

    @property
    def name(self) -> str:
        """As ``--platform`` takes it."""
        return f"{self.platform.name}:{self.size.name}"

    @property
    def families(self) -> frozenset[str]:
        """What causes and remedies call it: the host, and the host with its generation."""
        names = {self.platform.name}
        if self.size.generation:
            names.add(f"{self.platform.name}-{self.size.generation}")
        return frozenset(names)

    @property
    def facts(self) -> dict[str, Fact]:
        """All that is known: the host's, overridden by the generation's, then the size's."""
        generation = self.platform.generations.get(self.size.generation, {})
        return {**self.platform.facts, **generation, **self.size.facts}

    def find(self, name: str) -> Fact | None:
        """Return a fact, or None where the host has no such rule, or none is known."""
        return self.facts.get(name)

    def fact(self, name: str) -> Fact:
        """Return a fact that must be there; asking for another one is a mistake in Wherry."""
        return self.facts[name]

    def number(self, name: str) -> float | None:
        """Return a fact's number, or None where there is no such fact or it is no number."""
        fact = self.find(name)
        if fact is None or isinstance(fact.value, bool) or not isinstance(fact.value, int | float):
            return None
        return fact.value

    @property
    def memory_bytes(self) -> int | None:
        """The quota of one instance; None where the host itself sets none."""
        return _bytes(self.number("memory_mib"))

    @property
    def kill_bytes(self) -> int | None:
        """Where the instance is killed or restarted; None where the host itself sets no limit."""
        memory = self.number("memory_mib")
        return None if memory is None else _bytes(memory * (self.number("kill_ratio") or 1.0))

    @property
    def visible_cpus(self) -> float | None:
        """The CPUs that its processes see or are held to."""
        return self.number("visible_cpus")


def get(name: str = DEFAULT) -> Target:
    """Return the host and size of a name: ``heroku``, ``heroku:standard-1x``, ``standard-1x``.

    Raises:
        ConfigurationError: there is none; the sentence says what is near, or what there is.
    """
    wanted = name.strip().lower()
    host, _, size = wanted.partition(":")
    for platform in platforms():
        if host in (platform.name, *platform.aliases):
            return Target(platform, _size(platform, size or platform.default_size))
    if not size:
        for target in targets():
            if wanted in (target.size.name, *target.size.aliases):
                return target
    near = difflib.get_close_matches(wanted, [*NAMES, *names()], n=3)
    told = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(NAMES)}."
    raise ConfigurationError(
        f"There is no platform {name!r} here; {told} `wherry platforms` lists all sizes."
    )


def names() -> tuple[str, ...]:
    """Return every name that ``--platform`` takes, with its size."""
    return tuple(target.name for target in targets())


def targets() -> tuple[Target, ...]:
    """Return every size of every host."""
    return tuple(Target(platform, size) for platform in platforms() for size in platform.sizes)


def platforms() -> tuple[Platform, ...]:
    """Return every host."""
    return tuple(_load(name) for name in NAMES)


@cache
def _load(name: str) -> Platform:
    # Ten milliseconds that the served process, which imports its neighbours, need not spend.
    import tomllib

    with (Path(__file__).parent / f"{name}.toml").open("rb") as file:
        return _platform(name, tomllib.load(file))


def _platform(name: str, document: Mapping[str, Any]) -> Platform:
    sources = {
        tag: FactSource(entry["title"], entry.get("url", ""), str(entry["date"]))
        for tag, entry in document["sources"].items()
    }
    columns = document["size_sources"]
    return Platform(
        name=name,
        title=document["title"],
        aliases=tuple(document.get("aliases", ())),
        default_size=document["default_size"],
        facts=_facts(document["facts"], sources),
        generations={
            generation: _facts(entries, sources)
            for generation, entries in document.get("generations", {}).items()
        },
        sizes=tuple(_read_size(entry, columns, sources) for entry in document["sizes"]),
    )


def _facts(
    entries: Mapping[str, Mapping[str, Any]], sources: Mapping[str, FactSource]
) -> dict[str, Fact]:
    return {
        name: Fact(
            name=name,
            value=_value(entry["value"]),
            source=sources[entry["source"]],
            confirmed=entry.get("confirmed", True),
            note=entry.get("note", ""),
        )
        for name, entry in entries.items()
    }


_NO_NUMBERS: Final = frozenset(("name", "aliases", "generation", "unconfirmed"))


def _read_size(
    entry: Mapping[str, Any], columns: Mapping[str, str], sources: Mapping[str, FactSource]
) -> Size:
    unconfirmed = entry.get("unconfirmed", ())
    generation = entry.get("generation", "")
    return Size(
        name=entry["name"],
        generation=generation,
        aliases=tuple(entry.get("aliases", ())),
        facts={
            name: Fact(
                name=name,
                value=_value(value),
                source=sources[columns.get(f"{generation}.{name}") or columns[name]],
                confirmed=name not in unconfirmed,
            )
            for name, value in entry.items()
            if name not in _NO_NUMBERS
        },
    )


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    if isinstance(value, bool | int | float | str):
        return value
    return str(value)  # a date


def _size(platform: Platform, name: str) -> Size:
    for size in platform.sizes:
        if name in (size.name, *size.aliases):
            return size
    known = [size.name for size in platform.sizes]
    near = difflib.get_close_matches(name, known, n=3)
    told = f"did you mean {' or '.join(near)}? The sizes" if near else "the sizes"
    raise ConfigurationError(
        f"{platform.title} has no size {name!r} here; {told} are: {', '.join(known)}."
    )


def _bytes(mib: float | None) -> int | None:
    return None if mib is None else round(mib * MIB)
