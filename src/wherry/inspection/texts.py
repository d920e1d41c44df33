"""Text that lies where a model should: pointers, web pages, error messages, descriptions."""

import json
import re
from pathlib import Path
from typing import Any

from wherry.bundle.integrity import LFS_POINTER
from wherry.inspection.keras_config import is_object
from wherry.tensors import quoted

_MAX_JSON_BYTES = 64 * 2**20
_WEB_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")
_SHOWN_CHARACTERS = 80
_ERROR_KEYS = ("message", "error", "detail", "errors", "msg")
# Text has no control characters but these: tab, line feed, form feed, carriage return.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")


def text_refusal(file: Path, head: bytes) -> str | None:
    """Return what is to be said of a file that holds text, or None if it holds none."""
    if _CONTROL.search(head):
        return None
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    lower = start[:200].lower()
    if start.startswith(LFS_POINTER[:24]):
        return (
            f"{file} is a Git LFS pointer, not the model: the real file was never fetched. Run "
            "`git lfs pull` in its repository."
        )
    if lower.startswith(_WEB_PAGE) or b"<html" in lower:
        return (
            f"{file} is a web page, not a model: a download saved the page around it. Download "
            "the file itself (on GitHub: the Raw button)."
        )
    if lower.startswith((b"<?xml", b"<error")):
        return (
            f"{file} is XML{_shown(start)}, not a model: often a storage service's error message. "
            "Download the file again."
        )
    if start.startswith((b"{", b"[")):
        return _json(file, start)
    return _plain(file, start)


def _json(file: Path, start: bytes) -> str | None:
    document = _document(file)
    if document is None:
        return f"{file} is text, not a model{_shown(start)}. Give the model's own file."
    if is_object(document):
        return (
            f"{file} is a Keras model's architecture without its weights (model.to_json wrote "
            "it). In Python, build the model from it, load its weights, and save it whole with "
            'model.save("model.keras").'
        )
    if isinstance(document, dict):
        if "modelTopology" in document or "weightsManifest" in document:
            return (
                f"{file} is a TensorFlow.js model, which is made for browsers. Give the Keras "
                "file or SavedModel that it was converted from."
            )
        if any(key in document for key in _ERROR_KEYS) and len(document) <= 8:
            return (
                f"{file} is a server's answer in place of a model{_shown(start)}. "
                "Download the file again."
            )
        if "learner" in document or "tree_info" in document:
            return (
                f"{file} is a model of decision trees (XGBoost or LightGBM). Convert it to .onnx "
                "with onnxmltools."
            )
    return f"{file} is a JSON file, not a model{_shown(start)}. Give the model's own file."


def _document(file: Path) -> Any:
    if file.stat().st_size > _MAX_JSON_BYTES:
        return None
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return None


def _plain(file: Path, start: bytes) -> str | None:
    if start.startswith(b"model_checkpoint_path:"):
        return (
            f"{file} only says which checkpoint of its folder is the newest. A checkpoint holds "
            "weights without an architecture: load it where the model is built in Python, and "
            'save it whole with model.save("model.keras").'
        )
    if re.match(rb"(node|meta_info_def|saved_model_schema_version)\s*[:{]", start):
        return (
            f"{file} is a TensorFlow graph in text form (.pbtxt), which is not read. Save the "
            "model as a SavedModel folder."
        )
    if re.match(rb"(backend|class_name|config):", start):
        return (
            f"{file} is a Keras model's architecture without its weights (model.to_yaml wrote "
            'it). Save the model whole with model.save("model.keras").'
        )
    if start.startswith(b"tree\nversion="):
        return f"{file} is a model of LightGBM. Convert it to .onnx with onnxmltools."
    try:
        start.decode()
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:  # a character may have been cut in two
            return None
    what = (
        "source code" if re.search(rb"^(import|from|def|class) ", start, re.MULTILINE) else "text"
    )
    return f"{file} is {what}, not a model{_shown(start)}. Give the model's own file."


def _shown(start: bytes) -> str:
    text = " ".join(start[:400].decode("utf-8", "replace").split())[:_SHOWN_CHARACTERS]
    return f" ({quoted(text)})" if text else ""
