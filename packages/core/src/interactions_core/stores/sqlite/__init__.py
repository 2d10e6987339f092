"""Sessions in a SQLite file that threads and processes share."""
