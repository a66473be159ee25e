"""Artifacts in; tables, relationships, metrics, exposures and clashes out, one table at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from sqlcoder_core.api import Exposure, Fact, Table, TableName
from sqlcoder_dbt.artifacts import ExposureNode, Node
from sqlcoder_dbt.declared import Pointer, declared
from sqlcoder_dbt.freshness import catalog_clashes, catalog_is_newer
from sqlcoder_dbt.joins import Ends, constraint_pointers, relationships
from sqlcoder_dbt.keys import constraints_of
from sqlcoder_dbt.metrics import Metrics
from sqlcoder_dbt.nodes import Artifacts, Choice, Nodes, Offered
from sqlcoder_dbt.references import References
from sqlcoder_dbt.relations import reference
from sqlcoder_dbt.semantics import semantics
from sqlcoder_dbt.tables import MANIFEST, NO_NOTES, Known, merged, table

_MODELS, _SOURCES = ("model.", "seed.", "snapshot."), ("source.",)


def facts(artifacts: Artifacts, choice: Choice) -> Iterator[Fact]:
    """All facts, tables first."""
    reading = _Reading(Nodes(artifacts=artifacts, choice=choice))
    yield from reading.tables()
    yield from reading.others()


class _Reading:
    """One pass over the artifacts: tests and semantic models before the tables they speak of, joins and metrics after."""

    def __init__(self, nodes: Nodes) -> None:
        manifest = nodes.artifacts.manifest
        self._nodes, self._manifest = nodes, manifest
        self._references = References([*(manifest.nodes or ()), *(manifest.sources or ())])
        self._tests = declared((node for _, node in nodes.decoded(manifest.nodes, Node, ("test.",))), self._references)
        self._meaning = semantics(nodes.semantic_models(), self._references)
        self._exposures = [node for _, node in nodes.decoded(manifest.exposures, ExposureNode)]
        self._exposed = {uid for exposure in self._exposures for uid in _parents(exposure)}
        self._newer = catalog_is_newer(nodes.artifacts)
        self._aside = Nodes(artifacts=nodes.artifacts, choice=nodes.choice)
        self._sources = {each.place: each.uid for each in self._aside.offered(manifest.sources, _SOURCES) if each.wanted}
        self._taken: dict[str, str] = {}
        self._hidden: dict[str, Table] = {}
        self._ends = Ends()
        self._constraints: list[Pointer] = []

    def tables(self) -> Iterator[Table]:
        """Models, seeds and snapshots, then the sources that are none of these: a relation is offered once.

        Old versions, and packages that were not asked for, come last as hidden tables, so that the live database does not
        bring them back as tables that nobody has said anything about.
        """
        for offered in self._wanted(self._manifest.nodes, _MODELS):
            self._taken.setdefault(offered.place, offered.uid)
            yield self._table(offered, self._twin(offered))
        for offered in self._wanted(self._manifest.sources, _SOURCES):
            first = self._taken.setdefault(offered.place, offered.uid)
            if first == offered.uid:
                yield self._table(offered, None)
            else:
                self._ends.same[offered.uid] = first
        yield from (table for place, table in self._hidden.items() if place not in self._taken)

    def _wanted(self, entries: Mapping[str, msgspec.Raw] | None, prefixes: tuple[str, ...]) -> Iterator[Offered]:
        for offered in self._nodes.offered(entries, prefixes):
            if offered.wanted:
                yield offered
            else:
                self._hidden[offered.place] = self._withheld(offered)

    def _twin(self, offered: Offered) -> Offered | None:
        """The source that is the same relation, decoded a second time where there is one: seldom, and small."""
        uid = self._sources.get(offered.place)
        sources = self._manifest.sources or {}
        return next(self._aside.offered({uid: sources[uid]}, _SOURCES), None) if uid is not None else None

    def _withheld(self, offered: Offered) -> Table:
        shown = reference(offered.uid, offered.node, self._nodes.artifacts.project)
        return Table(name=offered.name, hidden=True, ref=shown, uid=offered.uid, origins=(("*", MANIFEST),))

    def _table(self, offered: Offered, twin: Offered | None) -> Table:
        uid, meaning = offered.uid, self._meaning
        promises, constraints = self._tests.promises[uid], constraints_of(offered.node)
        made = table(
            Known(
                uid=uid,
                node=offered.node,
                name=offered.name,
                promises=merged(promises, self._tests.promises[twin.uid]) if twin is not None else promises,
                constraints=constraints,
                entry=offered.entry or (twin.entry if twin is not None else None),
                twin=twin.node if twin is not None else None,
                primary_entities=meaning.primary.get(uid, ()),
                unique_entities=meaning.unique.get(uid, ()),
                meaning=meaning.tables.get(uid, NO_NOTES),
                dimensions=meaning.columns.get(uid, {}),
                project=self._nodes.artifacts.project,
                exposed=uid in self._exposed or (twin is not None and twin.uid in self._exposed),
                catalog_is_newer=self._newer,
            )
        )
        self._ends.add(made)
        if twin is not None:
            self._ends.same[twin.uid] = uid
        self._constraints.extend(constraint_pointers(uid, offered.node, constraints, self._references))
        return made

    def others(self) -> Iterator[Fact]:
        """What is said between tables; asked after `tables` has run to its end."""
        names = self._ends.names()
        yield from relationships([*self._constraints, *self._tests.pointers, *self._meaning.pointers], self._ends)
        yield from Metrics(self._nodes.metrics(), self._meaning, names, self._manifest.metadata.adapter_type).facts()
        yield from _exposures(self._exposures, names)
        yield from self._nodes.clashes
        yield from catalog_clashes(self._nodes)


def _exposures(nodes: Iterable[ExposureNode], names: Mapping[str, TableName]) -> Iterator[Exposure]:
    for node in nodes:
        yield Exposure(
            name=node.name or "",
            label=node.label,
            kind=node.type or "",
            description=node.description or None,
            url=node.url,
            tables=tuple(dict.fromkeys(names[uid] for uid in _parents(node) if uid in names)),
            origin="dbt exposure",
        )


def _parents(node: ExposureNode) -> list[str]:
    return (node.depends_on.nodes if node.depends_on is not None else None) or []
