"""Find uv and run it, so that the user's settings count: index, proxy, certificates, credentials.

What belongs to the user's project does not: neither its active environment nor its constraints
may reach into an environment that is made for a model.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from wherry.dependencies.uv_program import find_uv
from wherry.errors import ConversionFailed, RuntimeMissing

_OF_THE_PROJECT = (
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYTHONPATH",
    "PYTHONHOME",
    "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_CONSTRAINT",
    "UV_BUILD_CONSTRAINT",
    "UV_OVERRIDE",
    "UV_EXCLUDE",
    "UV_EXCLUDE_NEWER",
    "UV_RESOLUTION",
    "UV_PRERELEASE",
)
# A network with a certificate authority of its own has put it into the system's store, which uv
# looks at only when told so (by either name, depending on its version).
_CERTIFICATES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
)
_NO_SPACE = re.compile(
    r"no space left on device|disk quota exceeded|os error 28|errno 28", re.IGNORECASE
)
_NO_INDEX = re.compile(
    r"dns error|failed to lookup address|error sending request|connection refused|"
    r"network was disabled|network is unreachable|timed out|tcp connect error",
    re.IGNORECASE,
)
_NOTHING_FITS = re.compile(
    r"no solution found|was not found in the (?:package registry|provided package)|"
    r"not found in the cache|no matching distribution",
    re.IGNORECASE,
)
_DECORATION = re.compile(r"^[\W_]*(?:(?:error|cause|hint):)?\s*", re.IGNORECASE)
_SILENT = "uv gave no reason"


class UvFailed(Exception):
    """uv ended with an error; ``str()`` of this is what it said."""

    @property
    def no_space(self) -> bool:
        """Whether the disk is full."""
        return bool(_NO_SPACE.search(str(self)))

    @property
    def no_index(self) -> bool:
        """Whether the package index could not be reached."""
        return bool(_NO_INDEX.search(str(self))) and not self.nothing_fits

    @property
    def nothing_fits(self) -> bool:
        """Whether the index was asked, and has no packages that satisfy the requirements."""
        return bool(_NOTHING_FITS.search(str(self)))

    @property
    def sentence(self) -> str:
        """The line of its output that tells most, without a closing stop."""
        plain = [_DECORATION.sub("", line.strip()) for line in str(self).splitlines()]
        whole = " ".join(line for line in plain if line)
        # What its resolver concludes comes after why, over several lines.
        because = re.search(r"Because (.+?),? we can conclude", whole)
        said = because.group(1) if because else next((line for line in plain if line), _SILENT)
        return re.sub(r"\w+://\S+", "the package index", said)[:300].rstrip(".: ")


def _program() -> str:
    try:
        return find_uv()
    except RuntimeMissing:
        raise ConversionFailed(
            "uv was not found, which makes the environment that a model is converted in. "
            'Install it: pip install "wherry[shrink]".'
        ) from None


def run_uv(arguments: Sequence[str]) -> str:
    """Run uv, and return what it printed. Paths must be absolute.

    It runs in the root folder, since it looks for a project's settings in every folder above.

    Raises:
        UvFailed: it failed.
        ConversionFailed: there is no uv.
    """
    command = [_program(), *arguments]
    with subprocess.Popen(
        command,
        cwd=Path(Path.cwd().anchor),
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            output, errors = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise UvFailed(errors or output)
    return output


def _environment() -> dict[str, str]:
    environment = {k: v for k, v in os.environ.items() if k not in _OF_THE_PROJECT}
    if "UV_CACHE_DIR" in environment:
        environment["UV_CACHE_DIR"] = str(Path(environment["UV_CACHE_DIR"]).absolute())
    environment["UV_NO_PROGRESS"] = "1"
    environment["NO_COLOR"] = "1"
    if any(path.is_file() for path in _CERTIFICATES):
        environment.setdefault("UV_SYSTEM_CERTS", "true")
        environment.setdefault("UV_NATIVE_TLS", "true")
    return environment
