"""What was tried, measured and chosen: for a terminal, a program and a browser."""
