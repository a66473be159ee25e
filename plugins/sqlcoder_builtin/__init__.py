"""SQLCoder's `builtin`."""
