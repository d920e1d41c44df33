"""The hosts: what they allow, and how to read what this one allows."""
