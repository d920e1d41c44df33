"""One process of ``weights``: load a model as a server's worker does, run, trim, and wait.

``python -m benchmarks.holder RUNTIME MODEL CACHE``; it imports only what a worker imports of it.
"""

import sys
from pathlib import Path

import numpy as np

from wherry.runtimes import load
from wherry.runtimes.protocol import LoadOptions

BATCHES = (1, 8, 1)


def main() -> None:
    """Say ``ready`` once the model has answered; end with standard input."""
    runtime, model, cache = sys.argv[1:]
    loaded = load(runtime, Path(model), LoadOptions(weight_cache=Path(cache) if cache else None))
    (signature,) = loaded.signatures.values()
    shape = signature.inputs[0].shape
    assert shape is not None
    for batch in BATCHES:
        loaded.run(signature.name, {"x": np.zeros((batch, shape[1]), np.float32)})
    loaded.trim()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
