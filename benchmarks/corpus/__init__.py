"""Real models of every TensorFlow from 1.15 to 2.21, and what ``wherry shrink`` makes of each."""
