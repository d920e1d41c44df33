"""Data is lost, or open to anyone."""
