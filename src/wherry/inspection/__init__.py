"""What a model file says of itself, read without the library that wrote it."""
