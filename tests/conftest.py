"""For all tests: the same examples on every run, however slow the machine is."""

from hypothesis import settings

settings.register_profile("wherry", derandomize=True, deadline=None)
settings.load_profile("wherry")
