"""Loads the model once, when the site starts."""

from django.apps import AppConfig

from leaves import kinds


class Leaves(AppConfig):
    """The app that tells leaves apart."""

    name = "leaves"

    def ready(self):
        """Load the model, and ask it once so that the first visitor need not wait."""
        kinds.load()
