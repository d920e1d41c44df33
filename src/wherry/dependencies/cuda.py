"""Which CUDA, cuDNN and driver a TensorFlow or an ONNX Runtime was built against, as data."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from packaging.version import InvalidVersion, Version

from wherry.dependencies.wheels import Wheel

TENSORFLOW: Final = "tensorflow"
ONNX_RUNTIME: Final = "onnxruntime-gpu"
CPU_BUILDS: Final[Mapping[str, str]] = {
    "tensorflow-cpu": TENSORFLOW,
    "onnxruntime": ONNX_RUNTIME,
}
"""Packages that hold no code for cards, and the ones that do in their stead."""


@dataclass(frozen=True, slots=True)
class Build:
    """One release with code for cards.

    Attributes:
        cuda: The version that it was built against: ``12.5.1``.
        cudnn: As well: ``9.3.0.75``.
        wheel: Its wheel for Linux on x86-64, for the Python of the table.
        capabilities: The cards that it holds kernels for, oldest first; () where it says nothing.
        packages: NVIDIA's, of that CUDA and cuDNN, pinned: ``nvidia-cublas-cu12==12.5.3.2``.
    """

    package: str
    version: str
    cuda: str
    cudnn: str
    wheel: Wheel
    capabilities: tuple[str, ...]
    packages: tuple[str, ...]

    @property
    def cuda_major(self) -> int:
        """The major version of CUDA: within one, any later minor version will do."""
        return int(self.cuda.partition(".")[0])

    @property
    def cudnn_major(self) -> int:
        """The major version of cuDNN; another one is not found by its name."""
        return int(self.cudnn.partition(".")[0])

    @property
    def least_driver(self) -> str:
        """The oldest driver that runs it."""
        return _table().drivers[self.cuda_major]


@dataclass(frozen=True, slots=True)
class _Table:
    drivers: Mapping[int, str]
    builds: tuple[Build, ...]


def builds() -> tuple[Build, ...]:
    """Return every build that is known: TensorFlow's, then ONNX Runtime's, oldest first."""
    return _table().builds


def build_of(package: str, version: str) -> Build | None:
    """Return the build of a version, or of its series: patch releases keep what they build with."""
    try:
        wanted = Version(version).release[:2]
    except InvalidVersion:
        return None
    found = (
        build
        for build in builds()
        if build.package == package and Version(build.version).release[:2] == wanted
    )
    return next(found, None)


def fitting(package: str, cuda_major: int) -> tuple[str, ...]:
    """Return the versions of a package that were built against a major version of CUDA."""
    return tuple(
        build.version
        for build in builds()
        if build.package == package and build.cuda_major == cuda_major
    )


def together(wanted: Iterable[Build]) -> tuple[str, ...]:
    """Return NVIDIA's packages for builds of one CUDA: of each, the latest that any asks for."""
    latest: dict[str, Version] = {}
    for build in wanted:
        for pin in build.packages:
            name, _, version = pin.partition("==")
            latest[name] = max(latest.get(name, Version("0")), Version(version))
    return tuple(f"{name}=={version}" for name, version in sorted(latest.items()))


@cache
def _table() -> _Table:
    text = (files("wherry.dependencies") / "cuda.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    drivers = {int(major): version for major, version in document["drivers"].items()}
    return _Table(
        drivers,
        tuple(
            Build(
                package=entry["package"],
                version=entry["version"],
                cuda=entry["cuda"],
                cudnn=entry["cudnn"],
                wheel=Wheel(entry["version"], entry["wheel"], entry["sha256"], entry["package"]),
                capabilities=tuple(entry["capabilities"]),
                packages=tuple(entry["packages"]),
            )
            for entry in document["builds"]
        ),
    )
