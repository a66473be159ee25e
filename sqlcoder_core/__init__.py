"""SQLCoder: local-first text-to-SQL as a plugin framework; the public way in is `sqlcoder_core.api`."""

__version__ = "0.1.0"
