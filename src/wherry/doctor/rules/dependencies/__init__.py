"""Rules over what a project installs."""
