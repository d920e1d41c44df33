"""An inspection as JSON."""

from typing import Any

from wherry.inspection.report import Inspection
from wherry.tensors import Signature, TensorSpec

SCHEMA_VERSION = 1
"""Counted up when a key changes its meaning or goes; a new key is no change."""


def to_dict(inspection: Inspection) -> dict[str, Any]:
    """Return the inspection as what JSON can hold."""
    return {
        "schema_version": SCHEMA_VERSION,
        "path": str(inspection.path),
        "format": str(inspection.format),
        "size_bytes": inspection.size_bytes,
        "sha256": inspection.sha256,
        "written_by": dict(inspection.written_by),
        "keras_generation": inspection.keras_generation,
        "signatures": {name: _signature(each) for name, each in inspection.signatures.items()},
        "unsupported_signatures": dict(inspection.unsupported_signatures),
        "operators": dict(inspection.operators),
        "layers": dict(inspection.layers),
        "weights": [
            {"datatype": each.datatype, "parameters": each.parameters, "bytes": each.bytes}
            for each in inspection.weights
        ],
        "custom_objects": list(inspection.custom_objects),
        "lambdas": list(inspection.lambdas),
        "carriers": [
            {"runtime": each.runtime, "carries": str(each.carries), "reason": each.reason}
            for each in inspection.carriers
        ],
        "notes": list(inspection.notes),
    }


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "inputs": [_spec(spec) for spec in signature.inputs],
        "outputs": [_spec(spec) for spec in signature.outputs],
    }


def _spec(spec: TensorSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "datatype": str(spec.datatype),
        "shape": None if spec.shape is None else list(spec.shape),
    }
