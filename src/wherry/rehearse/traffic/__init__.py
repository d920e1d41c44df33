"""Requests to the app: given or found, sent at a rate that does not wait for the answers."""
