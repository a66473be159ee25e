"""What the runtime `openai` can be told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from sqlcoder_core.api import Decoding, RuntimeSettings, Secret, SecretText, Settings
from sqlcoder_openai.address import base_url

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110
_HEADER_VALUE = re.compile(r"[ -~]+")


class ServerSettings(Settings):
    """Which server, how to sign in, how to speak to it."""

    base_url: str = Field(description="The server's address, as http://127.0.0.1:8000/v1; `/v1` is added where there is no path.")
    api_key: SecretText | None = Field(default=None, description="The key, as ${NAME}; sent as a bearer token.")
    concurrent: int = Field(default=4, ge=1, le=64, description="Requests under way at once.")
    retries: int = Field(default=3, ge=0, le=10, description="Times that a request is sent again when the server is busy or gone.")
    connect_seconds: float = Field(default=10.0, gt=0, description="Time for a connection.")
    headers: dict[str, SecretText] = Field(default_factory=dict, description="Further headers of every request.")
    ca_file: Path | None = Field(default=None, description="Certificates to trust in place of the usual ones, in PEM.")
    proxies: bool = Field(default=True, description="Use the proxies that the environment names; never for this machine.")

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            return base_url(value)
        except ValueError as error:
            # An address with a user or a query may hold a key; of this kind of error the message never repeats what was given.
            raise PydanticCustomError("secret_text", "{said}", {"said": str(error)}) from None

    @field_validator("api_key")
    @classmethod
    def _is_a_key(cls, value: Secret | None) -> Secret | None:
        return None if value is None else _header_value(value)

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, value: dict[str, Secret]) -> dict[str, Secret]:
        if not all(map(_HEADER_NAME.fullmatch, value)):
            raise PydanticCustomError("secret_text", "should have names of letters, digits and dashes")
        return {name: _header_value(text) for name, text in value.items()}


class OpenaiSettings(RuntimeSettings, ServerSettings):
    """How a server writes SQL, and what may be sent there."""

    model: str | None = Field(default=None, description="The model's name on the server; unset: the only one that the server lists.")
    mode: Literal["auto", "chat", "completions"] = Field(
        default="auto",
        description="auto: messages to chat/completions, text to completions, and to chat where a server has no completions.",
    )
    share_values: bool = Field(default=False, description="Show stored values and verified questions to a server that is not this machine.")
    beams: int = Field(default=1, ge=1, le=32, description="Beams on servers with beam search (vLLM); others sample further answers.")
    best_of: int | None = Field(default=None, ge=1, le=32, description="`best_of` for servers that know it: the best of so many samples.")
    spread: float = Field(default=0.7, gt=0, le=2, description="Temperature of the second answer and those after it, without beam search.")
    guided: Literal["auto", "off"] = Field(
        default="auto", description="auto: send a grammar that lets through one SELECT or WITH statement, to servers known to take one."
    )
    context: int | None = Field(default=None, ge=64, description="Tokens of the model's window; unset: what the server tells, else 4096.")
    extra_body: dict[str, Any] = Field(default_factory=dict, description="Further fields of every request's body; they win over ours.")

    def decoding(self, hypotheses: int) -> Decoding:
        """These settings as decoding takes them: a server may give more answers than it has beams."""
        wider = self.model_copy(update={"beams": max(self.beams, hypotheses)})
        return replace(RuntimeSettings.decoding(wider, hypotheses), beams=self.beams)


class EmbeddingSettings(ServerSettings):
    """Which model embeds texts, and how it wants them."""

    model: str | None = Field(default=None, description="The embedding model's name on the server; unset: the only one that it lists.")
    question_prefix: str = Field(default="", description="What stands before a question, for models that want it (E5: `query: `).")
    table_prefix: str = Field(default="", description="What stands before a table's text, for models that want it (E5: `passage: `).")
    dimensions: int | None = Field(default=None, ge=8, le=8192, description="Numbers of a vector, for models that can be cut short.")
    seconds: float = Field(default=60.0, gt=0, description="Time for one request.")


def _header_value(secret: Secret) -> Secret:
    """Without the line break that files of keys end with; what no header can hold is refused without being repeated."""
    text = secret.reveal().strip()
    if not _HEADER_VALUE.fullmatch(text):
        raise PydanticCustomError("secret_text", "should be one line of plain ASCII text")
    return Secret(text, reference=secret.reference)
