"""A rehearsal as it goes on and as it ended: terminal, text, JSON, a page, annotations."""
