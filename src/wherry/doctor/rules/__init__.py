"""The rules, one in a file, by what they look at."""
