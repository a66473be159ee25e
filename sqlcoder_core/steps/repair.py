"""A candidate with problems in, mended candidates out: by rules first, then by whoever wrote it."""
