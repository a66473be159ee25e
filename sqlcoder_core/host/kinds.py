"""The kinds of components, each with its hook, its contract and its place in the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`name` is the word in messages, `hook` returns its classes, `contract` is "module:Class", `section` the key in sqlcoder.yaml."""

    name: str
    hook: str
    contract: str
    section: str

    def __str__(self) -> str:
        return self.name

    @property
    def with_article(self) -> str:
        """For messages: "a sink", "an extension"."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"

    def contract_class(self) -> type:
        """The class that components of this kind extend."""
        module, _, name = self.contract.partition(":")
        found: type = getattr(import_module(f"sqlcoder_core.contracts.{module}"), name)
        return found


SOURCE = Kind(name="source", hook="sqlcoder_metadata_sources", contract="source:MetadataSource", section="sources")
CONNECTOR = Kind(name="connector", hook="sqlcoder_connectors", contract="connector:Connector", section="connections")
RUNTIME = Kind(name="runtime", hook="sqlcoder_proposers", contract="proposer:Proposer", section="runtime")
SINK = Kind(name="sink", hook="sqlcoder_sinks", contract="sink:Sink", section="sinks")
EXTENSION = Kind(name="extension", hook="sqlcoder_extensions", contract="extension:Extension", section="extensions")

KINDS = (SOURCE, CONNECTOR, RUNTIME, SINK, EXTENSION)


def kinds_of(hooks: tuple[str, ...]) -> tuple[Kind, ...]:
    """The kinds of components that these hooks bring."""
    return tuple(kind for kind in KINDS if kind.hook in hooks)
