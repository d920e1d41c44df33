"""Conversion where the right TensorFlow is: in throw-away environments."""
