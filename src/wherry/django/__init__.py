"""The Django app: put ``"wherry.django"`` into INSTALLED_APPS and models into WHERRY."""

from wherry.django.registry import get_model

__all__ = ["get_model"]
