"""Somebody else's Jinja text in, a function that renders it out: no files, no escape, and an end to every loop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.environment import Template
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST = 2_000_000
"""Characters of what is rendered, and of any text on the way there; elements of a list."""
STEPS = 200_000
"""Rounds of loops and calls of macros, all together."""
SECONDS = 5.0
_LARGEST = 10**30

_FILTERS = """
    abs capitalize count d default dictsort e escape first float groupby int items last length list lower map max min reject rejectattr
    replace reverse round safe select selectattr sort string title trim truncate unique upper wordcount
""".split()  # noqa: SIM905 - words as a text block
_GROWING = frozenset(("center", "expandtabs", "format", "format_map", "join", "ljust", "replace", "rjust", "translate", "zfill"))
"""Methods of texts that make long ones of short ones; the filters `replace` and `join` do it within bounds, and so does `replace`."""


class TooMuch(Exception):
    """A template that would not end, or not fit."""


class BoundedTemplate:
    """A compiled template. `name` is what its lines are called in tracebacks; `names` are what it may use beside its variables.

    `strict`: an unknown name is an error, and not nothing. `refuse` looks at the parsed tree first, and may raise. Raises what Jinja
    raises for a text that is none, and RecursionError for one that is nested too deeply.
    """

    def __init__(
        self,
        source: str,
        *,
        name: str,
        strict: bool = True,
        keep_end: bool = True,
        names: Mapping[str, Any] | None = None,
        refuse: Callable[[nodes.Template], None] | None = None,
    ) -> None:
        self._lock = Lock()
        self._environment = _Environment(strict=strict, keep_end=keep_end, names=names or {})
        tree = self._environment.parse(source, filename=name)
        if refuse is not None:
            refuse(tree)
        code = self._environment.compile(_bounded(tree), name=name, filename=name)
        self._template = Template.from_code(self._environment, code, self._environment.make_globals(None))

    def render(self, variables: Mapping[str, Any]) -> str:
        """The text. Raises SecurityError for a way out of the sandbox, TooMuch, and whatever else happens within the template."""
        with self._lock:
            self._environment.begin()
            return "".join(self._pieces(variables))

    def _pieces(self, variables: Mapping[str, Any]) -> Iterator[str]:
        length = 0
        for piece in self._template.generate(dict(variables)):
            length += len(piece)
            if length > LONGEST:
                raise TooMuch(f"it makes more than {LONGEST:,} characters")
            yield piece


class _Generation(Extension):
    """`{% generation %}`, by which chat templates mark for training what a model writes; its inside as it stands."""

    tags: set[str] = {"generation"}  # noqa: RUF012 - an instance variable to its parent

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """The statements up to `{% endgeneration %}`."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with bounds on loops, texts and numbers, and with none of the filters that could break them."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self, *, strict: bool, keep_end: bool, names: Mapping[str, Any]) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=keep_end,
            undefined=StrictUndefined if strict else Undefined,
            autoescape=False,
            extensions=[loopcontrols, _Generation],
            finalize=_sized,
        )
        kept = {name: self.filters[name] for name in _FILTERS}
        self.filters.clear()
        self.filters |= {**kept, "bounded": self._rounds, "sized": _sized, "join": _join, "indent": _indent, "tojson": _to_json}
        self.filters |= {"replace": _replace, "string": lambda value: str(_sized(value)), "sum": _sum}
        self.globals = {"range": _range, "namespace": self.globals["namespace"], "dict": dict, **names}
        self.begin()

    def begin(self) -> None:
        """A new rendering: the bounds count from here."""
        self._steps, self._until = 0, time.monotonic() + SECONDS

    def tick(self) -> None:
        """One round of a loop, or one call."""
        self._steps += 1
        if self._steps > STEPS:
            raise TooMuch(f"its loops take more than {STEPS:,} rounds")
        if self._steps % 100 == 0 and time.monotonic() > self._until:
            raise TooMuch(f"it takes more than {SECONDS:g} seconds")

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a fact has under a name comes before what Python's dictionaries call so: `column.values`."""
        return obj[attribute] if isinstance(obj, dict) and attribute in obj else super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As in Jinja's sandbox, and no method of a text that makes a long one of a short one, but for `replace`, see `call`."""
        growing = isinstance(obj, str) and attr in _GROWING and attr != "replace"
        return super().is_safe_attribute(obj, attr, value) and not growing

    def wrap_str_format(self, value: Any) -> None:
        """`str.format` is none of a template's methods, not even in Jinja's safe form: a width makes a long text of a short one."""

    def call(self, *arguments: Any, **named: Any) -> Any:
        """Calls count as rounds, since macros may call themselves."""
        self.tick()
        context, called, *rest = arguments
        home = getattr(called, "__self__", None)
        if isinstance(home, str) and getattr(called, "__name__", "") == "replace":
            return _replace(home, *rest, **named)
        return _sized(super().call(context, called, *rest, **named))

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
    for joined in tree.find_all(nodes.Concat):
        joined.nodes = [_filter(node, "sized") for node in joined.nodes]
    return tree


def _filter(node: nodes.Node | None, name: str) -> nodes.Filter:
    made = nodes.Filter(node, name, [], [], None, None)
    made.set_lineno(node.lineno if node is not None else 1)
    return made


def _sized(value: Any) -> Any:
    """The value, unless it is too large as a text: a list that holds another one twice is, after some rounds of that."""
    left, waiting = LONGEST, [value]
    while waiting:
        one = waiting.pop()
        left -= len(one) if isinstance(one, str | list | tuple | set | dict) else 1
        if left < -1:
            raise TooMuch(f"it makes a text or list of more than {LONGEST:,}")
        if isinstance(one, dict):
            waiting += (*one.keys(), *one.values())
        elif isinstance(one, list | tuple | set):
            waiting += one
    return value


def _range(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > STEPS:
        raise TooMuch(f"range() is for at most {STEPS:,} numbers")
    return made


def _replace(value: Any, old: str, new: str, count: int | None = None) -> str:
    text, most = str(value), -1 if count is None else count
    if len(text) + text.count(old) * len(new) > LONGEST:
        raise TooMuch("`replace` makes too long a text")
    return text.replace(old, new, most)


def _join(items: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    texts = [str(_sized(item[attribute] if attribute is not None else item)) for item in items]
    if sum(map(len, texts)) + len(separator) * len(texts) > LONGEST:
        raise TooMuch("`join` makes too long a text")
    return separator.join(texts)


def _sum(items: Iterable[Any], attribute: str | None = None, start: float = 0) -> Any:
    numbers = [item[attribute] if attribute is not None else item for item in items]
    if not all(isinstance(one, int | float) for one in (*numbers, start)):
        raise TooMuch("`sum` is for numbers")
    return sum(numbers, start)


def _indent(text: str, width: int = 4, first: bool = False) -> str:
    if width > 100:
        raise TooMuch("`indent` is for at most 100 spaces")
    lines = _sized(text).split("\n")
    return "\n".join(" " * width + line if line and (first or place) else line for place, line in enumerate(lines))


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """In the order of transformers' own filter; HTML is not escaped."""
    shallow = None if indent is None else min(indent, 8)
    return json.dumps(_sized(value), ensure_ascii=ensure_ascii, indent=shallow, separators=separators, sort_keys=sort_keys)
