"""What the loaders of each format say of a pointer, a damaged file, or one that is not there."""

import re
from typing import Final

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_POINTERS_FIRST: Final = ("118", "v", "vers", "versio", "version")
_LOCAL: Final = re.compile(r"^(?:\.{0,2}/|~|[A-Za-z]:\\)|\\|/.*/|\.\w{2,5}$")
_SIZE: Final = (
    "`ls -l`: about 130 bytes (a pointer), or of another size than where it was saved (cut off)"
)
_DEPLOYED: Final = (
    "`git ls-files` and where the server is started: is it deployed, and found from there"
)


def _first_byte(event: Event, found: re.Match[str]) -> Verdict:
    """A pointer begins with "version", whose first letter is byte 118; a page begins with "<"."""
    del event
    first = found["first"].strip("'\"b")
    if first in _POINTERS_FIRST:
        return Verdict("git-lfs-pointer", {})
    return Verdict("model-file-corrupt", {"found": f"it begins with {first}"})


def _unreadable(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict("model-file-corrupt", values_of(found), ("git-lfs-pointer",), _SIZE, sure=False)


def _header_too_large(event: Event, found: re.Match[str]) -> Verdict:
    """A pointer's first eight letters, read as the length of a header, are a huge number."""
    del event, found
    return Verdict("git-lfs-pointer", {}, ("model-file-corrupt",), _SIZE, sure=False)


def _weights_only(event: Event, found: re.Match[str]) -> Verdict:
    """Where the rest of the message is cut off, the file may as well be none."""
    if "name" in values_of(found) or "Unsupported" in event.text or "GLOBAL" in event.text:
        return Verdict("torch-checkpoint-refused", values_of(found))
    return Verdict(
        "torch-checkpoint-refused", {}, ("git-lfs-pointer", "model-file-corrupt"), _SIZE, sure=False
    )


def _not_there(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict(
        "model-path-missing",
        values_of(found),
        ("model-missing-from-git", "model-path-cwd-relative", "model-excluded-from-slug"),
        _DEPLOYED,
    )


def _local_path(event: Event, found: re.Match[str]) -> Verdict | None:
    """transformers takes a folder that is not there for a name on the Hub."""
    del event
    if not _LOCAL.search(found["model"]):
        return None
    return Verdict(
        "model-path-missing",
        values_of(found),
        ("model-missing-from-git", "model-path-cwd-relative"),
        _DEPLOYED,
    )


SIGNATURES = (
    *sees(
        "git-lfs-pointer model-file-corrupt",
        r"WeightsUnpickler error: Unsupported operand (?P<first>\d+)",
        r"Found: (?P<first>\w{1,8})$",
        r"the magic string is not correct; expected .{1,20}, got (?P<first>b?'[^']{1,12}')",
        r"invalid magic characters:? '?(?P<first>[^'\s]{1,8})'?",
        judge=_first_byte,
    ),
    *sees(
        "torch-checkpoint-refused git-lfs-pointer model-file-corrupt",
        (
            r"WeightsUnpickler error: Unsupported (?:global: GLOBAL|class|type) "
            r"(?P<name>[\w.]*\w)"
        ),
        r"Weights only load failed",
        judge=_weights_only,
    ),
    *sees(
        "git-lfs-pointer",
        r"You seem to have cloned a repository without having git-lfs installed",
    ),
    *sees(
        "git-lfs-pointer model-file-corrupt",
        r"deserializing header: (?:HeaderTooLarge|header too large)",
        judge=_header_too_large,
    ),
    *sees(
        "model-file-corrupt",
        r"Error while deserializing header: (?!.{0,40}No such file).{1,80}",
        r"PytorchStreamReader failed .{1,80}",
        r"inline_container\.cc:\d+\] \. file not found: .{1,80}",
        r"Invalid magic number; corrupt file\?",
        r"INVALID_GRAPH : Load model from (?P<model>\S+) failed",
        r"Load model from (?P<model>\S+) failed:\s?ModelProto does not have a graph",
        r"Error parsing message with type 'onnx\.ModelProto'",
        r"File at path `(?P<model>[^`]+)` does not have a supported format",
        r"(?<!'\.)The model allocation is null/empty",
        r"must have at least 7 bytes to hold identifier",
        r"Failed to parse JSON around character position: \d+",
        r"BoostLearner: wrong model format",
        r"XGBoostError: .{0,40}input stream corrupted",
        r"XGBoostError: .{0,120}Unknown file format: .{1,20}",
        r"Model file doesn't specify the number of classes",
        r"Unknown model format or submodel type in model file (?P<model>\S+)",
        r"Model format error, expect a tree here",
        r"Incorrect model file descriptor",
        r"Did not recognize loaded array layout",
        r"EOF: reading array data, expected \d+ bytes got \d+",
        r"unpickling stack underflow|pickle exhausted before end of frame",
        r"STACK_GLOBAL requires str|could not find MARK",
        r"Compressed file ended before the end-of-stream marker was reached",
        r"while decompressing data: incomplete or truncated stream",
        r"A load persistent id instruction was encountered",
        r"Failed to interpret file .{1,200} as a pickle",
        r"Cannot load file containing pickled data when allow_pickle=False",
        r"(?P<model>\S{1,300}) has wrong file format!",
        r"could not parse ModelProto from (?P<model>\S{1,300})",
        r"\[model_proto->ParseFromArray\(",
        r"Failed to parse ONNX model: (?P<model>\S{1,300})",
        r"Failed to parse GraphDef file: (?P<model>\S{1,300})",
        r"Failed to parse NetParameter file: (?P<model>\S{1,300})",
        judge=_unreadable,
    ),
    *sees(
        "model-file-corrupt",
        r"DecodeError: (?:Error parsing message|Wrong wire type in tag|Truncated message).{0,60}",
        types="DecodeError",
        judge=_unreadable,
    ),
    *sees(
        "model-path-missing",
        (
            r"Deserialize tensor \S+ failed.{0,20}open file \"?(?P<model>[^\"\s]{1,300})\"? "
            r"fail(?:ed)?"
        ),
        r"GetFileLength for (?P<model>\S{1,300}) failed",
        r"model_path must not be empty",
        r"(?P<model>\S{1,300}saved_model\.pb(?:txt)?); No such file or directory",
        r"Not found: \"(?P<model>[^\"]{1,300})\": No such file or directory Error #2",
        r"Can't open \"(?P<model>[^\"]{1,300})\" in function 'ReadProto\w*'",
        r"Failed to open NetParameter file: (?P<model>\S{1,300})",
        r"Can't read ONNX file: (?P<model>\S{1,300})",
        r"Can't find model '(?P<model>[^'\s]{0,200}/[^'\s]{1,200})'",
        r"Can't find model directory: (?P<model>\S{1,300})",
        r"\[E053\] Could not read config file from (?P<model>\S{1,300})",
        r"Error no file named .{1,200} found in directory (?P<model>\S{1,300}?)\.?(?:\s|$)",
        judge=_not_there,
    ),
    *sees(
        "model-path-missing",
        r"(?P<model>\S{1,300}) is not a local folder and is not a valid model identifier",
        r"(?P<model>\S{1,300}) does not appear to have (?:a file named|files named)",
        r"Repo id must be in the form .{1,60}: '(?P<model>[^']{1,300})'",
        r"Repo id must use alphanumeric chars .{1,160}: '(?P<model>[^']{1,300})'",
        r"Incorrect path_or_model_id: '(?P<model>[^']{1,300})'",
        judge=_local_path,
    ),
)
