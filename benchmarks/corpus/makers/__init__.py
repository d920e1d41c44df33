"""Recipes for models; they run inside the environments, on Pythons back to 3.7.

``python -m makers REQUEST.json`` makes the cases that the request lists, with the TensorFlow that
is installed there. Nothing here imports Wherry: what it makes is what users have.
"""
