"""A server's refusal in, one sentence with the next step out; keys never come through."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from sqlcoder_core.api import ModelError, printable

_LONGEST = 300
_TOO_LONG = re.compile(
    r"context[ _](length|window|size)|too (long|many tokens)|n_ctx|maximum (context|input)|exceed.{0,30}(token|context)", re.I
)
SIGN_IN = (401, 403)
BUSY = (429, 500, 502, 503, 504)
"""Answers after which the same request may succeed."""


class ServerError(ModelError):
    """What a server refused. `status` is None where none answered; `one` says that it concerns one prompt, not the whole server."""

    def __init__(
        self, message: str, *, place: str, hint: str | None = None, status: int | None = None, one: bool = False, code: str = "server"
    ) -> None:
        super().__init__(message, place=place, hint=hint)
        self.status, self.one, self.code = status, one, code


def parsed(text: str | bytes) -> Any:
    """JSON as Python values. Raises ValueError, also for what is nested so deeply that it can only be meant to harm."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def said(body: bytes, secrets: Iterable[str]) -> str:
    """The sentence in an error's body, whatever its form, without control characters and without any of the secrets."""
    text = body[:20_000].decode("utf-8", "replace")
    try:
        text = _message(parsed(body)) or text
    except ValueError:
        text = re.sub(r"<[^>]*>", " ", text)
    return masked(printable(" ".join(text.split())), secrets)[:_LONGEST]


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, which servers like to repeat."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text


def _message(data: object) -> str | None:
    """`{"error": {"message"}}` (OpenAI, llama.cpp), `{"error"}` (TGI, Ollama), `{"detail"}` (FastAPI), `{"message"}` (vLLM)."""
    if not isinstance(data, dict):
        return None
    for key in ("error", "detail", "message"):
        value = data.get(key)
        if isinstance(value, dict):
            return _message(value) or json.dumps(value)
        if value:
            return value if isinstance(value, str) else json.dumps(value)
    return None


def is_too_long(text: str) -> bool:
    """Whether a refusal is about the length of the prompt."""
    return _TOO_LONG.search(text) is not None


def refusal(status: int, text: str, place: str, *, has_key: bool, location: str = "") -> ServerError:
    """The error for an answer that is not 200; 404 is told better by who knows what was asked for."""
    because = f": {text}" if text else ""
    if status in SIGN_IN:
        message = f"the server refuses the key ({status}){because}" if has_key else f"the server wants a key ({status}){because}"
        hint = "check the key's environment variable" if has_key else "set `api_key: ${NAME}` to the environment variable that holds one"
        return ServerError(message, place=place, status=status, hint=hint)
    if 300 <= status < 400:
        hint = f"set `base_url` to where it points: {location}" if location else "check `base_url`"
        return ServerError(f"the server sends the request elsewhere ({status})", place=place, status=status, hint=hint)
    if status == 404:
        return ServerError(f"there is no such thing on the server (404){because}", place=place, status=status, hint="check `base_url`")
    if is_too_long(text):
        hint = "lower `context:` or `max_tokens:`, so that prompts are made shorter"
        return ServerError(
            f"the prompt is longer than the model's window{because}",
            place=place,
            status=status,
            hint=hint,
            one=True,
            code="prompt_too_long",
        )
    if status in BUSY:
        hint = "ask again later, or lower `concurrent:`" if status == 429 else "look into the server's log"
        word = "is asked too much" if status == 429 else "failed"
        return ServerError(f"the server {word} ({status}){because}", place=place, status=status, hint=hint, one=True)
    return ServerError(
        f"the server refuses the request ({status}){because}", place=place, status=status, hint="check `extra_body:`", one=True
    )
