"""SQLCoder's `dbt`."""
