"""The app that tells digits."""
