"""A read-only view of a user's project: what is in its files, never what its code does when run."""
