"""The runtimes: load a model file, run arrays through it. One module per library."""
