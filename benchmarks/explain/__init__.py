"""How fast a log is read."""
