"""YAML text in, plain data and the place of every key and value out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from sqlcoder_core.values.problem import Problem

Steps = tuple[str | int, ...]
"""Where a value stands in the data: ("sources", 0, "use")."""

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_NODES = 50_000
_DEEPEST = 50
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(slots=True, kw_only=True)
class Document:
    """Data with places; `keys` has the place of a mapping's key, `values` that of a value, both as text "file:line:column"."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    keys: dict[Steps, str] = field(default_factory=dict)
    values: dict[Steps, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, steps: Steps, *, key: bool = False) -> str:
        """The place of a value (or of its key), or of the nearest thing around it that has one."""
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        for length in range(len(steps), -1, -1):
            for places in (first, second):
                if steps[:length] in places:
                    return places[steps[:length]]
        return self.name

    def complain(self, code: str, message: str, place: str, hint: str | None = None) -> None:
        """Note a problem; reading goes on, so that all of them are said at once."""
        self.problems.append(Problem(code=code, message=message, place=place, hint=hint, found_by="config"))


def read_yaml(text: str, name: str) -> Document:
    """Read one YAML mapping. What is wrong is in `problems`, with file, line and column; the rest is read nevertheless."""
    document = Document(name=name)
    try:
        _refuse_depth(text)
        loader = _LOADER(text)
        try:
            root = loader.get_single_node()
            _Reader(document, loader).root(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        document.complain("yaml", _told(error), _mark(name, error.problem_mark or error.context_mark))
    except yaml.YAMLError as error:
        document.complain("yaml", " ".join(str(error).split()), name)
    return document


def _refuse_depth(text: str) -> None:
    """The C loader builds nested values by recursion without a limit, and would take the process down with it."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem=f"nested more than {_DEEPEST} deep", problem_mark=mark)


def _told(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    return "not valid YAML: " + ", ".join(parts)


def _mark(name: str, mark: Any) -> str:
    return f"{name}:{mark.line + 1}:{mark.column + 1}" if mark is not None else name


class _Reader:
    def __init__(self, document: Document, loader: Any) -> None:
        self._document = document
        self._loader = loader
        self._open: set[int] = set()
        self._count = 0

    def root(self, node: yaml.Node | None) -> None:
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            self._complain("not a list of settings", node, "write `key: value` lines")
            return
        self._document.data = self._mapping(node, ())

    def _complain(self, message: str, node: yaml.Node, hint: str | None = None) -> None:
        self._document.complain("yaml", message, _mark(self._document.name, node.start_mark), hint)

    def _value(self, node: yaml.Node, steps: Steps) -> Any:
        self._document.values[steps] = _mark(self._document.name, node.start_mark)
        self._count += 1
        if id(node) in self._open:
            self._complain("an alias that contains itself", node)
            return None
        if self._count > _MOST_NODES:  # aliases of aliases grow without bounds
            raise yaml.MarkedYAMLError(problem=f"more than {_MOST_NODES} values", problem_mark=node.start_mark)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, steps)
            if isinstance(node, yaml.SequenceNode):
                return [self._value(item, (*steps, index)) for index, item in enumerate(node.value)]
            return self._scalar(node)
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:  # what PyYAML raises for a tag that does not fit
            told = getattr(error, "problem", None) or str(error)
            self._complain(f"cannot read this value: {told}", node, "put it in quotes if it is meant as text")
            return node.value

    def _mapping(self, node: yaml.MappingNode, steps: Steps) -> dict[str, Any]:
        self._refuse_doubles(node)
        if any(key.tag == _MERGE for key, _ in node.value):
            self._loader.flatten_mapping(node)
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            inside = (*steps, key)
            self._document.keys[inside] = _mark(self._document.name, key_node.start_mark)
            data[key] = self._value(value_node, inside)
        return data

    def _key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode):
            # `on:`, `no:` and `1:` are other things than text in YAML; as keys here they can only be meant as text.
            return str(node.value)
        self._complain("a key must be text", node)
        return None

    def _refuse_doubles(self, node: yaml.MappingNode) -> None:
        seen: dict[str, yaml.Node] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _MERGE:
                continue
            if key_node.value in seen:
                first = seen[key_node.value].start_mark.line + 1
                self._complain(f"key {key_node.value!r} stands here a second time", key_node, f"it was set in line {first}")
            seen.setdefault(key_node.value, key_node)
