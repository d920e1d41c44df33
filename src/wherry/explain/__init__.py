"""After it happened: a log's lines, put together into what failed first and why."""
