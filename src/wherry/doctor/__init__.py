"""Before the push: everything that will keep a project from running, each with its fix."""
