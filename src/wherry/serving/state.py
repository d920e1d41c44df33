"""Where a model is in its life."""

from enum import StrEnum


class State(StrEnum):
    """Where a model is in its life."""

    WAITING = "waiting"
    LOADING = "loading"
    WARMING = "warming"
    READY = "ready"
    FAILED = "failed"
    CLOSED = "closed"

    @property
    def reason(self) -> str:
        """The state as a sentence for a person."""
        return _REASONS[self]


_REASONS = {
    State.WAITING: "It has not been asked for yet.",
    State.LOADING: "Its weights are being read into memory.",
    State.WARMING: "It is answering its warm-up samples.",
    State.READY: "It answers.",
    State.FAILED: "It could not be loaded.",
    State.CLOSED: "It was closed.",
}
