"""Changes of a project's files, as small as they can be."""

import re
from typing import Final

from wherry.doctor.rule import Context
from wherry.findings import Change
from wherry.project.code.values import Setting

_BY_CLASSES: Final = re.compile(r"^(?:from|import) configurations\b", re.MULTILINE)
_COMMENT: Final = re.compile(r"[\])}'\"\w]\s+(#[^'\"]*)$")


def text_of(context: Context, path: str) -> str | None:
    """Return a file's text where it can be written back unharmed."""
    text = context.project.text(path)
    if text is None or text.encoding != "utf-8" or text.marked or "\r" in text.content:
        return None
    return text.content


def replaced(context: Context, setting: Setting, statement: str) -> Change | None:
    """Return the file with one setting's statement replaced."""
    before = text_of(context, setting.path)
    if before is None:
        return None
    lines = before.splitlines(keepends=True)
    first = lines[setting.line - 1]
    if not first.lstrip().startswith(setting.name):
        return None
    indent = first[: len(first) - len(first.lstrip())]
    comment = _COMMENT.search(first) if setting.line == setting.end_line else None
    tail = f"  {comment[1]}" if comment else ""
    new = "".join(f"{indent}{line}{tail}\n" for line in statement.splitlines())
    lines[setting.line - 1 : setting.end_line] = [new]
    return Change(setting.path, before, "".join(lines))


def inserted(context: Context, path: str, after_line: int, statement: str) -> Change | None:
    """Return the file with a statement behind a line; 0 puts it first."""
    before = text_of(context, path)
    # In a class of settings it would have to be indented, and be the right class.
    if before is None or _BY_CLASSES.search(before):
        return None
    lines = before.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines[after_line:after_line] = [f"{statement}\n"]
    return Change(path, before, "".join(lines))


def with_import(change: Change | None, statement: str) -> Change | None:
    """Return the change with an import on top, where the file does not have it yet."""
    if change is None or change.after is None:
        return change
    lines = change.after.splitlines(keepends=True)
    if any(line.strip() == statement for line in lines):
        return change
    lines.insert(_below_head(lines), f"{statement}\n")
    return Change(change.path, change.before, "".join(lines))


def require(context: Context, line: str) -> Change | None:
    """Return the requirements with a line more, where they are a plain list for pip."""
    requirements = context.project.requirements
    if requirements.manager != "pip" or not requirements.file:
        return None
    before = text_of(context, requirements.file)
    if before is None:
        return None
    gap = "" if not before or before.endswith("\n") else "\n"
    return Change(requirements.file, before, f"{before}{gap}{line}\n")


def _below_head(lines: list[str]) -> int:
    """Return where imports may begin: at the first one, or below docstring and comments."""
    first = _after_head(lines)
    for number, line in enumerate(lines[first:], first):
        if line.startswith(("import ", "from ")):
            return number
        if line.strip() and not line.startswith("#"):
            break
    return first


def _after_head(lines: list[str]) -> int:
    """Return the line below a docstring, an encoding and __future__."""
    position = 0
    inside = ""
    for number, line in enumerate(lines):
        text = line.strip()
        if inside:
            if inside in text:
                inside, position = "", number + 1
            continue
        quote = next((mark for mark in ('"""', "'''") if text.startswith(mark)), "")
        if quote:
            if text.count(quote) == 1:
                inside = quote
            position = number + 1
        elif text.startswith("from __future__"):
            position = number + 1
        elif text and not text.startswith("#"):
            break
        elif text.startswith(("#!", "# -*-")):
            position = number + 1
    return position
