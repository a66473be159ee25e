"""From pydantic's errors to problems with a place and a next step, and from problems to one ConfigError."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sqlcoder_core.config.environment import Expanded
from sqlcoder_core.config.yaml_nodes import Steps
from sqlcoder_core.errors import ConfigError, PluginError
from sqlcoder_core.host.nearest import did_you_mean
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.secret import Secret

_FIRST = ("yaml", "unknown_key")
_PLAIN = {
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "dict_type": "should be a mapping of `key: value`",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "int_from_float": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "list_type": "should be a list",
    "model_type": "should be a mapping of `key: value`",
    "string_type": "should be text",
    "tuple_type": "should be a list",
}
"""Where pydantic's own words speak of Python rather than of YAML."""


def from_validation(
    error: ValidationError, model: type[BaseModel], place: Callable[[Steps, bool], str], *, prefix: str = ""
) -> list[Problem]:
    """One problem per error. `place(steps, key)` gives the place of a value or key, `prefix` is what stands before the key in messages."""
    return [_problem(one, model, place, prefix) for one in error.errors(include_url=False, include_input=True)]


def _problem(one: Any, model: type[BaseModel], place: Callable[[Steps, bool], str], prefix: str) -> Problem:
    steps: Steps = tuple(one["loc"])
    name = prefix + dotted(steps)
    if one["type"] == "extra_forbidden":
        near = did_you_mean(str(steps[-1]), _keys_at(model, steps[:-1])) or None
        return Problem(code="unknown_key", message=f"unknown key {name!r}", place=place(steps, True), hint=near, found_by="config")
    if one["type"] == "missing":
        hint = _described(model, steps)
        return Problem(code="missing_key", message=f"{name!r} is missing", place=place(steps[:-1], True), hint=hint, found_by="config")
    told = _wording(one)
    got = "" if one["type"] == "secret_text" else _shown(one.get("input"))
    return Problem(
        code="bad_value", message=f"{name} {told}{got}", place=place(steps, False), hint=_described(model, steps), found_by="config"
    )


def _wording(one: Any) -> str:
    text = _PLAIN.get(one["type"])
    if text is None:
        text = str(one["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ").removeprefix("Input ")
    if one["type"] == "string_type" and isinstance(one.get("input"), bool | int | float | date):
        text += "; put it in quotes"
    return text[:1].lower() + text[1:]


def _shown(value: object) -> str:
    """The value as the user wrote it, when it is short and not from the environment."""
    if isinstance(value, Expanded):
        return f" (got {value!r})"
    if isinstance(value, bool):
        return f" (got {'true' if value else 'false'})"
    if isinstance(value, int | float | str) and not isinstance(value, Secret) and len(str(value)) <= 40:
        return f" (got {value!r})"
    return ""


def dotted(steps: Steps) -> str:
    """`sources.0.use` as people write it for --set."""
    return ".".join(str(step) for step in steps)


def _keys_at(model: type[BaseModel], steps: Steps) -> Sequence[str]:
    inner = _model_at(model, steps)
    return tuple(inner.model_fields) if inner else ()


def _described(model: type[BaseModel], steps: Steps) -> str | None:
    inner = _model_at(model, steps[:-1]) if steps else None
    field = inner.model_fields.get(str(steps[-1])) if inner and steps else None
    return f"{_lower(field.description)}" if field and field.description else None


def _lower(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")


def _model_at(model: type[BaseModel], steps: Steps) -> type[BaseModel] | None:
    """The model that holds the keys at `steps`, through fields that are models, lists or mappings of models."""
    here: Any = model
    for step in steps:
        fields = here.model_fields if _is_model(here) else None
        if fields is not None:
            here = _without_none(fields[str(step)].annotation) if str(step) in fields else None
        else:
            inside = [_without_none(part) for part in get_args(here)]
            here = next((part for part in inside if _is_model(part)), None)
    return here if _is_model(here) else None


def _is_model(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseModel)


def _without_none(annotation: Any) -> Any:
    """`X` for `X | None`."""
    options = [part for part in get_args(annotation) if part is not type(None)]
    return options[0] if get_origin(annotation) in (Union, UnionType) and len(options) == 1 else annotation


def from_error(error: ConfigError) -> tuple[Problem, ...]:
    """The problems of a ConfigError, which is one itself when it does not carry several."""
    if error.problems:
        return error.problems
    return (Problem(code="config", message=error.message, place=error.place, hint=error.hint, found_by="config"),)


def from_failure(error: PluginError) -> Problem:
    """A plugin that fails, as one problem among others."""
    return Problem(code="plugin", message=error.message, place=error.place, hint=error.hint, found_by="config")


def raise_all(problems: Iterable[Problem], scrub: Callable[[str], str]) -> None:
    """Raise one ConfigError that carries all problems: unknown keys first, then by place. Does nothing when there are none."""
    ordered = tuple(_scrubbed(one, scrub) for one in in_order(problems))
    if ordered:
        first = ordered[0]
        raise ConfigError(first.message, place=first.place, hint=first.hint, problems=ordered)


def _scrubbed(problem: Problem, scrub: Callable[[str], str]) -> Problem:
    return replace(problem, message=scrub(problem.message), hint=problem.hint and scrub(problem.hint))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Without doubles; unreadable YAML and unknown keys first, since they explain much of the rest, then by line."""
    seen = dict.fromkeys(problems)
    return tuple(sorted(seen, key=lambda one: (one.code not in _FIRST, _line_of(one.place))))


def _line_of(place: str | None) -> tuple[str, int, int]:
    name, *numbers = (place or "").split(":")
    found = [int(number) for number in numbers if number.isdecimal()][:2]
    line, column = [*found, 0, 0][:2]
    return name, line, column
