"""What the index has of one package: its releases, and which of their files fit where."""

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wherry.dependencies.resolution import Python

# The oldest glibc of the hosts' current systems: that of Ubuntu 22.04.
GLIBC: Final = (2, 35)
_LEGACY: Final = frozenset(("any", "manylinux1_x86_64", "manylinux2010_x86_64"))
_ALSO: Final = frozenset(("manylinux2014_x86_64", "linux_x86_64"))
SOURCE_SUFFIXES: Final = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a release, as the index lists it.

    Attributes:
        requires_python: As the release states it, or "".
        uploaded: The day, as ``2023-10-02``, or "".
    """

    filename: str
    url: str
    size_bytes: int | None = None
    requires_python: str = ""
    yanked: bool = False
    uploaded: str = ""

    @property
    def is_wheel(self) -> bool:
        """Whether it is installed without a build."""
        return self.filename.endswith(".whl")

    def admits(self, python: Python) -> bool:
        """Whether its metadata lets this Python have it; what cannot be read is no obstacle."""
        if not self.requires_python:
            return True
        try:
            # Hosts run a late patch release, so that >=3.9.2 holds on 3.9.
            allowed = SpecifierSet(self.requires_python)
            return allowed.contains(f"{python[0]}.{python[1]}.12", prereleases=True)
        except InvalidSpecifier:
            return True

    def fits(self, python: Python) -> bool:
        """Whether it is a wheel for this Python on 64-bit Linux with Intel's processors."""
        return self.is_wheel and self.admits(python) and tags_fit(self.filename, python)


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a package.

    Attributes:
        text: The version as the files are named.
        files: Wheels that 64-bit Linux might take, and the source.
        elsewhere: For what else there are wheels: ``windows``, ``macos``, ``musl``, ``arm``.
    """

    version: Version
    text: str
    files: tuple[File, ...]
    elsewhere: frozenset[str] = frozenset()

    @property
    def sdist(self) -> File | None:
        """The source, where it is published."""
        return next((file for file in self.files if not file.is_wheel), None)

    @property
    def wheels(self) -> tuple[File, ...]:
        """The wheels for 64-bit Linux, for any Python."""
        return tuple(file for file in self.files if file.is_wheel)

    @property
    def yanked(self) -> bool:
        """Whether its author took it back; only who names it exactly gets it."""
        return bool(self.files) and all(file.yanked for file in self.files)

    @property
    def uploaded(self) -> str:
        """The day on which its first file appeared."""
        return min((file.uploaded for file in self.files if file.uploaded), default="")

    def wheel(self, python: Python) -> File | None:
        """Return a wheel for this Python."""
        return next((file for file in self.files if file.fits(python)), None)

    def source(self, python: Python) -> File | None:
        """Return the source, if its metadata lets this Python have it."""
        found = self.sdist
        return found if found is not None and found.admits(python) else None

    def pythons(self, among: tuple[Python, ...]) -> tuple[Python, ...]:
        """Return those of the Pythons that there is a wheel for."""
        return tuple(python for python in among if self.wheel(python) is not None)


@dataclass(frozen=True)
class Page:
    """All releases of a package, the oldest first."""

    name: str
    releases: tuple[Release, ...] = field(default=())

    @cached_property
    def by_version(self) -> dict[Version, Release]:
        """The releases by their versions."""
        return {release.version: release for release in self.releases}

    def allowed(self, specifiers: SpecifierSet) -> tuple[Release, ...]:
        """Return the releases that pip would consider, the newest first.

        A pre-release is one only where it is asked for, or where there is nothing else.
        """
        exact = any(part.operator in ("==", "===") for part in specifiers)
        inside = [
            release
            for release in reversed(self.releases)
            if (exact or not release.yanked)
            and specifiers.contains(release.version, prereleases=True)
        ]
        if specifiers.prereleases:
            return tuple(inside)
        finals = [release for release in inside if not release.version.is_prerelease]
        return tuple(finals or inside)


def page_of(name: str, files: list[File], elsewhere: dict[str, set[str]]) -> Page:
    """Return the files of a package, sorted into releases; what has no version is left out."""
    by_text: dict[str, list[File]] = {text: [] for text in elsewhere}
    for file in files:
        by_text.setdefault(version_of(file.filename), []).append(file)
    merged: dict[Version, Release] = {}
    for text, members in by_text.items():
        try:
            version = Version(text)
        except InvalidVersion:
            continue
        before = merged.get(version)
        merged[version] = Release(
            version,
            before.text if before else text,
            (*(before.files if before else ()), *members),
            frozenset(elsewhere.get(text, ())) | (before.elsewhere if before else frozenset()),
        )
    return Page(name, tuple(merged[version] for version in sorted(merged)))


def version_of(filename: str) -> str:
    """Return the version that a file's name tells, or ""."""
    if filename.endswith(".whl"):
        parts = filename.split("-")
        return parts[1] if len(parts) >= 5 else ""
    for suffix in SOURCE_SUFFIXES:
        if filename.endswith(suffix):
            return filename.removesuffix(suffix).rpartition("-")[2]
    return ""


def tags_fit(filename: str, python: Python) -> bool:
    """Whether a wheel's tags are those of this CPython on this Linux."""
    parts = filename.removesuffix(".whl").rsplit("-", 3)
    if len(parts) != 4:
        return False
    _, languages, abis, platforms = parts
    return any(platform_fits(platform) for platform in platforms.split(".")) and any(
        _language_fits(language, abi, python)
        for language in languages.split(".")
        for abi in abis.split(".")
    )


@cache
def platform_fits(platform: str) -> bool:
    """Whether 64-bit Linux with glibc and Intel's processors runs it."""
    if platform in _LEGACY or platform in _ALSO:
        return True
    if not (platform.startswith("manylinux_") and platform.endswith("_x86_64")):
        return False
    numbers = platform.removeprefix("manylinux_").removesuffix("_x86_64").split("_")
    if not all(number.isdigit() for number in numbers):
        return False
    return tuple(int(number) for number in numbers) <= GLIBC


def _language_fits(language: str, abi: str, python: Python) -> bool:
    made_for = _numbers(language)
    if made_for is None:
        return False
    if language.startswith("py"):
        return abi == "none" and made_for[0] == python[0] and made_for <= python
    if not language.startswith("cp"):
        return False
    if abi == "abi3":
        return made_for[0] == python[0] and made_for <= python
    return made_for == python and abi in ("none", language, f"{language}m")


def _numbers(language: str) -> Python | None:
    digits = language[2:]
    if not digits.isdigit():
        return None
    return int(digits[0]), int(digits[1:] or 0)
