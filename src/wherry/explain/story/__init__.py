"""From what was seen to what happened: first causes, consequences, noise."""
