"""What the causes look like in a log: patterns as data, and what reads them."""
