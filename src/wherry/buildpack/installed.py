"""The app's installed packages: what each wants, and the files that it put there."""

import csv
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

TENSORFLOWS: Final = frozenset(
    ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel", "tf-nightly")
)
"""Packages whose wheel holds the module ``tensorflow`` with its libraries."""

COMPANIONS: Final = frozenset(
    (
        *("keras", "tensorboard", "tensorboard-data-server", "tensorboard-plugin-wit"),
        *("tensorflow-estimator", "tensorflow-io-gcs-filesystem", "libclang", "gast"),
        *("astunparse", "google-pasta", "opt-einsum", "ml-dtypes", "optree", "namex"),
        *("keras-applications", "keras-preprocessing", "flatbuffers", "absl-py"),
    )
)
"""Packages that are there for TensorFlow: that a frozen list names them says nothing of the app."""


@dataclass(frozen=True, eq=False)
class Installed:
    """One installed package.

    Attributes:
        key: Its name in normal form.
    """

    key: str
    version: str
    distribution: Distribution

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files of its record, relative to the folder of packages."""
        record = self.distribution.read_text("RECORD")
        if record is None:
            return tuple(map(str, self.distribution.files or ()))
        return tuple(row[0] for row in csv.reader(record.splitlines()) if row)

    @cached_property
    def tops(self) -> frozenset[str]:
        """The names at the top of the folder of packages that its files are under."""
        return frozenset(file.partition("/")[0] for file in self.files) - {"..", "__pycache__", ""}

    @cached_property
    def modules(self) -> frozenset[str]:
        """The top-level modules that it provides."""
        folders = {file.partition("/")[0] for file in self.files if "/" in file}
        return frozenset(
            top.partition(".")[0]
            for top in self.tops
            if not top.endswith((".dist-info", ".data", ".libs"))
            and (top in folders or top.endswith((".py", ".so")))
        )

    def wants(self, extras: Iterable[str] = ()) -> dict[str, frozenset[str]]:
        """Return what it wants here, by name, each with the extras that it asks of it."""
        found: dict[str, frozenset[str]] = {}
        for text in self.distribution.requires or ():
            try:
                requirement = Requirement(text)
            except InvalidRequirement:
                continue
            marker = requirement.marker
            if marker is not None and not any(
                marker.evaluate({"extra": extra}) for extra in ("", *extras)
            ):
                continue
            key = canonicalize_name(requirement.name)
            found[key] = found.get(key, frozenset()) | requirement.extras
        return found


@dataclass(frozen=True)
class Environment:
    """All that is installed, by name in normal form."""

    packages: Mapping[str, Installed]
    site_packages: Path

    @cached_property
    def _owners(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, package in self.packages.items():
            for top in package.tops:
                found.setdefault(top, set()).add(key)
        return found

    def owners(self, top: str) -> frozenset[str]:
        """Return the packages with files under a name at the top."""
        return frozenset(self._owners.get(top, ()))

    @property
    def tensorflows(self) -> tuple[Installed, ...]:
        """The packages that hold TensorFlow."""
        return tuple(self.packages[key] for key in sorted(TENSORFLOWS & self.packages.keys()))

    def closure(
        self, roots: Mapping[str, Iterable[str]], without: Iterable[str] = ()
    ) -> frozenset[str]:
        """Return all that these packages, given with their extras, come to need.

        What is in ``without`` is not gone through: as if it were not installed.
        """
        barred = frozenset(without)
        reached: dict[str, frozenset[str]] = {}
        waiting = [(key, frozenset(extras)) for key, extras in roots.items()]
        while waiting:
            key, extras = waiting.pop()
            before = reached.get(key)
            if (
                key in barred
                or key not in self.packages
                or (before is not None and extras <= before)
            ):
                continue
            reached[key] = extras | (before or frozenset())
            waiting += self.packages[key].wants(reached[key]).items()
        return frozenset(reached)


def read_environment(site_packages: Path) -> Environment:
    """Return what is installed in a folder of packages."""
    found = {}
    for distribution in distributions(path=[str(site_packages)]):
        name = distribution.metadata["Name"]
        if name:
            key = canonicalize_name(name)
            found[key] = Installed(key, distribution.version, distribution)
    return Environment(dict(sorted(found.items())), site_packages)


def own_site_packages() -> Path:
    """Return the folder of packages of the running interpreter."""
    return Path(sysconfig.get_path("platlib"))
