"""What the router said of the requests that were sent here."""

from typing import Final

from wherry.rehearse.events import Event, RequestServed

OURS: Final = "wherry-"
"""What the ids of all requests begin with that are sent here."""


class Ledger:
    """Keeps the router's codes by request id; a sink beside the rehearsal's own."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        if not isinstance(event, RequestServed) or not event.code:
            return
        if event.request_id.startswith(OURS):  # a browser's may be open beside
            self._codes[event.request_id] = event.code

    def take(self, run: str) -> dict[int, str]:
        """Return the codes of one run's requests by their numbers, and forget them."""
        beginning = f"{run}-"
        mine = [key for key in self._codes if key.startswith(beginning)]
        return {int(key.removeprefix(beginning)): self._codes.pop(key) for key in mine}
