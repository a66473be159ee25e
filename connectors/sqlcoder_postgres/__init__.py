"""SQLCoder's `postgres`."""
