"""Jobs whose workers are killed: each has its result once, none is lost."""
