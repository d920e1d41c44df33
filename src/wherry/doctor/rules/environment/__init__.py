"""Rules that compare the project with an interpreter here; silent where none is given."""
