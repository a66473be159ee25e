"""SQLCoder's `duckdb`."""
