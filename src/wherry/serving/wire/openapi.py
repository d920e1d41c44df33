"""Describe the endpoints, with the served models' own signatures, in OpenAPI 3.1."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wherry.serving.deadlines import CLIENT_HEADER
from wherry.serving.wire.openinference import MAX_RANK
from wherry.tensors import VARIABLE, Datatype, Signature, TensorSpec

type Schema = dict[str, Any]
type Models = Mapping[str, tuple[Mapping[str, Signature], str]]

JSON = "application/json"
BINARY = "application/octet-stream"
TEXT = "text/plain"
_REASONS = {
    202: "Not finished: the address of the job, and how it is.",
    400: "The request does not fit: the sentence says what does not, and what would.",
    401: "An API key is needed.",
    403: "The request is not permitted.",
    404: "There is no such model or version.",
    405: "The path has other methods; Allow names them.",
    408: "The body did not come in time.",
    413: "The body, or the answer to so many items, is larger than is accepted.",
    415: "The content type or encoding is not one that is understood.",
    500: "The model failed, or its answer cannot be expressed in this format.",
    503: "The model is being loaded, cannot be loaded, or could not answer in time: ask again.",
    504: "The time was over before the model could run.",
}
FAILURE = 400
_ANY_TIME = (405,)
_GUARDED = (401, 403)
_POSTED = (400, 408, 413, 415, 500, 503, 504)


def describe(
    models: Models, *, prefix: str, version: str, keys: bool, jobs: bool
) -> dict[str, Any]:
    """Return the description.

    ``models`` gives each model's signatures and the name of its default one; ``prefix`` is the
    path that the endpoints lie under; ``keys`` tells whether an API key is needed, ``jobs`` whether
    requests can be kept to be answered later.
    """
    paths = _server_paths()
    for name, (signatures, default) in models.items():
        for which in _WHICH:
            paths |= _model_paths(name, which, signatures, default, jobs=jobs)
        if jobs:
            paths |= _job_paths(name)
    components: dict[str, Any] = {"schemas": _schemas()}
    description: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Models",
            "version": version,
            "description": "TensorFlow Serving's REST API (/v1) and the Open Inference Protocol "
            '(/v2). Every error is {"error": sentence}.',
        },
        "servers": [{"url": prefix or "/"}],
        "paths": paths,
        "components": components,
    }
    if keys:
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        description["security"] = [{"bearer": []}, {"header": []}]
    return description


def _server_paths() -> dict[str, Any]:
    return {
        "/v2/health/live": _get("Whether the process runs.", guarded=False),
        "/v2/health/ready": _get("Whether every model answers.", 503, guarded=False),
        "/v2": _get("The server's name and what it offers."),
        "/monitoring/prometheus/metrics": _get(
            "Counts, times and memory of all processes, as Prometheus reads them.",
            content={TEXT: {"schema": {"type": "string"}}},
        ),
    }


def _model_paths(
    name: str,
    which: str,
    signatures: Mapping[str, Signature],
    default: str,
    *,
    jobs: bool,
) -> dict[str, Any]:
    model = f"{name}{which}"
    predict = {JSON: {"schema": _predict_schema(signatures, default)}}
    infer = {
        JSON: {"schema": _infer_schema(signatures, default)},
        BINARY: {"schema": {"type": "string", "format": "binary"}},
    }
    asked = [_TIME_LIMIT, *([_PREFER] if jobs else [])]
    paths = {
        f"/v1/models/{model}:predict": _post("Predict.", predict, _ref("Predictions"), asked),
        f"/v1/models/{model}": _get("Status of the model.", 404),
        f"/v2/models/{model}/infer": _post(
            "Infer.", infer, _ref("InferResponse"), [_HEADER_LENGTH, *asked]
        ),
        f"/v2/models/{model}/ready": _get("Whether the model answers.", 404, 503),
        f"/v2/models/{model}": _get("Inputs and outputs of the model.", 404, 503),
    }
    if which != _LABEL:
        paths[f"/v1/models/{model}/metadata"] = _get("Signatures of the model.", 404, 503)
    for found in paths.values() if which else ():
        found["parameters"] = [_in_path(which.partition("{")[2].rstrip("}"))]
    return paths


def _job_paths(name: str) -> dict[str, Any]:
    job = f"/v1/models/{name}/jobs/{{job_id}}"
    whose = {"parameters": [_in_path("job_id", {"format": "uuid"})]}
    cancel = _get("Cancel the job, and say how it is.", 404)["get"]
    return {
        job: {**_get("How the job is.", 404), "delete": cancel, **whose},
        f"{job}/result": {
            **_get("What the endpoint would have answered.", 202, 404, *_POSTED),
            **whose,
        },
    }


def _in_path(name: str, schema: Schema | None = None) -> Schema:
    kind = {"type": "string", "minLength": 1, "maxLength": 200, **(schema or {})}
    return {"name": name, "in": "path", "required": True, "schema": kind}


_LABEL = "/labels/{label}"
_WHICH = ("", "/versions/{version}", _LABEL)
_HEADER_LENGTH = {
    "name": "Inference-Header-Content-Length",
    "in": "header",
    "description": "Bytes of JSON before the binary tensors.",
    "schema": {"type": "integer", "minimum": 1},
}
_TIME_LIMIT = {
    "name": CLIENT_HEADER,
    "in": "header",
    "description": "Milliseconds after which the client has no use for an answer.",
    "schema": {"type": "integer", "minimum": 1},
}
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "`respond-async` keeps the request and answers 202 with the job's address.",
    "schema": {"type": "string"},
}


def _get(
    summary: str, *statuses: int, guarded: bool = True, content: Schema | None = None
) -> dict[str, Any]:
    return {
        "get": {
            "summary": summary,
            "responses": _responses(content or _OBJECT, statuses, guarded=guarded),
            **({} if guarded else {"security": []}),
        }
    }


def _post(
    summary: str,
    content: Mapping[str, Any],
    answer: Schema,
    parameters: Sequence[Schema],
) -> dict[str, Any]:
    statuses = [404, *_POSTED, *([202] if _PREFER in parameters else [])]
    return {
        "post": {
            "summary": summary,
            "parameters": list(parameters),
            "requestBody": {"required": True, "content": content},
            "responses": _responses({JSON: {"schema": answer}}, statuses, guarded=True),
        }
    }


_OBJECT: Schema = {JSON: {"schema": {"type": "object"}}}


def _responses(content: Schema, statuses: Iterable[int], *, guarded: bool) -> dict[str, Any]:
    codes = sorted({*statuses, *_ANY_TIME, *(_GUARDED if guarded else ())})
    found: dict[str, Any] = {"200": {"description": "The answer.", "content": content}}
    for code in codes:
        failed = {JSON: {"schema": _ref("Error")}}
        found[str(code)] = {
            "description": _REASONS[code],
            "content": failed if code >= FAILURE else _OBJECT,
        }
    return found


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Any]:
    tensor = {
        "type": "object",
        "required": ["name", "datatype", "shape"],
        "properties": {
            "name": {"type": "string"},
            "datatype": {"type": "string"},
            "shape": {"type": "array", "items": {"type": "integer"}},
            "data": {"type": "array"},
            "parameters": {"type": "object"},
        },
    }
    return {
        "Error": _object({"error": {"type": "string"}}, more=True),
        "Predictions": {
            "type": "object",
            "oneOf": [{"required": ["predictions"]}, {"required": ["outputs"]}],
        },
        "InferResponse": {
            "type": "object",
            "required": ["model_name", "model_version", "outputs"],
            "properties": {
                "model_name": {"type": "string"},
                "model_version": {"type": "string"},
                "id": {"type": "string"},
                "outputs": {"type": "array", "items": tensor},
            },
        },
    }


def _predict_schema(signatures: Mapping[str, Signature], default: str) -> Schema:
    choices = []
    for signature in signatures.values():
        # An empty name is that of the default one, as in TensorFlow Serving.
        names = ["", signature.name] if signature.name == default else [signature.name]
        naming: Schema = {"signature_name": {"enum": names}}
        required = [] if signature.name == default else ["signature_name"]
        whole = {spec.name: _nested(spec.datatype, spec.shape) for spec in signature.inputs}
        columns = {"anyOf": [_named(whole), *_alone(whole)]}
        choices.append(_object({**naming, "inputs": columns}, [*required, "inputs"]))
        if _has_rows(signature):
            row = {
                spec.name: _nested(spec.datatype, spec.shape and spec.shape[1:])
                for spec in signature.inputs
            }
            rows = {"anyOf": [_rows(schema) for schema in (_named(row), *_alone(row))]}
            choices.append(_object({**naming, "instances": rows}, [*required, "instances"]))
    return {"oneOf": choices}


def _named(tensors: Mapping[str, Schema]) -> Schema:
    return _object(tensors, tensors)


def _alone(tensors: Mapping[str, Schema]) -> list[Schema]:
    """Return the shorthand for a signature with one input: its value without its name."""
    return list(tensors.values()) if len(tensors) == 1 else []


def _rows(schema: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": schema}


def _has_rows(signature: Signature) -> bool:
    return all(
        spec.shape is None or (spec.shape and spec.shape[0] in (VARIABLE, 1))
        for spec in (*signature.inputs, *signature.outputs)
    )


def _infer_schema(signatures: Mapping[str, Signature], default: str) -> Schema:
    choices = []
    for signature in signatures.values():
        required = ["inputs"] if signature.name == default else ["inputs", "parameters"]
        parameters = {
            "type": "object",
            "properties": {
                "signature": {"const": signature.name},
                "binary_data_output": {"type": "boolean"},
            },
            "required": [] if signature.name == default else ["signature"],
        }
        inputs = {
            "type": "array",
            "prefixItems": [_infer_input(spec) for spec in signature.inputs],
            "minItems": len(signature.inputs),
            "maxItems": len(signature.inputs),
        }
        output = _object(
            {
                "name": {"enum": [spec.name for spec in signature.outputs]},
                "parameters": {
                    "type": "object",
                    "properties": {"binary_data": {"type": "boolean"}},
                },
            },
            ["name"],
        )
        choices.append(
            _object(
                {
                    "id": {"type": "string"},
                    "parameters": parameters,
                    "inputs": inputs,
                    "outputs": {"type": "array", "items": output},
                },
                required,
            )
        )
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _infer_input(spec: TensorSpec) -> Schema:
    shape: Schema = {"type": "array", "items": {"type": "integer", "minimum": 1}}
    if spec.shape is None:
        shape["maxItems"] = MAX_RANK
    else:
        shape |= {
            "prefixItems": [
                {"type": "integer", "minimum": 1} if size == VARIABLE else {"const": size}
                for size in spec.shape
            ],
            "minItems": len(spec.shape),
            "maxItems": len(spec.shape),
        }
    return _object(
        {
            "name": {"const": spec.name},
            "datatype": {"const": spec.datatype},
            "shape": shape,
            "data": {"type": "array", "description": "Flat in row-major order, or nested."},
            "parameters": {"type": "object"},
        },
        ["name", "datatype", "shape", "data"],
    )


def _nested(datatype: Datatype, shape: tuple[int, ...] | None) -> Schema:
    if shape is None:
        return {"description": f"{datatype}: lists nested like the tensor's shape."}
    schema = _item(datatype)
    for size in reversed(shape):
        sizes = {"minItems": 1} if size == VARIABLE else {"minItems": size, "maxItems": size}
        schema = {"type": "array", "items": schema, **sizes}
    return schema


def _item(datatype: Datatype) -> Schema:
    if datatype is Datatype.BYTES:
        encoded = _object({"b64": {"type": "string", "contentEncoding": "base64"}}, ["b64"])
        return {"anyOf": [{"type": "string"}, encoded]}
    kind = datatype.numpy.kind
    if kind == "b":
        return {"type": "boolean"}
    if kind in "iu":
        bits = 8 * datatype.numpy.itemsize
        low, high = (0, 2**bits - 1) if kind == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        return {"type": "integer", "minimum": low, "maximum": high}
    return {"type": "number"}


def _object(
    properties: Mapping[str, Schema], required: Iterable[str] = (), *, more: bool = False
) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": more,
    }
