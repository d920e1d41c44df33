"""What `wherry verify` finds: whether a bundle is as it was made and still answers the same."""

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from wherry.shrink.records import OutputParity, Parity
from wherry.shrink.report.document import Plain, finite, parity_to_dict
from wherry.shrink.report.quantities import BYTES, error, printable, with_unit
from wherry.shrink.report.terminal import print_line, print_paragraph

SCHEMA = "wherry.verify"
SCHEMA_VERSION = 1
_SHOWN_OF_HASH = 12


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One file of the bundle. ``wrong`` says what is, a sentence; None where it is unchanged.

    ``sha256`` and ``size_bytes`` are those that the manifest records.
    """

    path: str
    size_bytes: int
    sha256: str
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked of a bundle, and what came of it.

    Attributes:
        bundle: The bundle's folder.
        files: Each file that the manifest names.
        against: What the answers were compared with: a path, or None where they were not.
        recorded: The parity that the manifest records, or None.
        now: The parity as found now, or None where none could be.
        passed: Whether all is as it should be.
        sentences: What a person should know: why it did not pass, what was not checked.
    """

    bundle: str
    files: tuple[FileCheck, ...]
    against: str | None
    recorded: Parity | None
    now: Parity | None
    passed: bool
    sentences: tuple[str, ...] = ()


def print_verification(verification: Verification, console: Console) -> None:
    """Print what was checked, and the verdict last."""
    print_line(console, Text(printable(verification.bundle), style="bold"))
    for file in verification.files:
        _print_file(file, console)
    if verification.now is not None:
        _print_parity(verification, verification.now, console)
    for sentence in verification.sentences:
        print_paragraph(console, printable(sentence))
    if verification.passed:
        print_paragraph(console, "Passed.", style="bold green")
    else:
        print_paragraph(console, "Failed.", style="bold red")


def to_dict(verification: Verification) -> dict[str, Plain]:
    """Return the verification as a document that JSON can hold."""
    now, recorded = verification.now, verification.recorded
    return finite(
        {
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            "bundle": verification.bundle,
            "passed": verification.passed,
            "against": verification.against,
            "files": [
                {
                    "path": file.path,
                    "size_bytes": file.size_bytes,
                    "sha256": file.sha256,
                    "wrong": file.wrong,
                }
                for file in verification.files
            ],
            "parity_recorded": None if recorded is None else parity_to_dict(recorded),
            "parity_now": None if now is None else parity_to_dict(now),
            "sentences": list(verification.sentences),
        }
    )


def _print_file(file: FileCheck, console: Console) -> None:
    name = printable(file.path)
    if file.wrong is not None:
        print_paragraph(console, f"changed  {name}: {printable(file.wrong)}", style="red", indent=2)
        return
    size = with_unit(file.size_bytes, BYTES)
    line = f"  same     {name}  {size}  sha256 {printable(file.sha256[:_SHOWN_OF_HASH])}"
    print_line(console, Text(line))


def _print_parity(verification: Verification, now: Parity, console: Console) -> None:
    plural = "" if now.samples == 1 else "s"
    against = f" against {printable(verification.against)}" if verification.against else ""
    print_line(console, Text(f"  Parity{against} on {now.samples:,} sample{plural}:"))
    before = {} if verification.recorded is None else _by_name(verification.recorded)
    for output in now.outputs:
        line = f"{printable(output.output)}: max error {error(output.error_ratio)} of the range"
        if output.output in before:
            line += f" (recorded: {error(before[output.output].error_ratio)})"
        print_paragraph(console, line, indent=4)


def _by_name(parity: Parity) -> dict[str, OutputParity]:
    return {output.output: output for output in parity.outputs}
