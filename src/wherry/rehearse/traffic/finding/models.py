"""Predictions to ask for: the sample inputs of every model that Wherry's app serves."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np
import orjson

from wherry.bundle.folder import Bundle, Warmup, open_bundle
from wherry.errors import BundleError
from wherry.findings import Skipped
from wherry.project.code.values import Folder, Plain, Setting, Value
from wherry.project.project import Project
from wherry.rehearse.traffic.planned import PlannedRequest
from wherry.tensors import VARIABLE, Array, Datatype, Signature, TensorSpec

# As JSON, a number takes some ten characters; above this, tensors go as bytes.
_MOST_JSON_ITEMS: Final = 20_000
_MOST_ITEMS: Final = 16 * 2**20
_HEADER_LENGTH: Final = "Inference-Header-Content-Length"


def model_requests(
    project: Project, config_vars: Mapping[str, str], prefix: str
) -> tuple[list[PlannedRequest], list[Skipped]]:
    """Return a prediction for each sample of each model, and the models that have none.

    Args:
        project: The folder as it was pushed.
        config_vars: The app's: a key of the models may be in one of them.
        prefix: The path under which ``wherry.django.urls`` is included.
    """
    settings = project.code.settings
    setting = None if settings is None else settings.find("WHERRY")
    if setting is None or not isinstance(setting.value.plain, Mapping):
        return [], [Skipped("the models", "the setting WHERRY cannot be told from the code")]
    models = setting.value.plain.get("MODELS")
    if models is None or not isinstance(models.plain, Mapping):
        return [], [Skipped("the models", "WHERRY['MODELS'] cannot be told from the code")]
    headers = _key(setting, config_vars)
    requests: list[PlannedRequest] = []
    skipped: list[Skipped] = []
    for name, value in models.plain.items():
        try:
            bundle = _open(project.root, value)
            requests += _predictions(name, bundle, prefix, headers)
        except (BundleError, ValueError, OSError) as problem:
            skipped.append(Skipped(f"the model {name!r}", str(problem)))
    return requests, skipped


def _open(root: Path, value: Value) -> Bundle:
    plain: Plain = value.plain
    if isinstance(plain, Mapping):
        path = plain.get("PATH")
        plain = None if path is None else path.plain
    if isinstance(plain, Folder):
        plain = plain.path
    if not isinstance(plain, str) or not plain:
        raise ValueError("its path cannot be told from the code")
    place = (root / plain).resolve()
    if not place.is_relative_to(root.resolve()):
        raise ValueError("it lies outside the project")
    return open_bundle(place, hashes=False)


def _predictions(
    name: str, bundle: Bundle, prefix: str, headers: tuple[tuple[str, str], ...]
) -> Iterator[PlannedRequest]:
    signatures = bundle.signatures
    samples: tuple[Warmup, ...] = bundle.warmup
    made_up = not samples
    if made_up and signatures is None:
        raise ValueError("it has no sample inputs: `wherry shrink` writes a bundle that has some")
    if made_up and signatures is not None:
        default = bundle.default_signature or next(iter(signatures))
        samples = (Warmup(default, _zeros(signatures[default])),)
    for sample in samples:
        body, own = _body(sample, bundle)
        yield PlannedRequest(
            "POST",
            f"{prefix}v2/models/{quote(name, safe='')}/infer",
            (*own, *headers),
            body,
            f"model {name}, {'zeros' if made_up else 'its sample'}",
            predicts=True,
        )


def _zeros(signature: Signature) -> dict[str, Array]:
    return {spec.name: _zero(spec) for spec in signature.inputs}


def _zero(spec: TensorSpec) -> Array:
    shape = tuple(1 if size == VARIABLE else size for size in spec.shape or ())
    if math.prod(shape) > _MOST_ITEMS:
        raise ValueError(f"an input of the shape {list(shape)} is too large to make up")
    if spec.datatype is Datatype.BYTES:
        return np.full(shape, b"", dtype=object)
    return np.zeros(shape, dtype=spec.datatype.numpy)


def _body(sample: Warmup, bundle: Bundle) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """Return a request of the Open Inference Protocol, and its headers."""
    tensors: list[dict[str, Any]] = []
    behind = b""
    for name, array in sample.inputs.items():
        datatype = _datatype(bundle, sample.signature, name, array)
        tensor: dict[str, Any] = {
            "name": name,
            "shape": list(array.shape),
            "datatype": datatype.value,
        }
        if array.size <= _MOST_JSON_ITEMS or array.dtype == object:
            tensor["data"] = _plain(array)
        else:
            data = np.ascontiguousarray(array).tobytes()
            tensor["parameters"] = {"binary_data_size": len(data)}
            behind += data
        tensors.append(tensor)
    document: dict[str, Any] = {"inputs": tensors}
    if sample.signature != bundle.default_signature:
        document["parameters"] = {"signature": sample.signature}
    head = orjson.dumps(document)
    if not behind:
        return head, (("Content-Type", "application/json"),)
    return head + behind, (
        ("Content-Type", "application/octet-stream"),
        (_HEADER_LENGTH, str(len(head))),
    )


def _datatype(bundle: Bundle, signature: str, name: str, array: Array) -> Datatype:
    if bundle.signatures is not None and signature in bundle.signatures:
        for spec in bundle.signatures[signature].inputs:
            if spec.name == name:
                return spec.datatype
    raise ValueError(f"its sample has an input {name!r} of {array.dtype} that it does not take")


def _plain(array: Array) -> list[Any]:
    flat = array.ravel()
    if array.dtype.kind in "biuf":
        return flat.tolist()
    if array.dtype != object:
        return flat.astype(np.float64).tolist()  # a float type that numpy itself does not know
    return [
        item.decode("utf-8", errors="replace") if isinstance(item, bytes) else str(item)
        for item in flat
    ]


def _key(setting: Setting, config_vars: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a header with a key where the models want one."""
    plain = setting.value.plain
    keys = plain.get("API_KEYS") if isinstance(plain, Mapping) else None
    if keys is None:
        return ()
    given = [config_vars[name] for name in sorted(keys.variables & config_vars.keys())]
    texts = [key.strip() for value in given for key in value.split(",")] + list(keys.texts() or ())
    return next(((("X-API-Key", key),) for key in texts if key), ())
