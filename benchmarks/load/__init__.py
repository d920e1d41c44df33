"""Servers under load and under faults."""
