"""Metadata from the database itself: what exists, how it is spelled, and within limits what it holds."""
