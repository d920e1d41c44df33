"""What a wheel unpacks to, known from its list of files."""
