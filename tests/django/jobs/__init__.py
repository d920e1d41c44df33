"""Jobs: kept, done once, whatever dies."""
