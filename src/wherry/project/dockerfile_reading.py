"""Reads a Dockerfile."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from wherry.project.dockerfile import Dockerfile, Instruction, Stage
from wherry.project.folder import Folder
from wherry.project.shell import split
from wherry.project.texts import Text

NAMES: Final = ("Dockerfile", "dockerfile", "Containerfile")
_INSTRUCTION: Final = re.compile(r"^\s*([A-Za-z]+)\s+(.*)$", re.DOTALL)
_FROM: Final = re.compile(r"^(?:--\S+\s+)*(\S+)(?:\s+[Aa][Ss]\s+(\S+))?")
_PYTHON_IMAGE: Final = re.compile(r"(?:^|/)python:(\d+)\.(\d+)")
_UV_IMAGE: Final = re.compile(r"/uv:[\w.-]*?python(\d+)\.(\d+)")
_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
_HERE: Final = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")
_MOST_LINES: Final = 3000


def read_dockerfile(folder: Folder, path: str = "") -> Dockerfile | None:
    """Return a Dockerfile, the one where the host builds unless a path is given."""
    names = (path,) if path else tuple(folder.deployed(name) for name in NAMES)
    for name in names:
        text = folder.text(name) if name else None
        if text is not None:
            return _read(text)
    return None


def _read(text: Text) -> Dockerfile | None:
    instructions: list[Instruction] = []
    stages: list[Stage] = []
    arguments: dict[str, str] = {}
    for number, name, rest in _logical(text):
        if name == "ARG":
            arguments |= _pairs(rest)
        if name == "FROM":
            found = _FROM.match(rest)
            if found is None:
                continue
            image = _filled(found[1], arguments)
            stages.append(Stage(image, number, found[2] or ""))
        instructions.append(
            Instruction(name, rest, number, _json_words(rest), max(len(stages) - 1, 0))
        )
    if not stages:
        return None
    last = len(stages) - 1
    env: dict[str, str] = {}
    for step in instructions:
        if step.name == "ENV" and step.stage in _lineage(stages, last):
            env |= _env(step.text)
    return Dockerfile(text.path, tuple(instructions), tuple(stages), env, _python(stages, last))


def _lineage(stages: list[Stage], number: int) -> set[int]:
    """Return the numbers of a stage and of those that it is built upon."""
    found = {number}
    names = {stage.name: index for index, stage in enumerate(stages) if stage.name}
    while stages[number].image in names and names[stages[number].image] not in found:
        number = names[stages[number].image]
        found.add(number)
    return found


def _python(stages: list[Stage], last: int) -> tuple[int, int] | None:
    for number in sorted(_lineage(stages, last)):
        image = stages[number].image
        found = _PYTHON_IMAGE.search(image) or _UV_IMAGE.search(image)
        if found is not None:
            return int(found[1]), int(found[2])
    return None


def _logical(text: Text) -> Iterator[tuple[int, str, str]]:
    """Yield the instructions, with continued lines joined and here-documents passed over."""
    parts: list[str] = []
    first = 1
    until = ""
    for number, line in enumerate(text.lines[:_MOST_LINES], 1):
        if until:
            until = "" if line.strip() == until else until
            continue
        stripped = line.strip()
        if stripped.startswith("#") or (not stripped and not parts):
            continue
        first = first if parts else number
        if stripped.endswith("\\"):
            parts.append(stripped[:-1])
            continue
        parts.append(stripped)
        joined = " ".join(part for part in parts if part)
        parts = []
        here = _HERE.search(joined)
        until = here[1] if here and joined[:4].upper() in ("RUN ", "COPY") else ""
        found = _INSTRUCTION.match(joined)
        if found is not None:
            yield first, found[1].upper(), found[2].strip()


def _json_words(rest: str) -> tuple[str, ...] | None:
    if not rest.startswith("["):
        return None
    try:
        words = json.loads(rest)
    except (ValueError, RecursionError):
        return None
    is_list = isinstance(words, list) and all(isinstance(word, str) for word in words)
    return tuple(words) if is_list else None


def _pairs(rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in split(rest):
        name, sign, value = word.partition("=")
        if sign:
            found[name] = value
    return found


def _env(rest: str) -> dict[str, str]:
    if "=" in rest.split(None, 1)[0]:
        return _pairs(rest)
    name, _, value = rest.partition(" ")
    return {name: value.strip()}


def _filled(image: str, arguments: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: arguments.get(found[1], found[0]), image)
