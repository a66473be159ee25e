"""SQLCoder's `introspect`."""
