"""What a buildpack detects, chooses and refuses, from names and small texts alone: no I/O."""
