"""The processes hold more memory than they may."""
