"""A diagnosis in SARIF 2.1.0, which code scanning services and editors read."""

import difflib
import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from wherry import __version__
from wherry.causes.cause import Cause, Severity
from wherry.causes.filling import fill
from wherry.doctor.baseline import fingerprint
from wherry.doctor.diagnosis import Diagnosis
from wherry.findings import Change, FileSpan, Finding, Fix
from wherry.masking import mask
from wherry.render.remedies import Step, steps

SCHEMA_ADDRESS: Final = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION: Final = "2.1.0"
_PRINT: Final = "wherry/v1"


def render(diagnosis: Diagnosis, *, prefix: str = "") -> str:
    """Return a diagnosis as the text of a SARIF log.

    Args:
        prefix: What stands before every path, where the project is not the folder one is in.
    """
    return json.dumps(to_dict(diagnosis, prefix=prefix), indent=2) + "\n"


def to_dict(diagnosis: Diagnosis, *, prefix: str = "") -> dict[str, Any]:
    """Return a diagnosis as a SARIF log with one run."""
    causes = list(dict.fromkeys(finding.cause.code for finding in diagnosis.findings))
    rules = {finding.cause.code: finding.cause for finding in diagnosis.findings}
    driver = {
        "name": "wherry",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rules[code], diagnosis) for code in causes],
    }
    return {
        "$schema": SCHEMA_ADDRESS,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(diagnosis, prefix)],
                "results": [
                    _result(finding, causes.index(finding.cause.code), diagnosis, prefix)
                    for finding in diagnosis.findings
                ],
                "properties": {"platform": diagnosis.target.name},
            }
        ],
    }


def _rule(cause: Cause, diagnosis: Diagnosis) -> dict[str, Any]:
    ways = steps(cause, [], diagnosis.target.families, diagnosis.python)
    text = "\n\n".join(_way(index, way) for index, way in enumerate(ways, 1))
    why = fill(cause.why)
    return {
        "id": cause.code,
        "name": "".join(word.capitalize() for word in cause.name.split("-")),
        "shortDescription": {"text": fill(cause.title)},
        "fullDescription": {"text": why},
        "help": {"text": f"{why}\n\n{text}\n\nMore: wherry causes {cause.code}"},
        "defaultConfiguration": {"level": _level(cause.severity)},
        "properties": {"tags": [cause.stage.value, cause.name, *cause.aliases]},
    }


def _way(index: int, way: Step) -> str:
    edits = [f"   {file}:\n{_indented(text)}" for file, text in way.edits]
    return "\n".join((f"{index}. {way.text}", *edits, *(f"   $ {line}" for line in way.commands)))


def _indented(text: str) -> str:
    return "\n".join(f"     {line}" for line in text.splitlines())


def _level(severity: Severity) -> str:
    return severity.value


def _result(finding: Finding, index: int, diagnosis: Diagnosis, prefix: str) -> dict[str, Any]:
    spans = [span for span in finding.where if isinstance(span, FileSpan)]
    first, *others = spans or [FileSpan(".")]
    told = [f"{finding.title}. {finding.why}"]
    ways = steps(finding.cause, [finding.values], diagnosis.target.families, diagnosis.python)
    if ways:
        told.append(_way(1, ways[0]).removeprefix("1. "))
    result: dict[str, Any] = {
        "ruleId": finding.cause.code,
        "ruleIndex": index,
        "level": _level(finding.severity),
        "message": {"text": "\n\n".join(told)},
        "locations": [_location(first, prefix)],
        "partialFingerprints": {_PRINT: fingerprint(finding, first if spans else None)},
        "properties": {
            "confidence": finding.confidence.value,
            "role": finding.role.value,
            "stage": finding.cause.stage.value,
        },
    }
    if others:
        result["relatedLocations"] = [
            {"id": number, **_location(span, prefix)} for number, span in enumerate(others, 1)
        ]
    fixes = [] if finding.fix is None else list(_fixes(finding.fix, prefix))
    return {**result, "fixes": fixes} if fixes else result


def _location(span: FileSpan, prefix: str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _address(span.path, prefix)}}
    if span.line is not None:
        region: dict[str, Any] = {"startLine": span.line}
        if span.column is not None:
            region["startColumn"] = span.column
        if span.end_line is not None and span.end_line >= span.line:
            region["endLine"] = span.end_line
        if span.quote:
            region["snippet"] = {"text": mask(span.quote)}
        physical["region"] = region
    return {"physicalLocation": physical}


def _address(path: str, prefix: str) -> str:
    return quote(f"{prefix}{path}", safe="/.-_~") or "."


def _fixes(fix: Fix, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield the fix, if there is a file that it edits and nothing secret in what it writes."""
    changes = [_artifact(change, prefix) for change in fix.changes]
    if not changes or any(mask(change.after or "") != change.after for change in fix.changes):
        return
    safety = "" if fix.safe else " (look at the result: the code may do other things)"
    yield {"description": {"text": mask(fix.text) + safety}, "artifactChanges": changes}


def _artifact(change: Change, prefix: str) -> dict[str, Any]:
    before = (change.before or "").splitlines(keepends=True)
    after = (change.after or "").splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    replacements = [
        _replacement(start, end, "".join(after[first:last]))
        for tag, start, end, first, last in matcher.get_opcodes()
        if tag != "equal"
    ]
    return {
        "artifactLocation": {"uri": _address(change.path, prefix)},
        # The standard wants one at least, also where only the encoding changes.
        "replacements": replacements or [_replacement(0, 0, "")],
    }


def _replacement(start: int, end: int, text: str) -> dict[str, Any]:
    """Return what takes the place of lines ``start`` to ``end``, counted from 0."""
    region = {"startLine": start + 1, "startColumn": 1, "endLine": end + 1, "endColumn": 1}
    found: dict[str, Any] = {"deletedRegion": region}
    if text:
        found["insertedContent"] = {"text": text}
    return found


def _invocation(diagnosis: Diagnosis, prefix: str) -> dict[str, Any]:
    execution = [
        {
            "level": "warning",
            "message": {"text": mask(f"Not inspected: {item.what}: {item.reason}")},
        }
        for item in diagnosis.skipped
    ]
    configuration = [
        {
            **_notification("note", f"This comment silences nothing: {comment.text}"),
            "locations": [_location(FileSpan(comment.path, comment.line), prefix)],
        }
        for comment in diagnosis.unused_ignores
    ]
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": execution,
        "toolConfigurationNotifications": configuration,
    }


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": mask(text)}}
