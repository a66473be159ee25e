"""A user's Jinja text in, a function that renders it out: no files, no escape, and an end to every loop."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any, NoReturn

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.environment import Template
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sqlcoder_core.api import ConfigError

LONGEST = 2_000_000
"""Characters of a prompt, and of any text on the way to one."""
STEPS = 200_000
"""Rounds of loops and calls of macros, all together."""
SECONDS = 5.0
_LARGEST = 10**30

_FILTERS = """
    abs capitalize count d default dictsort first float groupby int items last length list lower map max min reject rejectattr replace
    reverse round select selectattr sort string sum title trim truncate unique upper wordcount
""".split()  # noqa: SIM905 - words as a text block
_GROWING = frozenset(("center", "expandtabs", "format", "format_map", "join", "ljust", "replace", "rjust", "translate", "zfill"))
"""Methods of texts that make long ones of short ones; the filters `replace` and `join` do it within bounds."""
_FILES = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


class TooMuch(Exception):
    """A template that would not end, or not fit."""


class UserTemplate:
    """A compiled template. `place` is its file's name, for errors.

    Raises ConfigError, with the line, for text that is no Jinja, and for `include`, `import` and `extends`, which read files.
    """

    def __init__(self, source: str, *, place: str) -> None:
        self._place, self._environment, self._lock = place, _Environment(), Lock()
        try:
            tree = self._environment.parse(source, filename=place)
            self._refuse_files(tree)
            code = self._environment.compile(_bounded(tree), name=place, filename=place)
        except TemplateSyntaxError as error:
            raise ConfigError(f"the prompt template is no Jinja: {error.message}", place=f"{place}:{error.lineno}", hint=_READ) from error
        except TemplateError as error:
            raise ConfigError(f"the prompt template cannot be used: {error}", place=place, hint=_READ) from error
        self._template = Template.from_code(self._environment, code, self._environment.make_globals(None))

    def render(self, variables: Mapping[str, Any]) -> str:
        """The text. Raises ConfigError, with the line, for whatever goes wrong within the template."""
        with self._lock:
            self._environment.begin()
            try:
                return "".join(self._pieces(variables))
            except SecurityError as error:
                raise self._failed(f"the prompt template tried to leave its sandbox: {error}", error) from error
            except Exception as error:  # a template is foreign code; whatever it raises is told as its failure
                raise self._failed(f"the prompt template fails: {error or type(error).__name__}", error) from error

    def _pieces(self, variables: Mapping[str, Any]) -> Iterator[str]:
        length = 0
        for piece in self._template.generate(dict(variables)):
            length += len(piece)
            if length > LONGEST:
                raise TooMuch(f"it makes more than {LONGEST:,} characters")
            yield piece

    def _refuse_files(self, tree: nodes.Template) -> None:
        for node in tree.find_all(_FILES):
            word = type(node).__name__.lower().replace("fromimport", "from ... import")
            raise ConfigError(
                f"`{word}` reads files, which a prompt template may not", place=f"{self._place}:{node.lineno}", hint="put the text here"
            )

    def _failed(self, message: str, error: Exception) -> ConfigError:
        line, trace = None, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._place:
                line = trace.tb_lineno
            trace = trace.tb_next
        return ConfigError(message, place=f"{self._place}:{line}" if line else self._place, hint=_READ)


_READ = "`sqlcoder plugins show template` lists what a template may use"


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with bounds on loops, texts and numbers, and with none of the filters that could break them."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined, autoescape=False)
        kept = {name: self.filters[name] for name in _FILTERS}
        self.filters.clear()
        self.filters |= {**kept, "bounded": self._rounds, "sized": _sized, "join": _join, "indent": _indent, "tojson": _to_json}
        self.filters["replace"] = _replace
        self.globals = {"range": _range, "namespace": self.globals["namespace"], "dict": dict}
        self.begin()

    def begin(self) -> None:
        """A new rendering: the bounds count from here."""
        self._steps, self._until = 0, time.monotonic() + SECONDS

    def tick(self) -> None:
        """One round of a loop, or one call."""
        self._steps += 1
        if self._steps > STEPS:
            raise TooMuch(f"its loops take more than {STEPS:,} rounds")
        if self._steps % 1_000 == 0 and time.monotonic() > self._until:
            raise TooMuch(f"it takes more than {SECONDS:g} seconds")

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a fact has under a name comes before what Python's dictionaries call so: `column.values`."""
        return obj[attribute] if isinstance(obj, dict) and attribute in obj else super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As in Jinja's sandbox, and no method of a text that makes a long one of a short one."""
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, str) and attr in _GROWING)

    def wrap_str_format(self, value: Any) -> None:
        """`str.format` is none of a template's methods, not even in Jinja's safe form: a width makes a long text of a short one."""

    def call(self, *arguments: Any, **named: Any) -> Any:
        """Calls count as rounds, since macros may call themselves."""
        self.tick()
        return _sized(super().call(*arguments, **named))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers of a sane size; `+` also on texts and lists."""
        if operator == "+" and not isinstance(left, int | float):
            return _sized(super().call_binop(context, operator, left, right))
        if not all(isinstance(side, int | float) and abs(side) < _LARGEST for side in (left, right)) or (operator == "**" and right > 64):
            raise TooMuch(f"`{operator}` is for numbers of a sane size")
        return super().call_binop(context, operator, left, right)

    def _rounds(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.tick()
            yield item


def _bounded(tree: nodes.Template) -> nodes.Template:
    """Every loop counts its rounds; texts put together are measured."""
    for loop in tree.find_all(nodes.For):
        loop.iter = _filter(loop.iter, "bounded")
    for block in tree.find_all(nodes.AssignBlock):
        block.filter = _filter(block.filter, "sized")
    for output in tree.find_all(nodes.Assign):
        output.node = _filter(output.node, "sized")
    return tree


def _filter(node: nodes.Node | None, name: str) -> nodes.Filter:
    made = nodes.Filter(node, name, [], [], None, None)
    made.set_lineno(node.lineno if node is not None else 1)
    return made


def _sized(value: Any) -> Any:
    if isinstance(value, str | list | tuple | dict) and len(value) > LONGEST:
        raise TooMuch(f"it makes a text or list of more than {LONGEST:,}")
    return value


def _range(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > STEPS:
        raise TooMuch(f"range() is for at most {STEPS:,} numbers")
    return made


def _replace(text: str, old: str, new: str) -> str:
    if len(text) + text.count(old) * len(new) > LONGEST:
        raise TooMuch("`replace` makes too long a text")
    return text.replace(old, new)


def _join(items: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    texts = [str(item[attribute] if attribute is not None else item) for item in items]
    if sum(map(len, texts)) + len(separator) * len(texts) > LONGEST:
        raise TooMuch("`join` makes too long a text")
    return separator.join(texts)


def _indent(text: str, width: int = 4, first: bool = False) -> str:
    if width > 100:
        raise TooMuch("`indent` is for at most 100 spaces")
    lines = text.split("\n")
    return "\n".join(" " * width + line if line and (first or place) else line for place, line in enumerate(lines))


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=None if indent is None else min(indent, 8))


def refuse(message: str, place: str) -> NoReturn:
    """Something about the template file that is not within its text."""
    raise ConfigError(message, place=place, hint="set `file:` of the prompter `template` to a Jinja file in UTF-8")
