"""From what was pushed to a slug, the way the platform's buildpacks go."""
