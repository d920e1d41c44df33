"""What is in an HDF5 file, read by a process that may fail (see ``hdf5_process``)."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from wherry.errors import NotAModel, RuntimeMissing
from wherry.inspection.tally import Tally

_PROCESS = "wherry.inspection.hdf5_process"
_TIMEOUT_S = 10.0
"""A whole file of any size takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class HDF5Contents:
    """Attributes (those of Keras with their texts), groups, and how many numbers each holds."""

    attributes: Mapping[str, str | None]
    groups: tuple[str, ...]
    weights: Mapping[str, Mapping[str, tuple[int, int]]]

    def tally(self, *, without: Collection[str] = ()) -> Tally:
        """Count what the groups hold, but for some of them."""
        tally = Tally()
        for group, formats in self.weights.items():
            if group not in without:
                for number_format, (parameters, size_bytes) in formats.items():
                    tally.add(number_format, parameters, size_bytes)
        return tally


def read_contents(path: Path, start: int = 0, size: int = 0) -> HDF5Contents:
    """Read an HDF5 file, or the part of a file that is one.

    Raises:
        NotAModel: it was cut short, or is damaged.
        RuntimeMissing: h5py is not installed.
    """
    if importlib.util.find_spec("h5py") is None:
        raise RuntimeMissing('Reading a Keras file needs h5py: pip install "wherry[shrink]".')
    # -P: nothing is imported from the folder that the user happens to be in.
    command = [sys.executable, "-P", "-m", _PROCESS, str(path.absolute()), str(start), str(size)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        answer = {"broken": "is damaged"}
    if "broken" in answer:
        raise NotAModel(
            f"{path} holds HDF5 data that {answer['broken']}. Copy or download the file again."
        )
    return HDF5Contents(answer["attributes"], tuple(answer["groups"]), answer["weights"])
