"""Wherry and other ways to serve a model, on the same machine, in one run."""
