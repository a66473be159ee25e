"""SQLCoder's `sqlite`."""
