"""The whole story: what each thing that was seen is a sign of, beside all the others."""

from collections.abc import Sequence
from typing import Final

from wherry.causes.catalogue import CATALOGUE
from wherry.explain.ledger import Ledger
from wherry.explain.story import (
    building,
    crashing,
    databases,
    edges,
    memory,
    models,
    noise,
    outside,
    packages,
    requests,
    roles,
    routing,
    workers,
)
from wherry.explain.story.scene import Scene
from wherry.explain.unknown import Unknown
from wherry.findings import Finding, LogSpan, Role
from wherry.signatures.catalogue import names

_CAUSES = frozenset(cause.name for cause in CATALOGUE)
# Each takes the scene as the ones before it left it.
_CHAPTERS = (
    roles.advise,
    packages.settle,
    building.settle,
    databases.settle,
    models.settle,
    memory.settle,
    workers.settle,
    requests.settle,
    edges.settle,
    crashing.settle,
    routing.settle,
    outside.settle,
    noise.settle,
    roles.settle,
)
_ORDER = {Role.FIRST: 0, Role.CONSEQUENCE: 1, Role.NOISE: 2}


def tell(ledger: Ledger, unknown: Unknown) -> tuple[tuple[Finding, ...], tuple[LogSpan, ...]]:
    """Return the findings, first causes first, and the lines that nothing explains."""
    scene = Scene(ledger, unknown)
    for record in sorted(ledger.all(), key=lambda record: record.number):
        if record.name in _CAUSES:
            scene.add(record.name, record)
    for chapter in _CHAPTERS:
        chapter(scene)
    drafts = sorted(scene.drafts, key=lambda draft: (_ORDER[draft.role], draft.number))
    return tuple(draft.finding() for draft in drafts), _spans(scene.outside)


def _spans(outside: Sequence[LogSpan]) -> tuple[LogSpan, ...]:
    return tuple(sorted(outside, key=lambda span: span.lines))


_SETTLED_TEXT: Final = """
pip-too-old-for-wheel tflite-runtime-abandoned torch-cuda-wheels gpu-tensorflow-on-cpu-dyno
web-scaled-to-zero worker-declared-as-web slow-boot cloud-run-start-failed ipv6-bind-on-fir
cpu-illegal-instruction memory-quota-exceeded too-many-workers files-count-as-memory
memory-grows-with-requests request-timeout-h12 gunicorn-worker-timeout worker-killed-h13
server-closed-early-h18 model-downloaded-at-request pretrained-weights-downloaded
no-whitenoise-static training-in-request model-loaded-per-request first-request-loads-model
ssl-redirect-without-proxy-header keep-alive-shorter-than-router requests-queue-behind-prediction
stream-goes-silent client-left response-header-too-large fork-after-model-load
shutdown-ignored-sigterm maintenance-mode no-release-yet custom-domain-misdirected logs-dropped
daily-restart restart-after-change platform-incident application-error memory-too-small
task-worker-not-scaled wrong-buildpack
model-missing-from-git model-path-cwd-relative model-excluded-from-slug procfile-misnamed
"""
SETTLED: Final = frozenset(_SETTLED_TEXT.split())
"""Causes that no line is a sign of by itself: the story settles them, or names them as well."""


def explainable() -> frozenset[str]:
    """Return the names of all causes that a log can be explained by."""
    return (names() & _CAUSES) | SETTLED
