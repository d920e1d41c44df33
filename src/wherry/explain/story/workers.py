"""gunicorn's workers: timed out, crashed, hanging after a fork."""

from wherry.causes import catalogue
from wherry.explain.ledger import Record
from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene

WAITED = "outbound-call-without-timeout"
_SIGNALS = {
    "exit-132": "cpu-illegal-instruction",
    "exit-134": "memory-alloc-failed",
    "exit-139": "fork-unsafe-segfault",
}
_EXPLAINED = {
    "exit-134": ("cuda-versions-apart", "thread-limit", "memory-alloc-failed", "tf-install-broken"),
    "exit-139": ("numpy2-abi", "tf-install-broken", "lambda-bytecode-python-mismatch",
                 "fork-unsafe-segfault", "thread-limit"),
    "exit-132": (),
}  # fmt: skip


def settle(scene: Scene) -> None:
    """Say why workers were lost."""
    record = scene.ledger.first("worker-timeout")
    if record is not None:
        _timed_out(scene, record)
    elif aborted(scene):
        _waited(scene)
    for code, name in _SIGNALS.items():
        signal = scene.ledger.first(code)
        if signal is None:
            continue
        known = scene.draft(*_EXPLAINED[code]) or _before(scene, signal)
        if known is not None:
            known.shows(signal, catalogue.symptom(code).title)
        else:
            scene.symptom_draft(code, signal, name)


def aborted(scene: Scene) -> bool:
    """Whether gunicorn ended a worker that was late, whose notice of it the log lacks."""
    stopped = scene.ledger.first("~stopped-while")
    return stopped is not None and any(
        frame.function == "handle_abort" for frame in stopped.event.frames
    )


def _waited(scene: Scene) -> None:
    stopped = scene.ledger.first("~stopped-while")
    if stopped is not None and scene.draft(WAITED) is None:
        waited = stopped.values["cause"] == WAITED
        scene.add(WAITED if waited else "gunicorn-worker-timeout", stopped, values={})


def _before(scene: Scene, signal: Record) -> Draft | None:
    """An error that came before a library gave up is why it did."""
    broken = scene.breaks()
    return broken if broken is not None and broken.number < signal.number else None


def preloads(scene: Scene) -> bool:
    """Whether gunicorn loads the app before it forks."""
    if scene.ledger.first("~preload"):
        return True
    command = scene.ledger.first("~start-command")
    return command is not None and "--preload" in command.values.get("command", "")


def _timed_out(scene: Scene, record: Record) -> None:
    draft = scene.symptom_draft("worker-timeout", record, "gunicorn-worker-timeout")
    draft.values.pop("pid", None)
    if preloads(scene):
        draft.name, draft.alternatives = "fork-after-model-load", ("gunicorn-worker-timeout",)
        draft.signs = {"gunicorn-worker-timeout": "it goes on timing out without --preload"}
        return
    fits = []
    stopped = scene.ledger.first("~stopped-while")
    if stopped is not None and stopped.values["cause"] == WAITED:
        # Its last frames are inside the call: nothing else fits.
        draft.name, draft.alternatives, draft.sure = WAITED, (), True
        draft.shows(stopped, "gunicorn stopped the worker while it waited for the answer")
        return
    if stopped is not None:
        fits.append(stopped.values["cause"])
    if scene.ledger.first("~downloads"):
        fits.append("pretrained-weights-downloaded")
    if scene.draft("memory-quota-exceeded"):
        fits.append("memory-quota-exceeded")
    if scene.draft("outbound-call-without-timeout"):
        fits.append("outbound-call-without-timeout")
    if fits:
        draft.alternatives = tuple(fits)
