"""The classes that plugins extend; import them from `sqlcoder_core.api`."""
