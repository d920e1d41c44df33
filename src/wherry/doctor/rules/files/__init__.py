"""Rules over a project's files and configuration."""
