"""A rehearsal as JSON says it; ``rehearsal.schema.json`` beside this file describes it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from wherry.causes.cause import Severity
from wherry.findings import Finding, document
from wherry.masking import mask, mask_all
from wherry.rehearse.rehearsal import (
    Boot,
    LoadPoint,
    MemoryCurve,
    Rehearsal,
    RequestKind,
    SlugFacts,
    Traffic,
    Vanished,
)
from wherry.render.remedies import check_commands, steps

SCHEMA: Final = Path(__file__).with_name("rehearsal.schema.json")
SCHEMA_VERSION: Final = 1


def to_dict(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return the whole of a rehearsal, free of secrets."""
    findings = rehearsal.findings
    return {
        **document("rehearse", findings, rehearsal.skipped),
        "schema_version": SCHEMA_VERSION,
        "findings": [_finding(item, rehearsal) for item in findings],
        "project": mask(rehearsal.project),
        "revision": mask(rehearsal.revision),
        "platform": rehearsal.target.name,
        "begun": datetime.fromtimestamp(rehearsal.begun_at, UTC).isoformat(timespec="seconds"),
        "seconds": _number(rehearsal.seconds),
        "verdict": {
            "outcome": rehearsal.verdict.outcome.value,
            "text": mask(rehearsal.verdict.text),
            "good": rehearsal.verdict.good,
        },
        "summary": {
            severity.value: sum(item.severity is severity for item in findings)
            for severity in Severity
        },
        "limits": _limits(rehearsal),
        "overlay": dict(rehearsal.overlay),
        "steps": [
            {
                "name": step.name,
                "since_s": _number(step.since_s),
                "seconds": _number(step.seconds),
                "ok": step.ok,
                "detail": mask(step.detail),
            }
            for step in rehearsal.steps
        ],
        "remarks": [
            {"about": remark.about, "text": mask(remark.text)} for remark in rehearsal.remarks
        ],
        "slug": None if rehearsal.slug is None else _slug(rehearsal.slug),
        "boots": [_boot(boot) for boot in rehearsal.boots],
        "memory": [_memory(curve) for curve in rehearsal.memory],
        "traffic": None if rehearsal.traffic is None else _traffic(rehearsal.traffic),
        "vanishes": [_vanished(file) for file in rehearsal.vanished],
        "build_log": mask_all(rehearsal.build_log),
        "log": mask_all(rehearsal.log),
        "log_dropped": rehearsal.log_dropped,
    }


def render(rehearsal: Rehearsal) -> str:
    """Return a rehearsal as the text of a JSON document."""
    return json.dumps(to_dict(rehearsal), indent=2, allow_nan=False) + "\n"


def _finding(item: Finding, rehearsal: Rehearsal) -> dict[str, Any]:
    ways = steps(item.cause, [item.values], rehearsal.target.families)
    return {
        **item.to_dict(),
        "stage": item.cause.stage.value,
        "remedies": [
            {
                "text": way.text,
                "needs": way.needs,
                "edits": [{"file": file, "text": text} for file, text in way.edits],
                "commands": list(way.commands),
            }
            for way in ways
        ],
        "check": list(check_commands(item.cause, [item.values])),
        "sources": [source.url for source in item.cause.sources if source.url],
        "more": f"wherry causes {item.cause.code}",
    }


def _limits(rehearsal: Rehearsal) -> dict[str, Any]:
    limits = rehearsal.limits
    return {field.name: getattr(limits, field.name) for field in fields(limits)}


def _slug(slug: SlugFacts) -> dict[str, Any]:
    return {
        "size_bytes": slug.size_bytes,
        "unpacked_bytes": slug.unpacked_bytes,
        "parts": [
            {
                "kind": part.kind,
                "name": part.name,
                "version": part.version,
                "size_bytes": part.size_bytes,
                "unpacked_bytes": part.unpacked_bytes,
            }
            for part in slug.parts
        ],
    }


def _boot(boot: Boot) -> dict[str, Any]:
    return {
        "dyno": boot.dyno,
        "command": mask(boot.command),
        "state": boot.state,
        "port": boot.port,
        "moments": [
            {"name": moment.name, "since_s": _number(moment.since_s)} for moment in boot.moments
        ],
    }


def _memory(curve: MemoryCurve) -> dict[str, Any]:
    return {
        "dyno": curve.dyno,
        "peak_bytes": curve.peak_bytes,
        "idle_bytes": curve.idle_bytes,
        "points": [
            {
                "since_s": _number(point.since_s),
                "total_bytes": point.total_bytes,
                "anonymous_bytes": point.anonymous_bytes,
                "shared_bytes": point.shared_bytes,
                "swap_bytes": point.swap_bytes,
                "cache_bytes": point.cache_bytes,
                "processes": point.processes,
                "threads": point.threads,
            }
            for point in curve.points
        ],
    }


def _traffic(traffic: Traffic) -> dict[str, Any]:
    restart = traffic.restart
    return {
        "source": mask(traffic.source),
        "seconds": _number(traffic.seconds),
        "requests": traffic.requests,
        "kinds": [_kind(kind) for kind in traffic.kinds],
        "points": [_point(point) for point in traffic.points],
        "limit": mask(traffic.limit),
        "restart": None
        if restart is None
        else {
            "seconds": _number(restart.seconds),
            "requests": restart.requests,
            "lost": restart.lost,
            "late": restart.late,
        },
    }


def _kind(kind: RequestKind) -> dict[str, Any]:
    return {
        "method": kind.method,
        "path": mask(kind.path),
        "count": kind.count,
        "statuses": _counts(kind.statuses.items()),
        "codes": _counts(kind.codes.items()),
        "p50_s": _number(kind.p50_s),
        "p95_s": _number(kind.p95_s),
        "p99_s": _number(kind.p99_s),
        "max_s": _number(kind.max_s),
    }


def _point(point: LoadPoint) -> dict[str, Any]:
    return {
        "rate": _number(point.rate),
        "done": _number(point.done),
        "p50_s": _number(point.p50_s),
        "p95_s": _number(point.p95_s),
        "p99_s": _number(point.p99_s),
        "failed": point.failed,
        "codes": _counts(point.codes.items()),
    }


def _vanished(file: Vanished) -> dict[str, Any]:
    return {
        "path": mask(file.path),
        "size_bytes": file.size_bytes,
        "kind": file.kind,
        "what": file.what,
        "dyno": file.dyno,
        "since_s": _number(file.since_s),
        "request": mask(file.request),
    }


def _counts(items: Iterable[tuple[object, int]]) -> Mapping[str, int]:
    return {str(key): count for key, count in items}


def _number(value: float) -> float:
    """Round to what was measured: microseconds are noise."""
    return round(value, 6)
