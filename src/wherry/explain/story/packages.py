"""pip's refusals, settled with all that the log tells: the Python, pip, the machine."""

import re
from typing import Final

from wherry.explain.ledger import Record
from wherry.explain.story.scene import Scene
from wherry.findings import Evidence, How
from wherry.signatures.versions import Missing
from wherry.signatures.versions import settle as settle_missing

_SOLVER: Final = re.compile(r"No solution found|version solving failed")
_NEAR_LINES: Final = 20


def settle(scene: Scene) -> None:
    """Say of each requirement that was not found why it was not."""
    for record in scene.ledger.of("no-matching-distribution"):
        _settle_one(scene, record)
    _unpinned_python(scene)
    _same_line(scene)


def _same_line(scene: Scene) -> None:
    """What follows from the line before it is no cause of its own."""
    if scene.draft("requirements-utf16", "conda-file-pin", "requirements-include-missing"):
        scene.drop("requirements-syntax")
    vague = scene.draft("resolution-impossible")
    plain = scene.draft(
        "tf-no-wheel-for-python", "tf-no-wheel-for-platform", "pins-not-installable",
        "package-not-found", "package-needs-newer-python", "windows-only-pin",
        "tflite-runtime-abandoned",
    )  # fmt: skip
    solved = vague is not None and _SOLVER.search(vague.record.event.text)
    if vague is not None and plain is not None and solved:
        near = abs(plain.number - vague.number) <= _NEAR_LINES
        scene.drafts = [draft for draft in scene.drafts if not (near and draft is vague)]


def _settle_one(scene: Scene, record: Record) -> None:
    versions = [
        part.strip()
        for part in record.values.get("versions", "").rstrip(")").split(",")
        if part.strip()[:1].isdigit()
    ]
    if not versions and scene.draft("package-index-unreachable"):
        return
    ignored = scene.ledger.before(record.number, "~ignored")
    pip = scene.ledger.first("~pip")
    machine = scene.ledger.first("~machine")
    pin = record.values.get("pin", "").partition(" (from")[0].strip()
    broken = scene.draft("invalid-metadata")
    if broken is not None and pin.startswith(broken.values.get("package", "?")):
        return
    verdict = settle_missing(
        Missing(
            pin=pin,
            versions=versions,
            listed="versions" in record.values,
            ignored="" if ignored is None else ignored.seen[-1][1].get("ignored", ""),
            python=scene.python(record.number),
            pip=() if pip is None else _numbers(pip.values.get("pip", "")),
            machine="" if machine is None else machine.values.get("machine", ""),
        )
    )
    scene.add(
        verdict.name,
        record,
        values=verdict.values,
        alternatives=verdict.alternatives,
        settled_by=verdict.settled_by,
        sure=verdict.sure,
    )


def _unpinned_python(scene: Scene) -> None:
    """That no Python is pinned is behind a version that does not fit it, or a warning by itself."""
    record = scene.ledger.first("~no-python-version")
    if record is None or scene.draft("python-unpinned"):
        return
    blamed = scene.draft(
        "tf-no-wheel-for-python", "pins-not-installable", "sdist-build-python-too-new",
        "django-too-old-for-python", "removed-stdlib-module", "tflite-runtime-abandoned",
        "gunicorn20-no-pkg-resources",
    )  # fmt: skip
    if blamed is None:
        return
    blamed.evidence.append(
        Evidence("Python version", "none is pinned: the host's default", How.READ)
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
