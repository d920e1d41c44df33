"""The samples that candidates are compared on, from wherever the user has them."""

import hashlib
from collections.abc import Mapping
from math import prod
from pathlib import Path

from wherry.errors import InvalidInput
from wherry.shrink.records import Samples
from wherry.shrink.sampling.drawing import Drawn, Scale, Wanted
from wherry.shrink.sampling.fitting import fit
from wherry.shrink.sampling.labels import as_indices, read_labels
from wherry.tensors import VARIABLE, Array, Datatype, Signature

# Enough to tell half a point of accuracy from luck; of large inputs fewer, so that seven candidates
# answer them in a minute or two.
_DEFAULT_COUNTS = (32, 1000)
_DEFAULT_BYTES = 64 * 2**20
# What an open dimension, and an item of text, count for in that.
_OPEN_SIZE, _TEXT_BYTES = 64, 64
_LINES = frozenset((".jsonl", ".ndjson", ".jsonlines"))


def load(
    source: str | Path | None,
    signature: Signature,
    *,
    count: int | None = None,
    seed: int = 0,
    labels: Path | None = None,
    labels_column: str | None = None,
    scale: Scale | None = None,
    rate_hz: int | None = None,
    integers_below: int = 10,
    open_sizes: Mapping[int, int] | None = None,
) -> Samples:
    """Load at most ``count`` samples (see ``default_count``) for a signature, or draw some from it.

    ``source`` is an ``.npz`` or ``.npy`` file, JSON lines, a folder of pictures or recordings, or
    ``FILE.py:FUNCTION``; None draws synthetic samples. Where there are more than ``count``, which
    are taken is drawn by ``seed``. ``labels`` is a file of labels in the source's order, a
    ``labels_column`` the column or key they are under. ``scale`` is for pictures, ``rate_hz`` for
    recordings, ``integers_below`` and ``open_sizes`` (see ``synthetic.draw``) for synthetic ones.

    Raises:
        InvalidInput: the source cannot be read or does not fit the signature; the sentence names
            the file, line or array, what it has and what the signature wants.
        RuntimeMissing: a library that reads such files is not installed.
    """
    if count is None:
        count = default_count(signature)
    if count < 1:
        raise InvalidInput(f"{count} samples are too few; at least one is needed.")
    wanted = Wanted(
        signature=signature,
        count=count,
        seed=seed,
        scale=scale,
        rate_hz=rate_hz,
        integers_below=integers_below,
        labels_key=labels_column if labels is None else None,
    )
    if source is None:
        if labels is not None:
            raise InvalidInput("Labels need the samples that they belong to; give those as well.")
        return _finish(signature, _draw(wanted, open_sizes), None, synthetic=True)
    drawn = _read(source, wanted)
    found = None
    if labels is not None:
        found = read_labels(labels, labels_column, drawn)
    elif drawn.labels is not None:
        found = as_indices(drawn.labels, drawn.where)
    return _finish(signature, drawn, found, synthetic=False)


def default_count(signature: Signature) -> int:
    """Return how many samples are taken where nobody says: 1,000, of large inputs fewer."""
    sample_bytes = 0
    for spec in signature.inputs:
        sizes = (_OPEN_SIZE if size == VARIABLE else size for size in (spec.shape or ())[1:])
        text = spec.datatype is Datatype.BYTES
        sample_bytes += prod(sizes) * (_TEXT_BYTES if text else spec.datatype.numpy.itemsize)
    fewest, most = _DEFAULT_COUNTS
    return min(most, max(fewest, _DEFAULT_BYTES // max(1, sample_bytes)))


def _draw(wanted: Wanted, open_sizes: Mapping[int, int] | None) -> Drawn:
    from wherry.shrink.sampling.synthetic import draw

    return draw(wanted, open_sizes)


def _read(source: str | Path, wanted: Wanted) -> Drawn:
    from wherry.shrink.sampling import arrays, function, lines

    if function.is_function(str(source)):
        return function.call_function(str(source), wanted)
    path = Path(source)
    if not path.exists():
        raise InvalidInput(f"There are no samples at {path}; check the path.")
    if path.is_dir():
        return _read_folder(path, wanted)
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return arrays.read_npz(path, wanted)
    if suffix == ".npy":
        return arrays.read_npy(path, wanted)
    if suffix in _LINES:
        return lines.read_lines(path, wanted)
    if suffix == ".py":
        raise InvalidInput(f"{path} is a program; name its function as well: {path}:FUNCTION.")
    raise InvalidInput(
        f"{path} is not a kind of samples that can be read. Samples are an .npz or .npy file, JSON "
        "lines (.jsonl), a folder of pictures or recordings, or a function (FILE.py:FUNCTION)."
    )


def _read_folder(folder: Path, wanted: Wanted) -> Drawn:
    from wherry.shrink.sampling.folders import IMAGES, kind_of

    if kind_of(folder) is IMAGES:
        from wherry.shrink.sampling.images import read_images

        return read_images(folder, wanted)
    from wherry.shrink.sampling.sounds import read_sounds

    return read_sounds(folder, wanted)


def _finish(
    signature: Signature, drawn: Drawn, labels: Array | None, *, synthetic: bool
) -> Samples:
    inputs = fit(signature, drawn.inputs, drawn.where)
    count = len(next(iter(inputs.values()))) if inputs else 1
    if labels is not None and len(labels) != count:
        raise InvalidInput(f"{drawn.where} holds {count} samples and {len(labels)} labels.")
    return Samples(
        signature=signature.name,
        inputs=inputs,
        labels=labels,
        synthetic=synthetic,
        source=_told(drawn, count),
        sha256=fingerprint(inputs),
    )


def _told(drawn: Drawn, count: int) -> str:
    parts = [drawn.where]
    if count < drawn.available:
        parts.append(f"{count:,} of its {drawn.available:,} samples")
    return ", ".join((*parts, *drawn.notes))


def fingerprint(arrays: Mapping[str, Array]) -> str:
    """Return the SHA-256 over names, dtypes, shapes and contents."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name!r} {array.dtype.str} {array.shape}\n".encode())
        if array.dtype.hasobject:
            for item in array.reshape(-1):
                digest.update(f"{len(item)}\n".encode() + item)
        else:
            digest.update(array.data if array.flags.c_contiguous else array.tobytes())
    return digest.hexdigest()
