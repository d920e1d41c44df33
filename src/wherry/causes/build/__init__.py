"""The push is refused, or the build fails."""
