"""What was known before: findings that a project lives with, so that only new ones are told.

A finding is known again by its cause, its file and what stands in its line, not by the line's
number, which moves. Nothing of the line itself is written down.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from wherry.doctor.writing import write
from wherry.errors import ConfigurationError
from wherry.findings import FileSpan, Finding, Span
from wherry.masking import mask

VERSION: Final = 1
_LONGEST_BYTES: Final = 64 * 1024 * 1024


def fingerprint(finding: Finding, span: Span | None) -> str:
    """Return what a finding in one place is known by, whatever stands above and below it."""
    if isinstance(span, FileSpan):
        # Two findings of one cause in a file as a whole differ in what they are about.
        told = span.quote if span.line is not None else finding.title
        parts = [finding.cause.code, span.path, " ".join(mask(told).split())]
    else:
        parts = [finding.cause.code, "", finding.title]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def read_baseline(path: Path) -> Counter[str]:
    """Return the fingerprints of a baseline, with how often each was there.

    Raises:
        ConfigurationError: there is no such file, or it is no baseline.
    """
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_LONGEST_BYTES))
        known = document["fingerprints"]
        if document["version"] != VERSION or not all(type(n) is int for n in known.values()):
            raise ValueError
    except OSError as error:
        raise ConfigurationError(
            f"The baseline {path} cannot be read: {error.strerror}. "
            "`wherry doctor --write-baseline FILE` makes one."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ConfigurationError(
            f"{path} is no baseline of this Wherry; `wherry doctor --write-baseline {path}` "
            "makes it anew."
        ) from None
    return Counter(known)


def write_baseline(path: Path, findings: Iterable[Finding]) -> int:
    """Write down what was found, and return how many places that are.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    counts = Counter(
        fingerprint(finding, span) for finding in findings for span in finding.where or (None,)
    )
    document = {"version": VERSION, "fingerprints": dict(sorted(counts.items()))}
    try:
        write(path, (json.dumps(document, indent=1) + "\n").encode())
    except OSError as error:
        raise ConfigurationError(
            f"The baseline {path} cannot be written: {error.strerror}."
        ) from None
    return counts.total()
