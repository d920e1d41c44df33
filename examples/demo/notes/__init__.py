"""Notes of a recording: a model for audio, and what turns its answer into notes."""
