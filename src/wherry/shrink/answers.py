"""What a candidate answers on the samples, asked in a process of its own: it may crash."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from wherry.bundle.manifest import signature_from_dict, signature_to_dict
from wherry.errors import ConversionFailed, WherryError
from wherry.shrink.candidates import Candidate
from wherry.shrink.conversion.scripts.wherry_tasks.tensor_files import read_tensors, write_tensors
from wherry.shrink.records import Samples
from wherry.tensors import Array, Signature

TIMEOUT_S = 1800.0
_TAIL_CHARACTERS = 300


def answers(
    candidate: Candidate, signature: Signature, samples: Samples, work: Path
) -> dict[str, Array]:
    """Run a candidate on samples of the original's signature.

    ``work`` is a new folder for the arrays, which are mapped from it where they are large.

    Raises:
        ConversionFailed: it does not take the samples, fails on them, crashes or takes too long.
    """
    work.mkdir(parents=True)
    write_tensors(work / "samples", samples.inputs)
    request = {
        "runtime": candidate.kind.runtime,
        "model": str(candidate.model.absolute()),
        "signature_name": signature.name,
        "signature": signature_to_dict(signature),
    }
    (work / "request.json").write_text(json.dumps(request), encoding="utf-8")
    with (work / "output.txt").open("wb") as output:
        try:
            # -P: nothing is imported from the folder that the user happens to be in.
            code = subprocess.run(
                [sys.executable, "-P", "-m", __name__, str(work.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT_S,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            raise ConversionFailed(
                f"It did not answer {samples.count} samples within {TIMEOUT_S / 60:.0f} minutes."
            ) from None
    failed = work / "failed.txt"
    if failed.is_file():
        raise ConversionFailed(failed.read_text(encoding="utf-8"))
    if code != 0:
        raise ConversionFailed(_ending(code, work / "output.txt"))
    found: dict[str, Array] = read_tensors(work / "answers")
    return found


def _ending(code: int, output: Path) -> str:
    if code == -signal.SIGKILL:
        return "It was killed while it answered, most likely since this machine ran out of memory."
    if code < 0:
        return f"Its runtime crashed while it answered ({signal.Signals(-code).name})."
    said = output.read_text("utf-8", errors="replace").strip().splitlines()
    return f"It did not answer: {said[-1][:_TAIL_CHARACTERS] if said else f'exit code {code}'}"


def main(folder: Path) -> int:
    """Answer the request in the folder; this is the process of its own."""
    from wherry import runtimes
    from wherry.runtimes.protocol import LoadOptions
    from wherry.shrink import parity

    request: dict[str, Any] = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    signature = signature_from_dict(request["signature_name"], request["signature"])
    inputs = read_tensors(folder / "samples")
    samples = Samples(signature.name, inputs, None, synthetic=False, source="", sha256="")
    try:
        loaded = runtimes.load(request["runtime"], Path(request["model"]), LoadOptions())
        write_tensors(folder / "answers", parity.run(loaded, signature, samples))
    except WherryError as error:
        (folder / "failed.txt").write_text(str(error), encoding="utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
