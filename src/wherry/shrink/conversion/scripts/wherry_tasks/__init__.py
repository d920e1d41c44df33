"""Tasks for the TensorFlow that wrote a model, or that converts it.

They import nothing of Wherry, and run on Python 3.7, which TensorFlow 1.15 needs. A module that
is a task ends with ``run_task``: it reads a JSON request and writes a JSON answer.
"""
