"""Handwritten digits: one model, asked with plain numbers and asked with pictures."""
