"""The kinds of components, each with its hook, its contract and its place in the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`name` is the word in messages, `section` the key in sqlcoder.yaml.

    `brought_by` pairs each hook that returns its classes with the class they extend, as "module:Class".
    """

    name: str
    brought_by: tuple[tuple[str, str], ...]
    section: str

    @property
    def hooks(self) -> tuple[str, ...]:
        """The hooks whose classes are of this kind."""
        return tuple(hook for hook, _ in self.brought_by)

    def is_brought_by(self, hooks: tuple[str, ...] | None) -> bool:
        """True when one of these hooks brings it; None are hooks that could not be read."""
        return hooks is None or any(hook in hooks for hook in self.hooks)

    def __str__(self) -> str:
        return self.name

    @property
    def with_article(self) -> str:
        """For messages: "a sink", "an extension"."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"

    def contract_classes(self, hook: str | None = None) -> tuple[type, ...]:
        """The classes that components of this kind extend, or those that one hook returns."""
        wanted = [contract for name, contract in self.brought_by if hook in (None, name)]
        return tuple(_contract(contract) for contract in wanted)


def _contract(text: str) -> type:
    module, _, name = text.partition(":")
    found: type = getattr(import_module(f"sqlcoder_core.contracts.{module}"), name)
    return found


SOURCE = Kind(name="source", brought_by=(("sqlcoder_metadata_sources", "source:MetadataSource"),), section="sources")
CONNECTOR = Kind(name="connector", brought_by=(("sqlcoder_connectors", "connector:Connector"),), section="connections")
RUNTIME = Kind(
    name="runtime",
    brought_by=(("sqlcoder_proposers", "proposer:Proposer"), ("sqlcoder_runtimes", "runtime:Runtime")),
    section="runtime",
)
PROMPTER = Kind(name="prompter", brought_by=(("sqlcoder_prompters", "prompter:Prompter"),), section="runtime.prompt")
EMBEDDER = Kind(name="embedder", brought_by=(("sqlcoder_embedders", "embedder:Embedder"),), section="linking")
SINK = Kind(name="sink", brought_by=(("sqlcoder_sinks", "sink:Sink"),), section="sinks")
EXTENSION = Kind(name="extension", brought_by=(("sqlcoder_extensions", "extension:Extension"),), section="extensions")

KINDS = (SOURCE, CONNECTOR, RUNTIME, PROMPTER, EMBEDDER, SINK, EXTENSION)


def kinds_of(hooks: tuple[str, ...]) -> tuple[Kind, ...]:
    """The kinds of components that these hooks bring."""
    return tuple(kind for kind in KINDS if kind.is_brought_by(hooks))
