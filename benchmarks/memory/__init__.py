"""Processes that are really started, to know what libraries and models cost in memory and time."""
