"""Smaller number formats of a converted model."""
