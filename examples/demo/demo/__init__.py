"""The demo project: a small Django site with three models."""
