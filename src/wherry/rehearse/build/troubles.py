"""What this machine lacks, as the sentence that ends a build."""

import errno
import re
import shutil
from pathlib import Path
from typing import Final

from wherry.rehearse.build.failed import BuildFailed
from wherry.rehearse.build.log import BuildLog

_NO_SPACE: Final = re.compile(r"No space left on device|Disk quota exceeded|os error 28|Errno 28")
_NO_INDEX: Final = re.compile(
    r"Temporary failure in name resolution|Name or service not known|dns error"
    r"|failed to lookup address|error sending request|Connection refused|Network is unreachable"
    r"|network was disabled|tcp connect error|NewConnectionError|ConnectTimeoutError"
    r"|Max retries exceeded|All attempts to connect to \S+ failed|operation timed out",
    re.IGNORECASE,
)
_LONGEST_REASON: Final = 300
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def says_full(output: str) -> bool:
    """Whether a program complained that the disk is full."""
    return bool(_NO_SPACE.search(output))


def full(log: BuildLog, cache: Path) -> BuildFailed:
    """Return the error for a full disk."""
    return log.stop(
        f"There is no space left on the disk of {cache}. Make room there, or set WHERRY_CACHE to "
        "a folder on a larger disk."
    )


def of_disk(log: BuildLog, cache: Path, error: OSError) -> BuildFailed:
    """Return the error for what the file system refused."""
    # shutil tells of all files at once, in a list.
    if error.errno in _FULL or (isinstance(error, shutil.Error) and says_full(str(error))):
        return full(log, cache)
    reason = error.strerror or str(error)[:_LONGEST_REASON]
    return log.stop(f"{error.filename or cache} cannot be used: {reason}.")


def unreachable(log: BuildLog, output: str) -> BuildFailed | None:
    """Return the error for an index that cannot be reached from here; None where it can."""
    if not _NO_INDEX.search(output):
        return None
    return log.stop(
        "The package index cannot be reached from here, so that nothing can be installed. Check "
        "the network, or name a mirror (PIP_INDEX_URL, UV_DEFAULT_INDEX)."
    )
