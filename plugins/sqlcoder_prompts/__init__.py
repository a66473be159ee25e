"""Prompters: the original prompts, schema-first, chat, and a template of the user's own."""
