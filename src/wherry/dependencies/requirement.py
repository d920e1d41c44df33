"""One requirement of a project's, as plain data: what it asks for, and where it stands."""

from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """A requirement as somebody wrote it.

    Attributes:
        name: As it is written; ``key`` is the form that the index compares.
        specifier: ``==2.4.1``, or "" where any version will do.
        file: Relative to the project, with forward slashes.
        line: Counted from 1; 0 where the file has no lines to speak of.
        marker: What follows the semicolon, without it.
        url: Where it comes from, if it is named by its address or its path.
        raw: The line as it stands in the file, without its line end.
        hashes: Whether the line carries hashes, so that no other file will do.
    """

    name: str
    specifier: str
    file: str
    line: int
    extras: tuple[str, ...] = ()
    marker: str = ""
    url: str = ""
    raw: str = ""
    hashes: bool = False

    @property
    def key(self) -> str:
        """The name in its normal form: ``scikit-learn`` for ``Scikit_Learn``."""
        return canonicalize_name(self.name)

    @property
    def text(self) -> str:
        """The requirement in short, as a finding names it: ``tensorflow==2.4.1``."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        at = f" @ {self.url}" if self.url else self.specifier.replace(" ", "")
        return f"{self.name}{extras}{at}"

    @property
    def specifiers(self) -> SpecifierSet | None:
        """What versions it allows; None where the specifier is not one."""
        try:
            return SpecifierSet(self.specifier)
        except InvalidSpecifier:
            return None

    @property
    def exact(self) -> str | None:
        """The one version that it allows, or None where it is no pin."""
        allowed = self.specifiers
        found = [part for part in allowed or () if part.operator in ("==", "===")]
        if len(found) != 1 or found[0].version.endswith(".*"):
            return None
        return found[0].version

    def applies(self, python: tuple[int, int]) -> bool:
        """Whether its marker holds on Linux with this Python; an unreadable one does."""
        if not self.marker:
            return True
        try:
            return Marker(self.marker).evaluate(environment(python))
        except (InvalidMarker, UndefinedEnvironmentName):
            return True


def environment(python: tuple[int, int]) -> dict[str, str]:
    """Return what markers are compared with: CPython on 64-bit Linux for Intel's processors."""
    version = f"{python[0]}.{python[1]}"
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{version}.0",
        "python_version": version,
        "sys_platform": "linux",
        "extra": "",
    }
