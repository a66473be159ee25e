"""SQLCoder's `sqlalchemy`."""
