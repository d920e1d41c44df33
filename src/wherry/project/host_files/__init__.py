"""The files in which a project tells a host how to build and start it."""
