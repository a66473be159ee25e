"""How often something happens: "reasons that come up more than 100 times", "how often each was prescribed"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import OPS
from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Lit
from sqlcoder_core.api import TableName, stem, table_words

_COMING_UP = frozenset(
    "come comes came occur occurs occurred appear appears appeared used happen happens happened given mentioned recorded".split()
)


def this_often(p: Parse, at: int) -> int | None:
    """OPERATOR N times, of the values that are shown or grouped by."""
    if not p.is_cue(at, "gt", "ge", "lt", "le", "eq"):
        return None
    place = p.past(at + 1, "than", "the", "of")
    number, times = p.chunk(place), p.chunk(place + 1)
    if number is None or number.number is None:
        return None
    once = number.text.lower() in ("once", "twice")
    if not once and (times is None or times.text.lower() not in ("times", "time")):
        return None
    shown = [output.expr for output in p.frame.outputs if isinstance(output.expr, Col)]
    said = {word for chunk in p.chunks[max(0, at - 3) : at] for word in chunk.text.lower().split()}
    if len(shown) != 1 or p.frame.subject is not None or not said & _COMING_UP:
        return None
    end = place + 1 + (not once)
    p.frame.having.append((Agg("count", shown[0].table), OPS[p.chunks[at].word], Lit(number.number.value), p.phrase(at, end)))
    p.frame.read(at, p.phrase(at, end), f"values that {p.phrase(at, end)} stand in {shown[0].table.name}")
    p.take(at, end)
    return end


def how_often(p: Parse, at: int) -> int | None:
    """ "show how often it was prescribed": rows are counted."""
    chunk, often = p.chunk(at), p.chunk(at + 1)
    if chunk is None or often is None or chunk.text.lower() != "how" or often.text.lower() != "often":
        return None
    end = at + 2
    table: TableName | None = None
    while (following := p.chunk(end)) is not None and following.kind in ("stop", "verb", "name", "word") and following.word != ",":
        table = table or _deeds_of(p, following.text)
        end += 1
    grouped = next((group.column.table for group in p.frame.groups if group.column is not None), None)
    table = table or grouped or p.frame.subject
    if table is None:
        return None
    add_output(p, Agg("count", table), at, end)
    return end


def _deeds_of(p: Parse, said: str) -> TableName | None:
    """The table of rows of what a verb says: prescriptions for "prescribed"."""
    return next(
        (table.name for table in p.schema.tables.values() if stem(table_words(table.name.name)[-1])[:6] == stem(said.lower())[:6]), None
    )
