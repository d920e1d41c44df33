"""Tests of what a buildpack detects and refuses."""
