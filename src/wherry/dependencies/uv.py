"""Ask uv for a resolution: which versions a Python on Linux would get, without a build.

uv is told to build nothing (``--no-build``), so that no code of any package runs; what only has a
source is left out here and looked at apart.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from wherry.dependencies.index import DEFAULT
from wherry.dependencies.resolution import Artifact, Python
from wherry.dependencies.uv_program import find_uv

# The newest Linux that all hosts' current systems are at least: see releases.GLIBC.
_PLATFORM: Final = "x86_64-manylinux_2_35"
# Hosts run late patch releases; a few packages ask for more than the first one.
_PATCH: Final = 12
_TIMEOUT_S: Final = 120.0
# What belongs to the shell that this is started from, not to the host that is asked about.
_OF_THE_SHELL: Final = (
    *("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "UV_PYTHON", "UV_PROJECT"),
    *("UV_CONSTRAINT", "UV_BUILD_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE", "UV_RESOLUTION"),
    *("UV_PRERELEASE", "UV_NO_INDEX", "UV_FIND_LINKS", "PIP_FIND_LINKS", "UV_PROJECT_ENVIRONMENT"),
)
_INDEX_SETTINGS: Final = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL")
_CERTIFICATES: Final = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
)
# The index's pages are asked for once in a run: the runs after the first see the same state.
_CONFIGURATION: Final = f"""[[index]]
name = "pypi"
url = "{DEFAULT}"
default = true
cache-control = {{ api = "max-age=600", files = "max-age=31536000" }}
"""
_NO_INDEX: Final = re.compile(
    r"dns error|failed to lookup address|error sending request|connection refused|"
    r"network was disabled|network is unreachable|timed out|tcp connect error|"
    r"failed to fetch",
    re.IGNORECASE,
)
_NO_SOLUTION: Final = re.compile(r"no solution found", re.IGNORECASE)
# `(python-)name==1.0`, `name>=1,<2`, `name[extra]` or a bare name, as uv's reasons have them.
_NAMED: Final = re.compile(r"(?<![\w.`-])([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?=[\[=<>~! ,.)]|$)")
_ONLY_SOURCE: Final = re.compile(
    r"Wheels are required for `([a-z0-9][a-z0-9._-]*)`"
    r"|(?<![\w.-])([a-z0-9][a-z0-9._-]*)[^\s]* (?:has|have) no usable wheels",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """One package of a resolution."""

    name: str
    version: str
    wheel: Artifact | None
    sdist: Artifact | None


class NoSolution(Exception):
    """The requirements cannot be met together; ``str()`` of this is uv's explanation."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every package that the explanation speaks of, the first one first."""
        plain = str(self).lower()
        return tuple(dict.fromkeys(canonicalize_name(name) for name in _NAMED.findall(plain)))

    @property
    def source_only(self) -> tuple[str, ...]:
        """Packages that it has no wheel of, and would have to build.

        One release that has none among many that have is no reason to leave a package out.
        """
        plain = " ".join(str(self).split())
        found = (hinted or said for hinted, said in _ONLY_SOURCE.findall(plain))
        names = dict.fromkeys(canonicalize_name(name) for name in found)
        return tuple(name for name in names if not _one_release_only(plain, name))


def _one_release_only(plain: str, name: str) -> bool:
    """Whether single releases have no wheel, and others of the package are told to want things."""
    own = rf"(?<![\w.-]){re.escape(name)}"
    bare = re.findall(rf"{own}([^\s]*) (?:has|have) no usable wheels", plain, re.IGNORECASE)
    others = re.search(rf"{own}[<>~!][^\s]* depends? on", plain, re.IGNORECASE)
    return bool(bare) and all(said.startswith("==") for said in bare) and others is not None


class NoIndex(Exception):
    """The package index could not be asked."""


class UvFailed(Exception):
    """uv could not read what it was given, or failed otherwise; ``str()`` is what it said."""


def resolve_lines(
    lines: Iterable[str],
    python: Python,
    *,
    constraints: Iterable[str] = (),
    excludes: Iterable[str] = (),
    index_options: Sequence[str] = (),
    lowest: bool = False,
    dependencies: bool = True,
) -> tuple[Resolved, ...]:
    """Return what these requirements resolve to, with wheels only.

    Args:
        constraints: Requirements that limit versions without asking for anything.
        excludes: Names that are taken for installed whatever wants them.
        index_options: uv's own options that name indexes: ``--index URL``.
        lowest: Take the lowest version of what is asked for itself, not the highest.
        dependencies: Whether to look at what the packages want in turn.

    Raises:
        NoSolution: there is none.
        NoIndex: the index could not be reached.
        UvFailed: anything else.
        RuntimeMissing: there is no uv.
    """
    with tempfile.TemporaryDirectory(prefix="wherry-resolve-") as name:
        folder = Path(name)
        (folder / "requirements.in").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "uv.toml").write_text(_CONFIGURATION, encoding="utf-8")
        command = [
            *(find_uv(), "pip", "compile", "requirements.in", "--format", "pylock.toml"),
            *("--python-version", f"{python[0]}.{python[1]}.{_PATCH}"),
            *("--python-platform", _PLATFORM, "--no-build", "--no-python-downloads"),
            *("--no-header", "--no-annotate", "--no-sources"),
            # Nothing is built with it; without it uv would ask every Python on the PATH.
            *("--python", sys.executable),
            *index_options,
        ]
        if index_options:
            # As pip does it: the best version of all indexes, not all that the first one has.
            command += ["--index-strategy", "unsafe-best-match"]
        for option, texts in (("--constraints", constraints), ("--excludes", excludes)):
            if listed := list(texts):
                (folder / f"{option[2:]}.txt").write_text("\n".join(listed), encoding="utf-8")
                command += [option, f"{option[2:]}.txt"]
        if lowest:
            command += ["--resolution", "lowest-direct"]
        if not dependencies:
            command.append("--no-deps")
        if _plain_index(index_options):
            command += ["--config-file", "uv.toml"]
        return _packages(_run(command, folder))


def _run(command: list[str], folder: Path) -> str:
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            env=_environment(),
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise NoIndex("uv got no answer in time") from None
    except OSError as error:
        raise UvFailed(str(error)) from None
    if result.returncode == 0:
        return result.stdout
    said = result.stderr or result.stdout
    if _NO_SOLUTION.search(said):
        raise NoSolution(said)
    if _NO_INDEX.search(said):
        raise NoIndex(said)
    raise UvFailed(said)


def _packages(text: str) -> tuple[Resolved, ...]:
    document = tomllib.loads(text)
    return tuple(
        Resolved(
            name=entry["name"],
            version=str(entry.get("version", "")),
            wheel=_artifact((entry.get("wheels") or [None])[0]),
            sdist=_artifact(entry.get("sdist")),
        )
        for entry in document.get("packages", ())
    )


def _artifact(entry: dict[str, Any] | None) -> Artifact | None:
    if entry is None:
        return None
    url = str(entry.get("url", ""))
    filename = entry.get("name") or unquote(urlsplit(url).path.rpartition("/")[2])
    return Artifact(filename, url, entry.get("size"), entry.get("hashes", {}).get("sha256", ""))


def _plain_index(index_options: Iterable[str]) -> bool:
    """Whether nothing but the usual index is asked, so that its address may be written here."""
    if any(index_options) or any(os.environ.get(name) for name in _INDEX_SETTINGS):
        return False
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "uv", "uv.toml")
    of_system = Path("/etc/uv/uv.toml")
    own = os.environ.get("UV_CONFIG_FILE")
    return not (own or settings.is_file() or of_system.is_file())


def _environment() -> dict[str, str]:
    environment = {k: v for k, v in os.environ.items() if k not in _OF_THE_SHELL}
    environment |= {"UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
    # Where there is no network, somebody waits for that to be said.
    environment.setdefault("UV_HTTP_RETRIES", "1")
    if any(path.is_file() for path in _CERTIFICATES):
        environment.setdefault("UV_SYSTEM_CERTS", "true")
        environment.setdefault("UV_NATIVE_TLS", "true")
    return environment
