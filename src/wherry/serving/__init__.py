"""Serving: the pure core. No Django."""
