"""What is normal: restarts, sleep, visitors who leave, strangers who knock."""

from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene
from wherry.findings import Role

_NOISE = (
    "cuda-noise-harmless", "tensorflow-startup-messages", "internet-scanners", "asleep-cold-start",
    "client-left", "daily-restart", "restart-after-change",
)  # fmt: skip


def settle(scene: Scene) -> None:
    """Add what explains the harmless lines, and mark it."""
    _restarts(scene)
    _visitors(scene)
    for draft in scene.drafts:
        # One form without a cookie is a program that knows no forms.
        single = draft.record.count == 1 and "(CSRF cookie not set" in draft.record.event.text
        if (draft.name in _NOISE and not _waited(scene, draft)) or single:
            draft.role = Role.NOISE
    _once(scene)


def _waited(scene: Scene, draft: Draft) -> bool:
    """Whether a visitor had to wait for the start so long that the host's edge complained."""
    late = scene.ledger.first("~slow-start")
    if draft.name != "asleep-cold-start" or late is None or late.number < draft.number:
        return False
    return not any(other.is_error and other.role is Role.FIRST for other in scene.drafts)


def _restarts(scene: Scene) -> None:
    cycling = scene.ledger.first("~cycling")
    asleep = scene.ledger.first("~idling", "~unidling")
    ended = scene.ledger.first("exit-143")
    if cycling is not None:
        scene.add("daily-restart", cycling, role=Role.NOISE)
    if asleep is not None:
        scene.add("asleep-cold-start", asleep, role=Role.NOISE)
    if cycling is None and asleep is None and ended is not None:
        released = scene.ledger.first("~released")
        scene.add("restart-after-change", released or ended, values={}, role=Role.NOISE)


def _visitors(scene: Scene) -> None:
    left = scene.ledger.first("H27")
    if left is not None:
        scene.add("client-left", left, values={}, role=Role.NOISE)
    strange = scene.ledger.first("~strange-host")
    if strange is not None:
        scene.add("internet-scanners", strange, role=Role.NOISE)


def _once(scene: Scene) -> None:
    """Say each kind of noise once."""
    kept: dict[str, int] = {}
    drafts = []
    for draft in scene.drafts:
        if draft.role is Role.NOISE:
            if draft.name in kept:
                continue
            kept[draft.name] = draft.number
        drafts.append(draft)
    scene.drafts = drafts
