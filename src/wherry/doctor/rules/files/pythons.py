"""Which of the Pythons that a host builds would do for a project."""

from collections.abc import Iterable, Mapping
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wherry.buildrules.pythons import supported
from wherry.dependencies.resolution import Trouble
from wherry.doctor.rule import Context
from wherry.project.requirements.requirement import Requirement

# The first release of each package that has a wheel for CPython 3.14 on Linux (PyPI, November
# 2026). An older pin is built from source there, which for these takes a compiler, or fails.
_FIRST_FOR_3_14: Final[Mapping[str, str]] = {
    "numpy": "2.3.2",
    "pandas": "2.3.3",
    "scipy": "1.16.1",
    "scikit-learn": "1.7.2",
    "matplotlib": "3.10.5",
    "pillow": "11.3.0",
    "h5py": "3.15.0",
    "lxml": "6.0.1",
    "psycopg2-binary": "2.9.11",
    "psycopg-binary": "3.2.10",
    "grpcio": "1.75.1",
    "torch": "2.9.0",
    "onnxruntime": "1.24.1",
    "numba": "0.63.0",
}
_NEVER_FINAL_FOR_3_14: Final = (
    *("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel", "tf-nightly"),
    *("tflite-runtime", "intel-tensorflow"),
)
# What the index tells of a pin that an older Python would take.
_OF_PYTHON: Final = (
    *(Trouble.PYTHON_TOO_NEW, Trouble.NO_WHEEL, Trouble.SOURCE_TOO_OLD),
    *(Trouble.SOURCE_NEEDS_COMPILER, Trouble.SOURCE_OLD_SETUPTOOLS),
)
# The last Python that each TensorFlow has wheels for, by its first release with them.
_TENSORFLOW: Final = (("2.20", (3, 13)), ("2.16", (3, 12)), ("2.12", (3, 11)), ("2.8", (3, 10)))


def needs_older(context: Context, python: tuple[int, int]) -> tuple[Requirement, ...]:
    """Return the requirements that are known not to install on Python 3.14 as they are pinned."""
    if python < (3, 14):
        return ()
    if context.resolution is not None:
        refused = {
            (item.line.file, item.line.line)
            for item in context.resolution.troubles
            if item.trouble in _OF_PYTHON and not item.builds
        }
        return tuple(
            requirement
            for requirement in context.project.requirements.declared
            if (requirement.file, requirement.line) in refused
            or requirement.name in _NEVER_FINAL_FOR_3_14
        )
    return tuple(
        requirement
        for requirement in context.project.requirements.declared
        if _too_old(requirement)
    )


def _too_old(requirement: Requirement) -> bool:
    if requirement.name in _NEVER_FINAL_FOR_3_14:
        return True
    first = _FIRST_FOR_3_14.get(requirement.name)
    if first is None or not requirement.specifier:
        return False
    pinned = _version(requirement.pinned or "")
    if pinned is not None:
        return pinned < Version(first)
    return _highest_below(requirement.specifier, Version(first))


def _highest_below(specifier: str, version: Version) -> bool:
    """Whether a specifier has an upper end that lies below a version."""
    try:
        parts = list(SpecifierSet(specifier))
    except InvalidSpecifier:
        return False
    for part in parts:
        bound = _version(part.version.removesuffix(".*"))
        if bound is None:
            continue
        if part.operator in ("<", "<=") and bound <= version:
            return True
        if part.operator == "==" and part.version.endswith(".*"):
            return bound.release < version.release[: len(bound.release)]
        if part.operator == "~=":
            head = bound.release[:-1]
            if head < version.release[: len(head)]:
                return True
    return False


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def allowed_by_project(context: Context, python: tuple[int, int]) -> bool:
    """Whether pyproject.toml or Pipfile allow a Python; what cannot be read allows it."""
    wish = context.project.requirements.requires_python
    if not wish:
        return True
    try:
        return SpecifierSet(wish).contains(f"{python[0]}.{python[1]}.99", prereleases=True)
    except InvalidSpecifier:
        return True


def best(context: Context, meant: tuple[int, int] | None = None) -> tuple[int, int]:
    """Return the Python to pin: the one that is meant, or the nearest that the host builds."""
    known = [*supported(context.target)] or [(3, 12)]
    if meant in known:
        return meant
    repairs = () if context.resolution is None else context.resolution.repairs
    if repairs and repairs[0].python in known:
        return repairs[0].python
    known = [python for python in known if allowed_by_project(context, python)] or known
    if meant is not None and meant < min(known):
        # What is pinned beside it was chosen for the old one: the nearest moves it least.
        return min(known)
    ceiling = _tensorflow_ceiling(context.project.requirements.declared)
    fitting = [python for python in known if python <= ceiling] or [min(known)]
    last = max(fitting)
    if last >= (3, 14) and needs_older(context, last):
        return max((python for python in fitting if python < (3, 13)), default=last)
    return last


def _tensorflow_ceiling(requirements: Iterable[Requirement]) -> tuple[int, int]:
    for requirement in requirements:
        if requirement.name not in _NEVER_FINAL_FOR_3_14:
            continue
        pinned = _version(requirement.pinned or "")
        if requirement.name == "tflite-runtime":
            return (3, 11)
        if pinned is None:
            return (3, 13)
        for first, last in _TENSORFLOW:
            if pinned >= Version(first):
                return last
        return (3, 10)
    return (99, 99)
