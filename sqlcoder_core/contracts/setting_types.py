"""Field types for components' Settings: text that must stay secret, and paths that count from the configuration file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from sqlcoder_core.values.secret import Secret

# `:memory:`, `md:db`, `s3://bucket`: names for the engine, not files beside the configuration. One letter is a Windows drive.
_NOT_A_FILE = re.compile(r":memory:|[A-Za-z][A-Za-z0-9+.-]+:")


def _as_secret(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, str):
        return Secret(str.__str__(value), reference=getattr(value, "reference", "given in clear"))
    # A type of its own, so that the message about it never repeats what was given.
    raise PydanticCustomError("secret_text", "should be text; put it in quotes")


def _from_config_dir(value: str, info: ValidationInfo) -> str:
    folder = (info.context or {}).get("config_dir")
    if folder is None or not value or _NOT_A_FILE.match(value):
        return value
    return str(Path(folder) / Path(value).expanduser())


SecretText = Annotated[
    Secret,
    PlainValidator(_as_secret),
    PlainSerializer(str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "password", "writeOnly": True}),
]
"""A password or token: arrives as a `Secret`, whose repr is where it comes from (`${PGPASSWORD}`), never the text."""

LocalPath = Annotated[str, AfterValidator(_from_config_dir)]
"""A file or folder as absolute text; a relative one counts from the configuration file, `:memory:` and `x:...` stay.

Fields of type `pathlib.Path` are made absolute in the same way, without this.
"""
