"""Codes and lines that several causes produce."""
