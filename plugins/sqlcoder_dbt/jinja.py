"""dbt's native Jinja: one expression keeps its type, text stays text, and only `as_native`, `as_bool`, `as_number` read literals."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice
from typing import Any

import jinja2
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.sandbox import SandboxedEnvironment


class _Text(str):
    """Marked by `as_text`: stays text."""


class _Literal(str):
    """Marked by `as_native`, `as_bool`, `as_number`: read as a Python literal."""

    wanted: tuple[type, ...] = ()


class _Bool(_Literal):
    wanted = (bool,)


class _Number(_Literal):
    wanted = (int, float)


class _Environment(SandboxedEnvironment):
    code_generator_class = NativeCodeGenerator


@cache
def _environment() -> _Environment:
    made = _Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    made.filters |= {"as_text": _Text, "as_native": _Literal, "as_bool": _Bool, "as_number": _Number}
    return made


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of a template; raises jinja2.TemplateError, ValueError, and what the names raise."""
    template = _environment().from_string(text)
    return _joined(template.root_render_func(template.new_context(dict(names))))


def _joined(nodes: Iterable[Any]) -> Any:
    """One node stays what it is, several become text; only a marked node is read as a literal."""
    nodes = iter(nodes)
    first = list(islice(nodes, 2))
    if len(first) != 1:
        return "".join(str(node) for node in (*first, *nodes))
    value = first[0]
    if isinstance(value, jinja2.Undefined):
        raise jinja2.UndefinedError(f"{value._undefined_name!r} is undefined")
    if isinstance(value, _Text):
        return str(value)
    return _literal(value) if isinstance(value, _Literal) else value


def _literal(marked: _Literal) -> Any:
    text = str(marked)
    try:
        value = literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        value = text
    wanted = marked.wanted
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)):
        raise ValueError(f"no {wanted[0].__name__}")
    return value
