"""The type of a setting in the words of somebody who writes YAML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from sqlcoder_core.values.secret import Secret

_PLAIN: dict[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    Secret: "secret",
    date: "date",
    datetime: "date and time",
    Any: "anything",
    tuple: "list",
    list: "list",
    dict: "mapping",
}


def type_name(annotation: Any) -> str:
    """`tuple[str, ...] | None` is "list of text"; that a setting may be left out is said by its default."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_name(arguments[0])
    if origin is Literal:
        return " or ".join(map(str, arguments))
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(type_name(part) for part in arguments if part is not NoneType))
    if origin is not None:
        return _of(origin, [part for part in arguments if part is not Ellipsis])
    return _PLAIN.get(annotation) or _class_name(annotation)


def _of(origin: Any, arguments: list[Any]) -> str:
    if isinstance(origin, type) and issubclass(origin, Mapping | dict):
        return f"mapping to {type_name(arguments[-1])}" if arguments else "mapping"
    return f"list of {type_name(arguments[0])}" if arguments else "list"


def _class_name(annotation: Any) -> str:
    if not isinstance(annotation, type):
        return str(annotation)
    if issubclass(annotation, Enum):
        return " or ".join(str(member.value) for member in annotation)
    if issubclass(annotation, BaseModel):
        return "mapping"
    return annotation.__name__
