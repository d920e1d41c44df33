"""Requests fail, are slow, or get a false answer."""
