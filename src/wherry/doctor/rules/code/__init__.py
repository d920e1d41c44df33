"""Rules over the settings and the code."""
