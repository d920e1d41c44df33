"""pip's refusals, settled with all that the log tells: the Python, pip, the machine."""

import re
from typing import Final

from wherry.explain.ledger import Record
from wherry.explain.story.scene import Scene
from wherry.findings import Evidence, How
from wherry.signatures.versions import Missing
from wherry.signatures.versions import settle as settle_missing

_SOLVER: Final = re.compile(r"No solution found|version solving failed|Could not solve")
_NEAR_LINES: Final = 20
_HINT_LINES: Final = 4


def settle(scene: Scene) -> None:
    """Say of each requirement that was not found why it was not."""
    for record in scene.ledger.of("no-matching-distribution"):
        _settle_one(scene, record)
    _unpinned_python(scene)
    _aborted(scene)
    _hinted(scene)
    _same_line(scene)


def _aborted(scene: Scene) -> None:
    """Pipenv deploys nothing with an old lock, nor with another Python than the Pipfile's."""
    record = scene.ledger.first("~deploy-aborted")
    known = ("lockfile-out-of-date", "package-needs-newer-python", "pins-not-installable",
             "pipfile-without-lock")  # fmt: skip
    if record is not None and scene.draft(*known) is None:
        scene.add("lockfile-out-of-date", record)


def _hinted(scene: Scene) -> None:
    """uv says of the same wheel that there is none, and in the hint below why."""
    vague = [draft for draft in scene.drafts if draft.settled_by == "the hint below it"]
    for draft in vague:
        if any(
            0 < other.number - draft.number <= _HINT_LINES
            and "only has wheels" in other.record.event.text
            for other in scene.drafts
        ):
            scene.drafts.remove(draft)
        else:
            draft.settled_by, draft.sure = "", True


def _same_line(scene: Scene) -> None:
    """What follows from the line before it is no cause of its own."""
    if scene.draft("requirements-utf16", "conda-file-pin", "requirements-include-missing"):
        scene.drop("requirements-syntax")
    if scene.draft("conda-file-pin"):
        scene.drop("requirements-include-missing")
    if scene.draft("lockfile-out-of-date"):
        scene.drop("requirements-syntax")
    _told_by_poetry(scene)
    locked_out = scene.draft("private-dependency-unreachable")
    if locked_out is not None:
        # Without its key an index seems not to be there, or not to have the package.
        scene.drafts = [
            draft
            for draft in scene.drafts
            if draft.name not in ("package-index-unreachable", "package-not-found")
            or abs(draft.number - locked_out.number) > _NEAR_LINES
        ]
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


def _told_by_poetry(scene: Scene) -> None:
    """Poetry names the exception, and below it what its index answered."""
    index = scene.draft("private-dependency-unreachable", "package-index-unreachable")
    if index is not None:
        scene.drafts = [
            draft
            for draft in scene.drafts
            if draft.name != "third-party-service" or abs(draft.number - index.number) > _HINT_LINES
        ]


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
