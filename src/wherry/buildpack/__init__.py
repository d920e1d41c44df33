"""The build step on a host: models into the slug, TensorFlow down to what is needed, checks."""
