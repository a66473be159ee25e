"""What is asked for: counts, aggregates, everything, columns to show."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.clauses.amount_nouns import amount_done
from sqlcoder_builtin.clauses.counts import counted
from sqlcoder_builtin.clauses.known_figures import called
from sqlcoder_builtin.clauses.measured import AGGREGATES, EXTREMES, Measured
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.places import amount_column
from sqlcoder_builtin.clauses.plain_measures import money_metric, plain
from sqlcoder_builtin.concepts import money_measures
from sqlcoder_builtin.cue_words import RATE_WORDS
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr, Function, Raw
from sqlcoder_core.api import TableName, name_words, singular, stem, table_words


def add_output(p: Parse, expr: Expr, start: int, end: int, alias: str | None = None) -> None:
    """Show an expression, once."""
    p.take(start, end)
    phrase = p.phrase(start, end)
    if all(output.expr != expr for output in p.frame.outputs):
        p.frame.outputs.append(Output(expr, phrase, start, alias))
        p.frame.read(start, phrase, describe(expr))


def set_subject(p: Parse, table: TableName, at: int) -> None:
    """The first table asked about is the subject."""
    if p.frame.subject is None:
        p.frame.subject, p.frame.subject_at = table, at


def everything(p: Parse, at: int) -> int | None:
    """ "all information about X": every column."""
    if not p.is_cue(at, "all info") or p.zone != "select":
        return None
    following = p.past(at + 1)
    chunk = p.chunks[at]
    if (details := _details(p, at)) is not None:
        add_output(p, details, at, at + 1)
        return at + 1
    if (
        chunk.word == "all info"
        and chunk.text.lower() in ("information", "details", "info", "the information", "the details")
        and not p.table(following)
    ):
        return None
    p.frame.star = True
    p.take(at, at + 1)
    p.frame.read(at, chunk.text, "all columns")
    return at + 1


def _details(p: Parse, at: int) -> Col | None:
    """ "the details of the customers", where a column of theirs is called so."""
    chunk, owner = p.chunks[at], p.owner_after(at) or p.frame.subject or p.table(p.past(at + 1))
    if owner is None or "detail" not in chunk.text.lower() or "all" in chunk.text.lower().split():
        return None
    found = [column.name for column in p.schema.table(owner).columns if name_words(column.name)[-1:] == ("detail",)]
    return Col(owner, found[0]) if len(found) == 1 else None


def count(p: Parse, at: int) -> int | None:
    """ "how many orders", "the number of different cities"."""
    if not p.is_cue(at, "count"):
        return None
    unit = p.chunk(p.past(at + 1))
    if unit is not None and unit.kind == "unit" and not p.table(p.past(at + 1)):
        return at + 1
    known = len(p.frame.conditions)
    found = counted(p, at + 1)
    if found is None:
        return _count_of_subject(p, at)
    if p.zone == "select" or p.chunks[at].text.lower().startswith("how many") or _counts_besides(p, at, found):
        if isinstance(found.expr, Agg) and found.expr.arg is None:
            set_subject(p, found.table, found.end - 1)
        if len(p.frame.conditions) > known and any(output.expr == found.expr for output in p.frame.outputs):
            # "the number of orders and the number of cancelled orders": the same rows, and some of them.
            p.frame.outputs.append(Output(found.expr, p.phrase(at, found.end), at))
        add_output(p, found.expr, at, found.end, alias=_count_alias(found))
        return _more_columns(p, found, found.end)
    return None


def _counts_besides(p: Parse, at: int, found: Measured) -> bool:
    """ "cities which have more than one airport and the number of airports": what is counted is shown as well."""
    before = p.before_any(at)
    bounds = [expr for expr, *_ in p.frame.having]
    return before is not None and before.is_cue("and") and found.expr in bounds


def _count_alias(found: Measured) -> str | None:
    return None


def _count_of_subject(p: Parse, at: int) -> int | None:
    """ "how many are there ...", "show the number of them": rows of what the question is about."""
    table = p.subject()
    following = p.chunk(p.past(at + 1))
    ranked = next((sort.expr for sort in p.frame.sorts if sort.superlative and sort.expr is not None and is_aggregate(sort.expr)), None)
    if ranked is not None and following is not None and (following.is_cue("per") or following.text.lower() in ("they", "did", "have")):
        # "..., and how many did each have?": what they were ranked by.
        p.frame.also = True
        add_output(p, ranked, at, p.past(at + 1) + following.is_cue("per"))
        return p.past(at + 1) + following.is_cue("per")
    known = called(p, ["number"]) if following is not None and following.is_cue("per") and not p.frame.outputs else None
    if known is not None:
        # "listings with at least five offers, and how many each one got".
        p.frame.also = True
        add_output(p, known, at, p.past(at + 1) + 1)
        return p.past(at + 1) + 1
    if table is None or (following is not None and following.kind in ("word", "quoted")):
        return None
    set_subject(p, table, at)
    add_output(p, Agg("count", table), at, at + 1)
    return at + 1


def aggregate(p: Parse, at: int) -> int | None:
    """ "average price", "minimum, maximum and average age": as something to show."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue(*AGGREGATES) or (p.zone != "select" and (p.frame.outputs or chunk.text.lower() not in EXTREMES)):
        return None
    functions, following = _listed_functions(p, at)
    found = measured(p, following)
    if found is None or (found.counted and chunk.word == "how much"):
        return _how_much(p, at)
    if found.nested:
        if not p.is_cue(p.past(following + 1), "count") and not _per_thing(p, found.end):
            return None
        p.frame.outer = found.nested
    found = _own_amount(p, _average_of_sums(p, found), chunk.word)
    add_output(p, found.expr, at, found.end)
    _mark_money(p, found)
    base = found.expr.arg if isinstance(found.expr, Agg) else None
    for place, function in functions:
        if base is not None:
            p.frame.outputs.insert(len(p.frame.outputs) - 1, Output(Agg(function, found.table, base), p.chunks[place].text, place))
            p.frame.read(place, p.chunks[place].text, describe(Agg(function, found.table, base)))
    return _more_columns(p, found, found.end)


def _own_amount(p: Parse, found: Measured, function: str) -> Measured:
    """ "sum up the budget", of a table of budgets with a budget amount: not its rows."""
    said = p.chunks[found.end - 1].text.lower()
    amount = amount_column(p, found.table) if found.counted and function == "sum" and singular(said) == said else None
    if amount is None or not set(table_words(found.table.name)) <= set(name_words(amount.column)):
        return found
    return replace(found, expr=Agg("sum", found.table, amount), counted=False, money=True)


def _average_of_sums(p: Parse, found: Measured) -> Measured:
    """ "average revenue per customer": what each customer brings in all, then the average of that."""
    key = p.past(found.end + 1)
    table = p.table(key) if p.is_cue(found.end, "per") and p.chunks[found.end].text.lower() == "per" else None
    if table is None or table.key == found.table.key or not p.schema.to_one(found.table, table):
        return found
    summed: Expr | None = None
    if isinstance(found.expr, Raw) and found.expr.sql.lower().startswith("avg("):
        summed = replace(found.expr, sql=f"SUM{found.expr.sql[3:]}")
    elif isinstance(found.expr, Agg) and found.expr.function == "avg" and found.money:
        summed = replace(found.expr, function="sum")
    if summed is None:
        return found
    p.frame.outer = "avg"
    return replace(found, expr=summed)


def _per_thing(p: Parse, at: int) -> bool:
    """ "per customer", "in a day" behind "average orders"."""
    return any(
        p.is_cue(place, "per")
        and (p.table(p.past(place + 1)) is not None or (p.chunk(p.past(place + 1)) or p.chunks[place]).kind == "unit")
        for place in range(at, len(p.chunks))
    )


def _listed_functions(p: Parse, at: int) -> tuple[list[tuple[int, Function]], int]:
    """Aggregates that share the column behind the last of them, and where that last one stands."""
    functions: list[tuple[int, Function]] = []
    while True:
        following = at + 1
        while (chunk := p.chunk(following)) is not None and (chunk.is_cue("and") or (chunk.kind == "stop" and chunk.word in (",", "the"))):
            following += 1
        if not p.is_cue(following, *AGGREGATES) or (following == at + 1):
            return functions, at
        functions.append((at, AGGREGATES[p.chunks[at].word]))
        at = following


def _more_columns(p: Parse, found: Measured, end: int) -> int:
    """ "average age and height": the aggregate goes for further number columns too."""
    if not isinstance(found.expr, Agg) or not isinstance(found.expr.arg, Col):
        return end
    place = end
    while (chunk := p.chunk(place)) is not None and (chunk.is_cue("and") or (chunk.kind == "stop" and chunk.word in (",", "the"))):
        place += 1
    if place == end or (following := plain(p, place, found.table)) is None:
        return end
    if (
        not isinstance(following.expr, Col)
        or following.table.key != found.table.key
        or not p.measures(following.table, p.schema.column(following.table, following.expr.column))
    ):
        return end
    add_output(p, Agg(found.expr.function, found.table, following.expr), place, following.end)
    return _more_columns(p, found, following.end)


def _how_much(p: Parse, at: int) -> int | None:
    """ "how much did customers in X spend": the money measure nearest to what is spoken of."""
    if not p.is_cue(at, "how much"):
        return None
    said = next((column for place in range(at + 1, len(p.chunks)) if (column := _paid(p, place)) is not None), None)
    if said is not None:
        add_output(p, Agg("sum", said[0].table, said[0]), at, at + 1)
        p.take(said[1], said[1] + 1)
        p.chunks[said[1]].kind = "stop"
        return at + 1
    metric = money_metric(p, p.subject())
    done = amount_done(p, at + 1) if metric is None else None
    if done is not None:
        add_output(p, Agg("sum", done[0].table, done[0]), at, at + 1)
        p.take(done[1], done[1] + 1)
        p.chunks[done[1]].kind = "stop"
        return at + 1
    found = money_measures(p.schema, p.subject())
    if metric is None and not found:
        return None
    add_output(p, metric if metric is not None else Agg("sum", *found[0]), at, at + 1)
    p.frame.doubts += 0.1
    return at + 1


def _paid(p: Parse, at: int) -> tuple[Col, int] | None:
    """ "how much have patients paid": a number column that is called like the verb."""
    chunk = p.chunks[at]
    said = chunk.text.lower()
    if chunk.kind != "name" or chunk.score("table") >= 0.9:
        return None
    done = said.endswith(("ed", "paid", "spent"))
    before = p.before_any(at)
    doing = before is not None and before.text.lower().split()[-1] in ("did", "do", "we", "they", "i", "you") and stem(said) not in _BUYING
    column = p.column(at, p.measures, floor=0.6 if done else 0.5) if done or doing else None
    if (
        column is None
        or not p.is_measure(column)
        or RATE_WORDS & set(name_words(column.column))
        or not (done or stem(said) in map(stem, name_words(column.column)))
    ):
        return None
    return column, at


_BUYING = frozenset(map(stem, ("spend", "order", "buy", "sell", "purchase")))
"""Verbs of any sale: its money is the measure of the sales, whatever column is called like the verb."""


def _mark_money(p: Parse, found: Measured) -> None:
    if found.money:
        p.frame.doubts += 0.05
