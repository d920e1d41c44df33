"""Turn a trained model into the smallest bundle that still gives the same answers."""
