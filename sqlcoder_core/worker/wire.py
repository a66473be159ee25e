"""What parent and child say to each other: length-prefixed msgpack frames over two pipes, never pickle."""

from __future__ import annotations

import os
from typing import Any, Literal, TypeAlias

from msgspec import Raw, Struct
from msgspec.msgpack import Decoder, Encoder

from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.checked import GUARD_SEAL, CheckedQuery
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker.cells import from_ext

_LENGTH = 4
LARGEST_FRAME = 1 << 30

# ---------------------------------------------------------------------- parent to child


class Start(Struct, tag=True, kw_only=True):
    """The first frame: which engine, with which settings (`secrets` are texts that no message may contain), how confined."""

    engine: str
    file: str | None
    settings: dict[str, Any]
    secrets: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    tcp_ports: tuple[int, ...] = ()
    network: bool = False
    imports: tuple[str, ...] = ()
    scratch: str | None = None
    sandbox: bool = True
    die_with_parent: bool = True

    @property
    def write(self) -> tuple[str, ...]:
        """Folders below which it may write."""
        return (self.scratch,) if self.scratch else ()


class Run(Struct, tag=True, kw_only=True):
    """Run a query that the guard let through in the parent."""

    number: int
    text: str
    dialect: str
    tables: tuple[TableName, ...]
    catalog_checked: bool
    policy_id: str
    limits: Limits


class Describe(Struct, tag=True, kw_only=True):
    """All tables and foreign keys."""

    number: int
    limits: Limits


class Profile(Struct, tag=True, kw_only=True):
    """Contents of some columns of one table."""

    number: int
    table: TableName
    columns: tuple[str, ...]
    limits: Limits


class Findings(Struct, tag=True, kw_only=True):
    """What doctor should say."""

    number: int
    limits: Limits


class Cancel(Struct, tag=True, kw_only=True):
    """Stop working on that question; does nothing when it is another one by now."""

    number: int


Question: TypeAlias = Run | Describe | Profile | Findings
Request: TypeAlias = Start | Question | Cancel

# ---------------------------------------------------------------------- child to parent


class Ready(Struct, tag=True, kw_only=True):
    """The engine is loaded; `unconfined` says why there is no sandbox, None where there is one."""

    unconfined: str | None


class Header(Struct, tag=True, kw_only=True):
    """Columns and types of the rows that follow."""

    columns: tuple[str, ...]
    types: tuple[str, ...]


class Batch(Struct, tag=True, kw_only=True):
    """Some rows, as `cells.encode_rows` made them."""

    rows: Raw


class Items(Struct, tag=True, kw_only=True):
    """Values of one kind: `tables`, `relationships`, `profiles` or `problems`."""

    kind: str
    items: Raw


class Done(Struct, tag=True, kw_only=True):
    """The question is answered, and the database has been given back."""

    number: int
    truncated: Literal["rows", "bytes"] | None = None
    elapsed_ms: float = 0.0
    notices: tuple[str, ...] = ()


class Failed(Struct, tag=True, kw_only=True):
    """The question (0: the start) ended with an error.

    `kind` is one of `database`, `connection`, `time`, `memory`, `cancelled`, `refused`, `usage`, `internal`.
    """

    number: int
    kind: str
    message: str
    hint: str | None = None
    code: str | None = None


Reply: TypeAlias = Ready | Header | Batch | Items | Done | Failed

_encoder = Encoder()
_rows = Decoder(list[tuple[Any, ...]], ext_hook=from_ext)


def request_decoder() -> Decoder[Request]:
    """What the child reads with."""
    return Decoder(Request)


def reply_decoder() -> Decoder[Reply]:
    """What the parent reads with."""
    return Decoder(Reply)


def rows_of(batch: Batch) -> list[tuple[object, ...]]:
    """The cells as Python values."""
    return _rows.decode(batch.rows)


def run_request(number: int, query: CheckedQuery, limits: Limits) -> Run:
    """A checked query as a frame."""
    return Run(
        number=number,
        text=query.text,
        dialect=query.dialect,
        tables=query.tables,
        catalog_checked=query.catalog_checked,
        policy_id=query.policy_id,
        limits=limits,
    )


def received_query(run: Run) -> CheckedQuery:
    """The checked query of a frame, in the child; the parent sends nothing that is not one (`run_request`)."""
    return CheckedQuery(
        text=run.text,
        dialect=run.dialect,
        tables=run.tables,
        catalog_checked=run.catalog_checked,
        policy_id=run.policy_id,
        seal=GUARD_SEAL,
    )


def send(descriptor: int, message: Struct) -> None:
    """Write one frame; raises BrokenPipeError when nobody reads any more."""
    body = _encoder.encode(message)
    rest = memoryview(len(body).to_bytes(_LENGTH, "big") + body)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def receive(descriptor: int) -> bytes | None:
    """Read one frame; None at the end of the pipe. Raises ValueError for a length that no honest sender writes."""
    prefix = _read(descriptor, _LENGTH)
    if prefix is None:
        return None
    length = int.from_bytes(prefix, "big")
    if length > LARGEST_FRAME:
        raise ValueError(f"a frame of {length} bytes")
    return _read(descriptor, length)


def _read(descriptor: int, length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        part = os.read(descriptor, min(length - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)
