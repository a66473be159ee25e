"""A prompt and what came of it in, the pairs that an answer's signature keeps of them out."""

from __future__ import annotations

import hashlib
import json

from sqlcoder_core.values.generation import Generated, Prompt


def record_of(prompt: Prompt, generated: Generated) -> tuple[tuple[str, str], ...]:
    """`prompt` (a hash), `shown` (tables with their columns), `left_out` (in the order of dropping), `tokens`."""
    tokens = f"prompt {generated.prompt_tokens}, reused {generated.reused_tokens}, written {generated.generated_tokens}"
    pairs = (("prompt", prompt_hash(prompt)), ("shown", _shown(prompt)), ("left_out", "; ".join(prompt.dropped)), ("tokens", tokens))
    return tuple((name, value) for name, value in pairs if value)


def prompt_hash(prompt: Prompt) -> str:
    """SHA-256 of the text, or of the messages as JSON with the answer's beginning."""
    turns = [[message.role, message.content] for message in prompt.messages]
    text = json.dumps([*turns, prompt.opening], ensure_ascii=False) if turns else prompt.text
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _shown(prompt: Prompt) -> str:
    return "; ".join(f"{table.name}({', '.join(table.columns)})" for table in prompt.shown)
