"""The web process does not start."""
