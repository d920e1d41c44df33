"""Benchmarks of the rehearsal."""
