"""The model does not load, or does not predict."""
