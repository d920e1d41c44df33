"""The catalogue of causes: why apps fail, said once, with what to do about it."""
