"""What the project's Python code says, read from its syntax trees; nothing of it is ever run."""
