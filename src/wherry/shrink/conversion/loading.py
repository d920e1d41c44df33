"""Load a converted model to look at it."""

from pathlib import Path

from wherry import runtimes
from wherry.runtimes.protocol import LoadedModel, LoadOptions
from wherry.runtimes.quiet import LITERT, without_lines


def load_quietly(runtime: str, model: Path) -> LoadedModel:
    """Load a model without what its library prints, which would stand amid the progress.

    Raises:
        BundleError: the file is not what it should be.
        RuntimeMissing: the library is not installed.
    """
    with without_lines(LITERT):
        return runtimes.load(runtime, model, LoadOptions())
