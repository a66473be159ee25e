"""A source behind the policy: hidden things are marked and empty, joins over them gone, sampling narrowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlcoder_core.contracts.component import Context, Settings
from sqlcoder_core.contracts.source import MetadataSource, Probe
from sqlcoder_core.errors import ConfigError
from sqlcoder_core.policy.confined import Confined, Seen
from sqlcoder_core.policy.spare import Spare
from sqlcoder_core.policy.wrapped import Wrapped
from sqlcoder_core.values.catalog import Clash, Column, Fact, Relationship, Table, TableName, Term
from sqlcoder_core.values.sampling import Sampling

PEOPLE, PAY = TableName(name="people", schema="hr"), TableName(name="pay", schema="hr")


class Source(MetadataSource):
    name = "inner"
    authority = "live"

    def fingerprint(self, probe: Probe | None) -> str:
        return "print"

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        yield Table(
            name=PEOPLE, columns=(Column(name="id"), Column(name="Salary", values=(1, 2), values_complete=True, minimum="1", maximum="2"))
        )
        yield Table(name=PAY, columns=(Column(name="salary"), Column(name="people_id")))
        yield Relationship(left=PAY, left_columns=("people_id",), right=PEOPLE, right_columns=("id",))
        yield Term(name="pay")

    def sampling(self) -> Sampling | None:
        return Sampling(never=("*mail*",))


def confined(**seen: tuple[str, ...]) -> Confined:
    here = Path(".")
    return Confined(Source(Settings(), Context(project_dir=here, config_dir=here, cache_dir=here)), Seen(**seen))


def hidden(source: Confined) -> set[str]:
    tables = [fact for fact in source.facts(None) if isinstance(fact, Table)]
    columns = {f"{table.name.name}.{column.name}" for table in tables for column in table.columns if column.hidden}
    return columns | {table.name.name for table in tables if table.hidden}


def test_patterns_match_tables_and_columns_in_every_spelling() -> None:
    assert hidden(confined(hidden=("people",))) == {"people"}
    assert hidden(confined(hidden=("hr.pay",))) == {"pay"}
    assert hidden(confined(hidden=("salary",))) == {"people.Salary", "pay.salary"}
    assert hidden(confined(hidden=("PEOPLE.sal*",))) == {"people.Salary"}
    assert hidden(confined(hidden=("hr.pay.salary",))) == {"pay.salary"}
    assert hidden(confined(hidden=("pay.*", "other"))) == {"pay.salary", "pay.people_id"}
    assert hidden(confined(no_sample=("*",))) == set()


def test_a_hidden_column_keeps_none_of_its_contents() -> None:
    people = next(iter(confined(hidden=("salary",)).facts(None)))
    assert isinstance(people, Table)
    assert people.columns[1] == Column(name="Salary", hidden=True)


def test_a_join_over_a_hidden_column_is_gone_and_other_facts_stay() -> None:
    kinds = [type(fact).__name__ for fact in confined(hidden=("people_id",)).facts(None)]
    assert kinds == ["Table", "Table", "Term"]
    assert "Relationship" in [type(fact).__name__ for fact in confined(hidden=("salary",)).facts(None)]


def test_hidden_and_private_columns_are_not_sampled() -> None:
    sampling = confined(hidden=("salary",), no_sample=("note",)).sampling()
    assert sampling is not None
    assert sampling.never == ("*mail*", "note", "salary")


def test_a_change_of_policy_is_a_change_of_the_source() -> None:
    assert confined(hidden=("a",)).fingerprint(None) != confined(hidden=("b",)).fingerprint(None)
    assert confined(hidden=("a",)).identity(None) != confined(hidden=("b",)).identity(None)


def test_every_method_of_a_source_reaches_the_inner_one() -> None:
    methods = {name for name, thing in vars(MetadataSource).items() if callable(thing) and not name.startswith("_")}
    assert methods <= set(vars(Wrapped))
    source = confined()
    assert (source.name, source.authority) == ("inner", "live")


class Broken(Source):
    def fingerprint(self, probe: Probe | None) -> str:
        raise ConfigError("no artifacts", place="p", hint="run it")

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        yield Table(name=PEOPLE)
        raise ConfigError("no artifacts", place="p", hint="run it")


def test_a_spare_source_that_cannot_be_read_says_so_and_stands_in_nobodys_way() -> None:
    here = Path(".")
    spare = Spare(Broken(Settings(), Context(project_dir=here, config_dir=here, cache_dir=here)))
    assert spare.fingerprint(None) == spare.identity(None) == "p: no artifacts; run it"
    clash = Clash(kind="not read", subject="inner", message="no artifacts", place="p", hint="run it")
    assert list(spare.facts(None)) == [Table(name=PEOPLE), clash]
