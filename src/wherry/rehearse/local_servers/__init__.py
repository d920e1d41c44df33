"""Servers that a rehearsal starts for the app: empty, on this machine, gone after it."""
