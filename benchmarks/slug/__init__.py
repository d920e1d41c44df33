"""Slugs that are really built, to fit what predicts them and to test it."""
