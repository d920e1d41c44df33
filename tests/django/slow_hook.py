"""A module that takes as long to import as a test wants: it holds up the model that names it."""

from typing import Any

from tests.django.hooks import GO_ON, LOADING

LOADING.set()
GO_ON.wait(20)


def keep(sent: Any) -> Any:
    """Change nothing."""
    return sent
