"""Sink `json`: one object, laid out for people, or one array when there are several questions."""

from __future__ import annotations

from collections.abc import Iterable

from sqlcoder_core.api import Answer, Sink, answer_object, hookimpl, json_text
from sqlcoder_files.place import TextSink


class JsonSink(TextSink):
    """JSON: one object with a key per line and a row per line; several questions make an array of such objects."""

    name = "json"

    def write(self, answer: Answer) -> None:
        opening = ("," if self._used else "[") + "\n" if self.destination.several else ""
        self.put(opening + laid_out(answer_object(answer)) + ("" if self.destination.several else "\n"))

    def close(self) -> None:
        if self.destination.several:
            self.put("\n]\n" if self._used else "[]\n")
        super().close()


def laid_out(thing: dict[str, object]) -> str:
    """A JSON object with one key per line; lists of lists or of objects have one element per line."""
    return "{\n" + ",\n".join(f"  {json_text(key)}: {_value(value)}" for key, value in thing.items()) + "\n}"


def _value(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        return "[\n" + ",\n".join(f"    {json_text(part)}" for part in value) + "\n  ]"
    return json_text(value)


@hookimpl
def sqlcoder_sinks() -> Iterable[type[Sink]]:
    return (JsonSink,)
