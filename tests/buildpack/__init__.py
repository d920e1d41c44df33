"""Tests of the buildpack."""
