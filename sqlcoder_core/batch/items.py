"""A file of questions in, its items out, each with its place; a bad line fails alone."""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlcoder_core.errors import UsageError
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.whole_file import named_errors

KNOWN = ("id", "question", "database", "instructions", "limit")
_CLEAR_PASSWORD = re.compile(r"^[^/]*//[^/@:]*:(?!\$\{)[^/@]+@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of the file. `place` is file:line, `extra` what the line holds beside the known keys.

    `error` says why the line cannot be asked; the other fields are then as far as they could be read.
    """

    index: int
    place: str
    id: str
    question: str = ""
    database: str | None = None
    instructions: str | None = None
    limit: int | None = None
    extra: Mapping[str, object] | None = None
    error: Problem | None = None


def read_items(path: Path) -> tuple[Item, ...]:
    """All items, in order: JSON lines, CSV with headings, or text with one question per line, told by ending, else by the first line.

    Raises FileError when the file cannot be read, UsageError for two equal ids, a CSV without the heading `question`, no questions.
    """
    with named_errors(path, "read"):
        data = path.read_bytes()
    items = tuple(_parsed(path, data.removeprefix(b"\xef\xbb\xbf")))
    if not items:
        raise UsageError(f"{path}: no questions in this file", hint="write one per line")
    _refuse_equal_ids(items)
    return items


def _parsed(path: Path, data: bytes) -> Iterator[Item]:
    kind = {".jsonl": "json", ".ndjson": "json", ".json": "json", ".csv": "csv", ".txt": "text"}.get(path.suffix.lower())
    if kind is None:
        kind = "json" if data.lstrip()[:1] in (b"{", b"[") else "text"
    if kind == "csv":
        return _from_csv(path, _decoded(path, data))
    if data.lstrip()[:1] == b"[" and kind == "json":
        raise UsageError(f"{path}: this is a JSON array", hint="write one object per line (jq -c '.[]' does that)")
    return _from_lines(path, data, _from_json if kind == "json" else _from_text)


def _from_lines(path: Path, data: bytes, parse: object) -> Iterator[Item]:
    index = 0
    for number, raw in enumerate(data.split(b"\n"), 1):
        if not raw.strip():
            continue
        blank = Item(index=index, place=f"{path}:{number}", id=f"q{index + 1}")
        index += 1
        try:
            yield parse(raw.decode("utf-8").strip("\r"), blank)  # type: ignore[operator]
        except UnicodeDecodeError as error:
            yield _wrong(blank, error.start, "this is not UTF-8 text", "save the file as UTF-8")


def _from_text(line: str, blank: Item) -> Item:
    return replace(blank, question=line.strip())


def _from_json(line: str, blank: Item) -> Item:
    try:
        record = json.loads(line, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return _wrong(blank, error.colno - 1, f"this is not JSON: {error.msg.lower()}", "write one object per line")
    except (RecursionError, ValueError) as error:
        return _wrong(blank, 0, f"this is not JSON that can be read: {error}", "write one object per line")
    if not isinstance(record, dict):
        return _wrong(blank, 0, "this is JSON but no object", 'write {"question": "..."}')
    return _item(record, blank, line)


def _from_csv(path: Path, text: str) -> Iterator[Item]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    headings = [name.strip() for name in next(reader, [])]
    if "question" not in headings:
        near = difflib.get_close_matches("question", headings, 1)
        hint = f"rename {near[0]!r}" if near else "the first line names the columns: id, question, ..."
        raise UsageError("no column is called 'question'", place=f"{path}:1", hint=hint)
    index, line = 0, reader.line_num + 1
    while True:
        blank = Item(index=index, place=f"{path}:{line}", id=f"q{index + 1}")
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _wrong(blank, 0, f"this is not CSV: {error}", None)
            return
        line = reader.line_num + 1
        if not any(cells):
            continue
        index += 1
        if len(cells) > len(headings):
            yield _wrong(blank, 0, f"{len(cells)} cells under {len(headings)} headings", 'put "quotes" around cells that hold commas')
            continue
        yield _csv_item(dict(zip(headings, cells, strict=False)), blank)


def _csv_item(cells: dict[str, str], blank: Item) -> Item:
    record: dict[str, object] = {name: cell for name, cell in cells.items() if cell != ""}
    if (limit := cells.get("limit", "").strip()).isdecimal():
        record["limit"] = int(limit)
    return _item(record, blank, "")


def _item(record: dict[str, object], blank: Item, line: str) -> Item:
    extra = {key: value for key, value in record.items() if key not in KNOWN}
    given = {key: record[key] for key in KNOWN if record.get(key) is not None}
    named = given.get("id")
    if isinstance(named, str | int) and not isinstance(named, bool) and named != "":
        blank = replace(blank, id=str(named))
    blank = replace(blank, question=str(given.get("question", "")), extra=extra or None)
    for key, message, hint in _mistakes(given, extra):
        return _wrong(blank, max(line.find(f'"{key}"'), 0), message, hint)
    return replace(
        blank,
        database=_text(given.get("database")),
        instructions=_text(given.get("instructions")),
        limit=limit if isinstance(limit := given.get("limit"), int) else None,
    )


def _mistakes(given: Mapping[str, object], extra: Mapping[str, object]) -> Iterator[tuple[str, str, str | None]]:
    """Key, message and next step of what is wrong with a record."""
    if "question" not in given:
        near = difflib.get_close_matches("question", extra, 1)
        yield (near or ["question"])[0], "'question' is missing", f"did you mean it by {near[0]!r}?" if near else None
    for key in ("question", "database", "instructions"):
        if key in given and not (isinstance(given[key], str) and str(given[key]).strip()):
            yield key, f"{key!r} should be text that is not empty", None
    if "id" in given and (isinstance(given["id"], bool) or not isinstance(given["id"], str | int) or given["id"] == ""):
        yield "id", "'id' should be text or a whole number", None
    limit = given.get("limit", 1)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        yield "limit", "'limit' should be a whole number of at least 1", None
    if _CLEAR_PASSWORD.match(str(given.get("database", ""))):
        yield "database", "'database' holds a password in clear", "write ${NAME} in its place, or name a connection of sqlcoder.yaml"


def _wrong(item: Item, column: int, message: str, hint: str | None) -> Item:
    place = f"{item.place}:{column + 1}"
    return replace(item, error=Problem(code="input", message=message, place=place, hint=hint, found_by="batch"))


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) else None


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise UsageError("this is not UTF-8 text", place=f"{path}:{line}:{column}", hint="save the file as UTF-8") from None


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


def _refuse_equal_ids(items: tuple[Item, ...]) -> None:
    first: dict[str, Item] = {}
    for item in items:
        other = first.setdefault(item.id, item)
        if other is not item:
            raise UsageError(f"the id {item.id!r} is taken by {other.place}", place=item.place, hint="give every question an id of its own")
