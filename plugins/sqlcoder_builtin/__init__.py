"""The embedded default: a deterministic semantic parser from questions to SQL, with no model and no download."""
