"""Answers kept to read-only SELECT statements over real names: grammar, names in scope, and a way to the end in time."""
