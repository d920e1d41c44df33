"""A diagnosis as JSON says it; ``doctor.schema.json`` beside this file describes it."""

import json
from pathlib import Path
from typing import Any, Final

from wherry.causes.cause import Severity
from wherry.doctor.baseline import fingerprint
from wherry.doctor.diagnosis import Diagnosis
from wherry.doctor.ignores import Ignore
from wherry.findings import Finding, document
from wherry.masking import mask
from wherry.render.remedies import Step, check_commands, steps

SCHEMA: Final = Path(__file__).with_name("doctor.schema.json")


def to_dict(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the whole of a diagnosis; paths in it are relative to the project's folder."""
    python = diagnosis.python
    return {
        **document("doctor", diagnosis.findings, diagnosis.skipped),
        "findings": [_finding(finding, diagnosis) for finding in diagnosis.findings],
        "platform": diagnosis.target.name,
        "python": None if python is None else f"{python[0]}.{python[1]}",
        "python_asked": diagnosis.python_asked,
        "framework": diagnosis.framework,
        "files": diagnosis.files,
        "offline": diagnosis.offline,
        "summary": {severity.value: diagnosis.count(severity) for severity in Severity},
        "predictions": None if diagnosis.predictions is None else diagnosis.predictions.to_dict(),
        "unused_ignores": [_ignore(comment) for comment in diagnosis.unused_ignores],
        "silenced": diagnosis.silenced,
        "baseline": {"known": diagnosis.known, "gone": diagnosis.gone},
    }


def render(diagnosis: Diagnosis) -> str:
    """Return a diagnosis as the text of a JSON document."""
    return json.dumps(to_dict(diagnosis), indent=2) + "\n"


def _finding(finding: Finding, diagnosis: Diagnosis) -> dict[str, Any]:
    ways = steps(finding.cause, [finding.values], diagnosis.target.families, diagnosis.python)
    return {
        **finding.to_dict(),
        "stage": finding.cause.stage.value,
        "remedies": [_step(way) for way in ways],
        "check": list(check_commands(finding.cause, [finding.values])),
        "related": list(finding.cause.related),
        "more": f"wherry causes {finding.cause.code}",
        "fingerprints": [fingerprint(finding, span) for span in finding.where or (None,)],
    }


def _step(way: Step) -> dict[str, Any]:
    return {
        "text": way.text,
        "needs": way.needs,
        "edits": [{"file": file, "text": text} for file, text in way.edits],
        "commands": list(way.commands),
    }


def _ignore(comment: Ignore) -> dict[str, Any]:
    return {
        "path": comment.path,
        "line": comment.line,
        "text": mask(comment.text),
        "mistake": comment.mistake,
    }
