"""Template filters of the demo."""
