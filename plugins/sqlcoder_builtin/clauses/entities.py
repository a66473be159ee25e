"""Names that bring a condition with them: "big orders" from the glossary, "subscribers" for customers with a flag."""

from __future__ import annotations

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.flags import is_flag
from sqlcoder_builtin.clauses.terms import raw_filter, term_table
from sqlcoder_builtin.describe import describe_pred
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Condition, Group
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Lit, Pred, Truth
from sqlcoder_core.api import Match, TableName, singular, table_words


def qualified(p: Parse) -> None:
    """Take up the conditions, and let the chunks stand for their tables."""
    for at, chunk in enumerate(p.chunks):
        if chunk.kind != "name":
            continue
        found = _term(p, chunk) or _flagged(p, at, chunk) or _flag_as_noun(p, at, chunk)
        if found is None:
            continue
        table, pred = found
        before = p.before(at)
        if before is not None and before.is_cue("ne", "never", "without"):
            continue
        chunk.names = (Match(start=chunk.start, end=chunk.end, phrase=chunk.text, kind="table", score=1.0, table=table),)
        p.frame.conditions.append(Condition(pred, chunk.text, at, about=table))
        p.frame.read(at, chunk.text, f"{table.name} where {describe_pred(pred)}")
        p.tables_said = sorted([*(said for said in p.tables_said if said[0] != at), (at, table)], key=lambda said: said[0])


def _term(p: Parse, chunk: Chunk) -> tuple[TableName, Pred] | None:
    """A glossary filter whose name ends with its table: "repeat customers"."""
    match = chunk.best("term")
    term = next((term for term in p.schema.linked.terms if match is not None and term.name == match.name), None)
    if term is None or term.filter is None or term.expression is not None:
        return None
    table = term.table or term_table(p, term.filter)
    if table is None or table.key not in p.schema.tables:
        return None
    if singular(chunk.text.lower().split()[-1]) not in table_words(table.name) and not _plural(chunk.text):
        return None
    return table, raw_filter(p, term.filter, table)


def _plural(text: str) -> bool:
    """ "late arrivals": rows of their own, whatever their table is called."""
    last = text.lower().split()[-1]
    return singular(last) != last


def _flagged(p: Parse, at: int, chunk: Chunk) -> tuple[TableName, Pred] | None:
    """A noun that is only a synonym of the table and the stem of one of its flags."""
    table = p.table(at)
    if table is None or chunk.score("table") >= 0.9:
        return None
    for match in chunk.names:
        if match.kind == "column" and match.table and match.table.key == table.key and match.column and match.score >= 0.6:
            column = p.schema.column(table, match.column)
            if is_flag(column.kind, column.values):
                return table, Truth(Col(table, column.name), True)
    return None


def _flag_as_noun(p: Parse, at: int, chunk: Chunk) -> tuple[TableName, Pred] | None:
    """ "list managers", where a flag says who is one, and no other table was named before."""
    text = chunk.text.lower()
    plural = singular(text) != text and " " not in text
    if not plural or any(place < at for place, _ in p.tables_said) or p.table(at) is not None:
        return None
    match = next((match for match in chunk.names if match.kind == "column" and match.score >= 0.85 and match.table and match.column), None)
    if match is None or match.table is None or match.column is None:
        return None
    column = p.schema.column(match.table, match.column)
    flag = is_flag(column.kind, column.values) or column.name.lower().startswith(("is_", "has_"))
    return (match.table, Truth(Col(match.table, column.name), True)) if flag else None


_GENDERS = {
    "male": ("M", "Male", "male"), "female": ("F", "Female", "female"), "men": ("M", "Male", "male"), "women": ("F", "Female", "female"),
    "boys": ("M", "Male", "male"), "girls": ("F", "Female", "female"), "males": ("M", "Male", "male"), "females": ("F", "Female", "female"),
}  # fmt: skip


def gender(p: Parse, at: int) -> int | None:
    """ "male students": the gender column of the people, as it is stored there."""
    chunk = p.chunk(at)
    stored = _GENDERS.get(chunk.text.lower()) if chunk is not None and chunk.kind == "word" else None
    near = p.near_table(at) or p.subject()
    if stored is None:
        return None
    column = p.concept(("gender", "sex"), near, p.texts) if near is not None else None
    if column is None:
        column = next(
            (found for table in p.schema.tables.values() if (found := p.concept(("gender", "sex"), table.name, p.texts)) is not None), None
        )
        if column is not None and p.frame.subject is None:
            p.frame.subject = column.table
    if column is None:
        return None
    values = p.schema.of(column).values
    likely = stored[0] if "sex" in column.column.lower() else stored[2]
    value = next((form for form in (*stored, stored[1].upper()) if form in values), likely)
    other = next((one for one in p.frame.conditions if isinstance(one.pred, Compare) and one.pred.left == column), None)
    if other is not None and any(is_aggregate(output.expr) for output in p.frame.outputs):
        # "the average age of male and female students": of each of them.
        p.frame.conditions.remove(other)
        p.frame.groups.append(Group(chunk.text if chunk else "", at, column=column))
        p.take(at, at + 1)
        return at + 1
    zone = p.zone
    end = add_condition(p, Compare("=", column, Lit(value)), at, at + 1)
    p.zone = zone
    p.frame.doubts += 0.0 if values else 0.1
    return end
