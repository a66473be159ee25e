"""Metadata from YAML that people write: terms, joins, verified questions, instructions, notes on tables."""
