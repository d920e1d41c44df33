"""The manifest of a bundle, ``wherry.json``: its data, read from and written as JSON.

Every value is checked as untrusted input: a manifest may come from anywhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from wherry.errors import BundleError
from wherry.tensors import VARIABLE, Datatype, Signature, TensorSpec

MANIFEST = "wherry.json"
FORMAT = 1
RUNTIMES = ("litert", "onnx", "tensorflow")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
SHA256 = re.compile(r"[0-9a-f]{64}")

# A manifest is a page of text; one of megabytes is a mistake or an attack. 4 MiB leaves room for
# the labels of the largest vocabularies.
MAX_MANIFEST_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size in bytes and SHA-256 (hexadecimal) of one file of the bundle."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WarmupRecord:
    """A sample to run before the first request: an .npz file with one array per input."""

    signature: str
    file: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``wherry.json`` says. Paths are relative to the bundle's folder, with ``/``."""

    name: str
    version: str
    runtime: str
    model: str
    signatures: Mapping[str, Signature]
    default_signature: str
    files: Mapping[str, FileRecord]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warmup: tuple[WarmupRecord, ...] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Write the manifest as indented JSON; equal manifests give equal bytes."""
        return orjson.dumps(
            {
                "format": FORMAT,
                "name": self.name,
                "version": self.version,
                "runtime": self.runtime,
                "model": self.model,
                "default_signature": self.default_signature,
                "signatures": {
                    name: signature_to_dict(signature)
                    for name, signature in self.signatures.items()
                },
                "labels": {name: list(labels) for name, labels in self.labels.items()},
                "warmup": [{"signature": w.signature, "file": w.file} for w in self.warmup],
                "origin": dict(self.origin),
                "files": {
                    path: {"size_bytes": record.size_bytes, "sha256": record.sha256}
                    for path, record in sorted(self.files.items())
                },
            },
            option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
        )


def read_manifest(path: Path) -> Manifest:
    """Read and check a ``wherry.json``.

    Not checked here: that the files it names exist and hold what it says.

    Raises:
        BundleError: it is not JSON, or a value in it is missing or not what it must be.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise BundleError(f"The manifest {path} cannot be read: {error.strerror}.") from error
    if len(text) > MAX_MANIFEST_BYTES:
        raise BundleError(f"The manifest {path} is larger than {MAX_MANIFEST_BYTES} bytes.")
    try:
        return _parse(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise BundleError(f"The manifest {path} is not valid JSON: {error}.") from None
    except _Wrong as wrong:
        raise BundleError(
            f"The manifest {path} cannot be used: {wrong}. Write the bundle again, or mend it."
        ) from None


class _Wrong(Exception):
    """A value of the manifest that is not what it must be."""


def _parse(document: object) -> Manifest:
    root = _Object(document, "it")
    if root.take("format", int) != FORMAT:
        raise _Wrong(f"its format is not {FORMAT}; another version of Wherry wrote it")
    signatures = {
        name: _signature(name, _Object(value, f"signature {name!r}"))
        for name, value in root.take("signatures", dict).items()
    }
    if not signatures:
        raise _Wrong("it has no signatures")
    manifest = Manifest(
        name=valid_name(root.take("name", str), "name"),
        version=valid_name(root.take("version", str), "version"),
        runtime=root.take("runtime", str),
        model=safe_path(root.take("model", str)),
        signatures=signatures,
        default_signature=root.take("default_signature", str),
        files={
            safe_path(path): _file_record(_Object(value, f"file {path!r}"))
            for path, value in root.take("files", dict).items()
        },
        labels={
            output: tuple(_strings(labels, f"labels of {output!r}"))
            for output, labels in root.take("labels", dict, {}).items()
        },
        warmup=tuple(
            _warmup(_Object(value, "a warm-up sample")) for value in root.take("warmup", list, [])
        ),
        origin=root.take("origin", dict, {}),
    )
    root.finish()
    _check_references(manifest)
    return manifest


def _check_references(manifest: Manifest) -> None:
    if manifest.runtime not in RUNTIMES:
        raise _Wrong(f"runtime {manifest.runtime!r} is not one of {', '.join(RUNTIMES)}")
    if manifest.default_signature not in manifest.signatures:
        raise _Wrong(f"default_signature {manifest.default_signature!r} is not a signature in it")
    for sample in manifest.warmup:
        if sample.signature not in manifest.signatures:
            raise _Wrong(f"a warm-up sample is for {sample.signature!r}, which is no signature")
        if sample.file not in manifest.files:
            raise _Wrong(f"the warm-up sample {sample.file!r} is not among its files")
    outputs = {spec.name for s in manifest.signatures.values() for spec in s.outputs}
    for output in manifest.labels:
        if output not in outputs:
            raise _Wrong(f"labels are given for {output!r}, which is no output")
    inside = PurePosixPath(manifest.model)
    if not any(
        inside == (path := PurePosixPath(p)) or inside in path.parents for p in manifest.files
    ):
        raise _Wrong(f"the model {manifest.model!r} is not among its files")


class _Object:
    """A JSON object whose keys are taken one by one; what is left over is a mistake."""

    def __init__(self, value: object, what: str) -> None:
        if not isinstance(value, dict):
            raise _Wrong(f"{what} must be a JSON object")
        self._value = dict(value)
        self._what = what

    def take[T](self, key: str, kind: type[T], default: T | None = None) -> T:
        value = self._value.pop(key, default)
        if value is None:
            raise _Wrong(f"{self._what} lacks {key!r}")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _Wrong(f"{key!r} of {self._what} must be of type {kind.__name__}")
        return value

    def finish(self) -> None:
        if self._value:
            raise _Wrong(f"{self._what} has {sorted(self._value)}, which mean nothing here")


def signature_to_dict(signature: Signature) -> dict[str, Any]:
    """Return a signature's inputs and outputs as the manifest has them."""
    return {
        "inputs": [_spec_to_dict(spec) for spec in signature.inputs],
        "outputs": [_spec_to_dict(spec) for spec in signature.outputs],
    }


def signature_from_dict(name: str, value: object) -> Signature:
    """Read what ``signature_to_dict`` wrote.

    Raises:
        BundleError: it is not that.
    """
    try:
        return _signature(name, _Object(value, f"signature {name!r}"))
    except _Wrong as wrong:
        raise BundleError(f"A signature cannot be used: {wrong}.") from None


def _signature(name: str, value: _Object) -> Signature:
    inputs = tuple(_spec(item) for item in value.take("inputs", list))
    outputs = tuple(_spec(item) for item in value.take("outputs", list))
    value.finish()
    for specs in (inputs, outputs):
        names = [spec.name for spec in specs]
        if len(set(names)) != len(names):
            raise _Wrong(f"signature {name!r} uses a tensor name twice")
    return Signature(name, inputs, outputs)


def _spec(value: object) -> TensorSpec:
    entry = _Object(value, "a tensor of a signature")
    name = entry.take("name", str)
    datatype = entry.take("datatype", str)
    if datatype not in Datatype.__members__:
        raise _Wrong(f"datatype {datatype!r} of {name!r} is not one of {', '.join(Datatype)}")
    # A tensor of unknown rank is written without a shape.
    dims = entry.take("shape", list, [None])
    entry.finish()
    if dims == [None]:
        return TensorSpec(name, Datatype(datatype), None)
    for dim in dims:
        if not isinstance(dim, int) or isinstance(dim, bool) or not VARIABLE <= dim < 2**31:
            raise _Wrong(f"shape {dims} of {name!r} must hold sizes, or -1 for any size")
    return TensorSpec(name, Datatype(datatype), tuple(dims))


def _spec_to_dict(spec: TensorSpec) -> dict[str, object]:
    entry: dict[str, object] = {"name": spec.name, "datatype": spec.datatype.value}
    if spec.shape is not None:
        entry["shape"] = list(spec.shape)
    return entry


def _file_record(value: _Object) -> FileRecord:
    record = FileRecord(value.take("size_bytes", int), value.take("sha256", str))
    value.finish()
    if record.size_bytes < 0 or not SHA256.fullmatch(record.sha256):
        raise _Wrong("a file's size_bytes or sha256 is not one")
    return record


def _warmup(value: _Object) -> WarmupRecord:
    record = WarmupRecord(value.take("signature", str), safe_path(value.take("file", str)))
    value.finish()
    return record


def _strings(value: object, what: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _Wrong(f"{what} must be a list of strings")
    return value


def valid_name(name: str, what: str) -> str:
    """Return a model name or version that is safe in a URL and a path, or refuse it."""
    if not NAME.fullmatch(name):
        raise _Wrong(
            f"{what} {name!r} may hold letters, digits, '.', '_' and '-' only, at most 128"
        )
    return name


def safe_path(path: str) -> str:
    """Return a relative path that stays inside the bundle, or refuse it.

    Links are not followed here; ``integrity`` does that against the real folder.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or "\0" in path or ".." in parts:
        raise _Wrong(f"the path {path!r} would leave the bundle's folder")
    return PurePosixPath(path).as_posix()
