"""What a package's source says of its own build, read and never run."""

import ast
import configparser
import re
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement

from wherry.dependencies import standard_library
from wherry.dependencies.archives import Archive, look_into
from wherry.dependencies.metadata import read_metadata
from wherry.dependencies.requirement import environment
from wherry.dependencies.resolution import Python

WANTED: Final = (
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "PKG-INFO",
    "requires.txt",
    "versioneer.py",
)
_COMPILED: Final = frozenset(
    (*(".c", ".cc", ".cpp", ".cxx", ".pyx", ".rs", ".f", ".f90", ".cu"), ".pyf", ".go")
)
_ASIDE: Final = frozenset(
    ("test", "tests", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "demo")
)
_EXTENSIONS: Final = re.compile(
    r"\b(?:ext_modules|ext_package|Extension\(|cffi_modules|rust_extensions|RustExtension"
    r"|CMakeExtension|cythonize|build_ext|build_clib|numpy\.distutils|skbuild)"
)
_OPTIONAL: Final = re.compile(
    r"optional\s*=\s*True|BuildFailed|build_ext_optional|ve_build_ext|BuildExtFailed"
    r"|SPEEDUPS|_cython_failed|optional_build_ext|build without|without (?:the )?C ext"
    r"|WARNING: Failed to compile|could not be compiled|[Cc]ontinuing without"
)
_COMPILING_BACKENDS: Final = ("mesonpy", "maturin", "scikit_build", "skbuild", "py_build_cmake")
_ALWAYS_THERE: Final = frozenset(("setuptools", "distutils", "wheel", "_distutils_hack"))
# Names of Python's own library that setup scripts used, and the first Python without them.
_GONE: Final[Mapping[str, Python]] = {
    "imp": (3, 12),
    "asyncore": (3, 12),
    "asynchat": (3, 12),
    "smtpd": (3, 12),
    "cgi": (3, 13),
    "pipes": (3, 13),
    "imghdr": (3, 13),
    "crypt": (3, 13),
    "telnetlib": (3, 13),
}
_OLD_WAYS: Final[tuple[tuple[re.Pattern[str], Python, str], ...]] = (
    (re.compile(r"\.readfp\("), (3, 12), "it calls readfp, which 3.12 removed"),
    (re.compile(r"SafeConfigParser\("), (3, 12), "it uses SafeConfigParser, which 3.12 removed"),
    (re.compile(r"open\([^()\n]{1,200}[\"'](?:rU|U|Ur)[\"']"), (3, 11), "it opens a file as 'U'"),
    (re.compile(r"\bast\.Str\b"), (3, 14), "it uses ast.Str, which 3.14 removed"),
    (re.compile(r"\bplatform\.(?:linux_distribution|dist)\("), (3, 8), "it asks platform.dist"),
    (re.compile(r"\blocals\(\)\["), (3, 13), "it looks into locals() after exec"),
    (re.compile(r"\bpkgutil\.ImpImporter"), (3, 12), "it uses pkgutil.ImpImporter"),
)
_NEWEST_PYTHON: Final = re.compile(
    r"max_py(?:thon)?_version\s*=\s*[\"'(]?\s*(\d)\s*[.,]\s*(\d+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a source release.

    Attributes:
        compiled: Whether its build needs a compiler.
        fragile: Whether what it compiles follows Python's or numpy's insides (Cython, Rust,
            Fortran), so that it does not build on a Python from after its time. Plain C mostly
            does.
        requires: What it wants, as far as it is written down.
        needs_old_setuptools: Why today's setuptools does not build it, or "".
        gone: What stops it on which Python and later ones: ``((3, 12), "it imports imp")``.
        newest_python: The first Python that it refuses itself, or None.
        build_requires: What its build asks for.
    """

    compiled: bool
    requires: tuple[str, ...] = ()
    needs_old_setuptools: str = ""
    gone: tuple[tuple[Python, str], ...] = ()
    first_refused: Python | None = None
    build_requires: tuple[str, ...] = ()
    fragile: bool = False

    def stopped(self, python: Python) -> str:
        """Return why it does not build on this Python, or ""."""
        if self.first_refused is not None and python >= self.first_refused:
            return "its own setup refuses this Python"
        reasons = [reason for first, reason in self.gone if python >= first]
        if python >= (3, 12) and (pin := self._old_build_pin(python)):
            reasons.append(f"its build asks for {pin}, which does not run on 3.12 and later")
        return reasons[0] if reasons else ""

    def _old_build_pin(self, python: Python) -> str:
        """Return a demand for a setuptools from before Python 3.12, or ""."""
        for text in self.build_requires:
            try:
                wanted = Requirement(text)
            except InvalidRequirement:
                continue
            if wanted.marker is not None and not wanted.marker.evaluate(environment(python)):
                continue
            # 66 is the first that 3.12 can import.
            if wanted.name == "setuptools" and not any(
                wanted.specifier.contains(version) for version in ("66.1.0", "75.0.0", "80.9.0")
            ):
                return text
        return ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return asdict(self)


def from_dict(document: Mapping[str, Any]) -> Source:
    """Return what ``to_dict`` made."""
    refused = document["first_refused"]
    return Source(
        compiled=document["compiled"],
        requires=tuple(document["requires"]),
        needs_old_setuptools=document["needs_old_setuptools"],
        gone=tuple(((first[0], first[1]), reason) for first, reason in document["gone"]),
        first_refused=None if refused is None else (refused[0], refused[1]),
        build_requires=tuple(document["build_requires"]),
        fragile=document["fragile"],
    )


def read_source(body: bytes, filename: str) -> Source | None:
    """Read a source archive; None where it cannot be read."""
    archive = look_into(body, filename, WANTED)
    return None if archive is None else judge(archive)


def judge(archive: Archive) -> Source:
    """Return what an archive's files say of its build."""
    setup = archive.texts.get("setup.py", "")
    project = _toml(archive.texts.get("pyproject.toml", ""))
    build = project.get("build-system", {})
    build_requires = tuple(str(text) for text in build.get("requires", ()) if isinstance(text, str))
    tree = _tree(setup)
    return Source(
        compiled=_compiled(archive, setup, str(build.get("build-backend", "")), build_requires),
        requires=_requires(archive, project),
        needs_old_setuptools=_old_setuptools(archive, setup, tree, build_requires),
        gone=tuple(_gone(archive, setup, tree)),
        first_refused=_first_refused(setup),
        build_requires=build_requires,
        fragile=_fragile(archive, setup, build_requires),
    )


def _fragile(archive: Archive, setup: str, build_requires: tuple[str, ...]) -> bool:
    suffixes = {PurePosixPath(name).suffix for name in _own(archive)}
    needed = " ".join(build_requires).lower()
    return bool(
        suffixes & {".pyx", ".rs", ".f", ".f90", ".pyf"}
        or re.search(r"\b(?:cython|numpy|maturin|setuptools-rust)\b", needed)
        or re.search(r"numpy\.distutils|np\.get_include|numpy\.get_include|cythonize", setup)
    )


def _own(archive: Archive) -> Iterator[str]:
    """Return the names that are neither tests nor documentation."""
    for name in archive.names:
        if not _ASIDE.intersection(part.lower() for part in PurePosixPath(name).parts[:-1]):
            yield name


def _compiled(archive: Archive, setup: str, backend: str, build_requires: tuple[str, ...]) -> bool:
    sources = any(PurePosixPath(name).suffix in _COMPILED for name in _own(archive))
    if backend.startswith(_COMPILING_BACKENDS):
        return True
    if not sources or _OPTIONAL.search(setup):
        return False
    tools = ("cython", "pybind11", "setuptools-rust", "cffi", "nanobind", "scikit-build")
    return bool(_EXTENSIONS.search(setup)) or any(
        text.lower().startswith(tools) for text in build_requires
    )


def _old_setuptools(
    archive: Archive, setup: str, tree: ast.Module | None, build_requires: tuple[str, ...]
) -> str:
    if re.search(r"\buse_2to3\s*=\s*True", setup):
        return "it asks for use_2to3, which setuptools 58 dropped"
    asked = {re.split(r"[^\w.-]", text, maxsplit=1)[0].lower() for text in build_requires}
    # A script may put any of its folders on the path before it imports from there.
    inside = {part.removesuffix(".py") for name in archive.names for part in name.split("/")}
    for module in _imports(tree):
        if module == "pkg_resources":
            if not any(text.startswith("setuptools<") for text in build_requires):
                return "its setup.py imports pkg_resources, which today's setuptools has not"
        elif not (
            module in standard_library.MODULES
            or module in _ALWAYS_THERE
            or module in _GONE
            or module in inside
            or any(module.lower().replace("_", "-") in name for name in asked)
        ):
            return f"its setup.py imports {module}, which its build does not ask for"
    return ""


def _gone(archive: Archive, setup: str, tree: ast.Module | None) -> Iterator[tuple[Python, str]]:
    if setup and tree is None:
        yield (3, 0), "its setup.py is not written for Python 3"
    used = list(_imports(tree))
    for module in used:
        if module in _GONE:
            first = _GONE[module]
            yield first, f"its setup.py imports {module}, which {first[0]}.{first[1]} removed"
    texts = [setup]
    if "versioneer" in used:
        texts.append(archive.texts.get("versioneer.py", ""))
    for pattern, first, reason in _OLD_WAYS:
        if any(pattern.search(text) for text in texts):
            yield first, reason


def _first_refused(setup: str) -> Python | None:
    found = _NEWEST_PYTHON.search(setup)
    return (int(found[1]), int(found[2])) if found else None


def _imports(tree: ast.Module | None) -> Iterator[str]:
    """Return the modules that a script imports whatever happens: neither in a ``try`` nor an if."""
    for statement in tree.body if tree else ():
        if isinstance(statement, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
            yield statement.module.partition(".")[0]


def _tree(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _requires(archive: Archive, project: Mapping[str, Any]) -> tuple[str, ...]:
    metadata = archive.texts.get("PKG-INFO", "")
    if wanted := read_metadata(metadata).requires:
        return wanted
    for name, text in archive.texts.items():
        if name.endswith("requires.txt"):
            return tuple(_egg_requires(text))
    declared = project.get("project", {}).get("dependencies", ())
    if declared:
        return tuple(str(text) for text in declared)
    return _setup_cfg(archive.texts.get("setup.cfg", ""))


def _egg_requires(text: str) -> Iterator[str]:
    """Read ``requires.txt``: sections are extras, markers, or both."""
    extra, marker = "", ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
        elif line and not extra:
            yield f"{line} ; {marker}" if marker else line


def _setup_cfg(text: str) -> tuple[str, ...]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
        listed = parser.get("options", "install_requires", fallback="")
    except configparser.Error:
        return ()
    return tuple(line.strip() for line in listed.splitlines() if line.strip())
