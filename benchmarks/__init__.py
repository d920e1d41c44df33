"""Measurements of Wherry beside its neighbours; run by ``scripts/bench``."""
