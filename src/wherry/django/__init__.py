"""The Django app: put ``"wherry.django"`` into INSTALLED_APPS and models into WHERRY."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wherry.django.registry import get_model

__all__ = ["get_model"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is: ``wherry serve``'s supervisor needs none of it."""
    if name == "get_model":
        from wherry.django.registry import get_model

        return get_model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
