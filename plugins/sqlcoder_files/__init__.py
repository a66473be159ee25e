"""SQLCoder's `files`."""
