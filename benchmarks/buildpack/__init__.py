"""The buildpack, measured: slugs that it makes beside those that are made without it."""
