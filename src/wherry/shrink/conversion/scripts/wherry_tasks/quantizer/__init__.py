"""Tasks that make a model's numbers smaller; they need no TensorFlow."""
