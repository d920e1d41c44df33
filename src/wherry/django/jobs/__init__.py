"""Work that takes longer than a request may: kept in the database, done by a worker process."""
