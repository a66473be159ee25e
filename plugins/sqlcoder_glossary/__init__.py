"""SQLCoder's `glossary`."""
