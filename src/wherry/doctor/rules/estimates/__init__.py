"""Rules over what is predicted: the slug, memory, the time to start, threads."""
