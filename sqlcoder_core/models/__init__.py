"""Models by name, their files, and conversion between their formats; no engine is needed."""
