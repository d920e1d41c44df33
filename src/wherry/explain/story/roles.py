"""Who came first: the rest follows from it, or has no part in it."""

from typing import Final

from wherry.causes.cause import Severity
from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene
from wherry.findings import Role

# Advice that a build gives and habits that a log shows: true, and not what failed.
_BESIDE_A_FAILURE: Final = {
    "python-patch-pinned-old",
    "runtime-txt-deprecated",
    "collectstatic-disabled",
    "slug-too-large",
    "static-dir-missing",
    "runserver-in-production",
    "logs-dropped",
    "memory-grows-with-requests",
    "media-not-served",
    "no-whitenoise-static",
    "python-version-eol",
    "migrations-not-run",
    "migrations-not-committed",
}
# Each follows from one of the others, where that was seen before it.
_FOLLOWS: Final = {
    "model-load-error-swallowed": (
        "model-path-missing", "model-path-absolute", "keras-version-mismatch", "git-lfs-pointer",
        "model-file-corrupt", "legacy-h5-in-keras3", "custom-object-missing", "h5py3-old-keras",
        "keras3-savedmodel-format", "pickle-version-mismatch", "dependency-not-in-requirements",
        "model-download-refused", "lambda-refused-by-safe-mode", "weights-only-file",
        "model-path-is-directory", "lambda-bytecode-python-mismatch", "op-not-registered",
    ),
    "request-timeout-h12": (
        "memory-quota-exceeded", "gunicorn-worker-timeout", "model-downloaded-at-request",
        "outbound-call-without-timeout", "memory-limit-killed",
    ),
    "gunicorn-worker-timeout": ("memory-quota-exceeded", "request-timeout-h12", "thread-limit"),
    "worker-killed-h13": ("request-timeout-h12",),
    "cloud-run-start-failed": ("*",),
    "collectstatic-fails": ("*",),
    "release-phase-failed": ("*",),
    "database-localhost": ("env-var-missing",),
    "application-error": ("*",),
    "memory-quota-exceeded": ("memory-limit-killed",),
    "numpy-api-too-old": ("numpy2-abi",),
    "invalid-metadata": ("*pip",),
    # Poetry finds nothing that its old lock does not hold.
    "resolution-impossible": ("lockfile-out-of-date",),
    "package-not-found": ("lockfile-out-of-date",),
    "pins-not-installable": ("lockfile-out-of-date",),
    "static-manifest-missing": ("collectstatic-fails",),
}  # fmt: skip


def settle(scene: Scene) -> None:
    """Give each finding its role."""
    for draft in sorted(scene.drafts, key=lambda draft: draft.number):
        if draft.role is Role.FIRST and _follows(scene, draft):
            draft.role = Role.CONSEQUENCE
    failing = any(draft.role is Role.FIRST and draft.is_error for draft in scene.drafts)
    for draft in scene.drafts:
        if draft.role is Role.FIRST and _is_advice(draft, failing=failing):
            draft.role = Role.NOISE


def _is_advice(draft: Draft, *, failing: bool) -> bool:
    if draft.is_error:
        return False
    local = draft.name == "runserver-in-production" and not draft.record.event.source
    return local or (failing and draft.name in _BESIDE_A_FAILURE)


def advise(scene: Scene) -> None:
    """A line that only advises makes no error of its cause; an exception does."""
    for draft in scene.drafts:
        text = draft.record.event.text
        if draft.name in ("python-version-eol", "runtime-txt-deprecated") and "deprecated" in text:
            draft.severity = Severity.WARNING
        if draft.name == "cuda-versions-apart" and draft.record.event.raised is not None:
            draft.severity = Severity.ERROR
        if draft.name == "static-dir-missing" and "W004" in text:
            draft.severity = Severity.WARNING
        if draft.name == "migrations-not-run" and "unapplied" in text:
            draft.severity = Severity.WARNING
        if draft.name == "migrations-not-committed" and "not yet reflected" in text:
            draft.severity = Severity.WARNING


_NEAR_LINES: Final = 40


def _follows(scene: Scene, draft: Draft) -> bool:
    behind = _FOLLOWS.get(draft.name, ())
    for other in scene.drafts:
        if other is draft or other.role is not Role.FIRST or other.number > draft.number:
            continue
        if other.name in behind:
            return True
        if "*" in behind and other.is_error and _same_moment(other, draft):
            return True
    return False


def _same_moment(other: Draft, draft: Draft) -> bool:
    """An exception follows another one of the same request or start, not any that came before."""
    if draft.name != "application-error":
        return True
    if other.record.event.process != draft.record.event.process:
        return False
    if other.record.event.raised is None:
        return draft.number - other.record.last <= _NEAR_LINES
    return not other.in_request and not draft.in_request
