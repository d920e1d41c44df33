"""One copy of a model's weights for all processes that serve it."""
