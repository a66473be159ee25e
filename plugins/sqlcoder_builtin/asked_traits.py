"""What the words of a question ask for against what a query does: said and not done, done and not said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.query_walk import nodes
from sqlcoder_builtin.tree import Agg, Col, Compare, Has, Like, Lit, OneOf, Order, Query, Raw, RawPred
from sqlcoder_core.api import name_words, singular

_MOST = 3.0
"""Amounts are bounded, so that no odd question outweighs everything else."""

_FUNCTIONS = ("count", "sum", "avg")
_OPENINGS = frozenset("what which who whose when where how list show find give return count tell for in of are is do does the".split())
_CHARTS = frozenset("trend breakdown distribution ranking summary overview split report".split())
_MODALS = frozenset("should could would why best worth good bad likely expect predict forecast".split())


def asked(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    """All of them as (name, amount), amounts of 0 included; between 0 and 3 each."""
    inside = list(nodes(query))
    for group in (_figures(p, query, inside), _orders(p, query, inside), _constants(p, query, inside), _words(p), _outputs(p, query)):
        for name, amount in group:
            yield name, min(_MOST, max(0.0, float(amount)))


def _figures(p: Parse, query: Query, inside: list[object]) -> Iterator[tuple[str, float]]:
    done: Counter[str] = Counter(node.function for node in inside if isinstance(node, Agg))
    done["count"] += sum(isinstance(node, Has) and node.count is not None and node.measure is None for node in inside)
    for node in inside:
        if isinstance(node, Raw) and node.aggregate:
            # A formula of the glossary or a metric adds up, counts or averages by itself.
            done.update(function for function in _FUNCTIONS if f"{function}(" in node.sql.lower())
    for function in _FUNCTIONS:
        said = sum(chunk.is_cue(function) for chunk in p.chunks)
        yield f"{function} said, not done", said and not done[function]
        yield f"{function} said more often", said > done[function] > 0
        yield f"{function} not said, done", done[function] and not said
    opening = next((chunk for chunk in p.chunks if chunk.kind != "stop"), None)
    how_many = opening is not None and opening.is_cue("count") and opening.text.lower().startswith(("how", "count"))
    yield "how many, one figure", how_many and len(query.select) == 1 and not query.group
    yield "how many, more shown", how_many and len(query.select) > 1 and not query.group and not p.frame.groups
    yield "how many, rows shown", how_many and not done["count"] and not done["sum"]
    often = {"once", "twice", "times"} & {word for chunk in p.chunks for word in chunk.text.lower().split()}
    yield "how often said, not counted", bool(often) and not done["count"]
    yield "how much", any(chunk.is_cue("how much", "how old", "how long") for chunk in p.chunks)
    yield "keys added up", sum(_adds_up_key(p, node) for node in inside)
    yield "text ranked by value", sum(_ranks_text(p, node) for node in inside)
    yield "number of, counted", done["count"] and any(chunk.is_cue("count") and "number" in chunk.text.lower() for chunk in p.chunks)
    yield "distinct said, not done", any(chunk.is_cue("distinct") for chunk in p.chunks) and not _distinct(query, inside)
    yield "distinct done, not said", query.distinct and not p.frame.distinct


def _adds_up_key(p: Parse, node: object) -> bool:
    figure = isinstance(node, Agg) and node.function not in ("count", "min", "max")
    return figure and isinstance(node.arg, Col) and p.schema.is_key(node.arg.table, node.arg.column)  # type: ignore[attr-defined]


def _ranks_text(p: Parse, node: object) -> bool:
    if not (isinstance(node, Agg) and node.function in ("min", "max") and isinstance(node.arg, Col)):
        return False
    return not p.is_number(node.arg) and not p.is_dated(node.arg)


def _distinct(query: Query, inside: list[object]) -> bool:
    return query.distinct or bool(query.group) or any(isinstance(node, Agg) and node.distinct for node in inside)


def _orders(p: Parse, query: Query, inside: list[object]) -> Iterator[tuple[str, float]]:
    sorts = sum(chunk.is_cue("sort", "asc", "desc") for chunk in p.chunks)
    orders = [node for node in inside if isinstance(node, Order)]
    yield "sort said, not done", sorts and not orders
    yield "sort said", sorts
    yield "sort not said, done", not sorts and len(orders) - (query.limit is not None or query.per_group is not None)
    yield "several orders", len(orders) > 1
    yield (
        "ordered by text",
        sum(isinstance(order.expr, Col) and not p.is_number(order.expr) and not p.is_dated(order.expr) for order in orders),
    )
    ranks = sum(chunk.kind == "superlative" or chunk.is_cue("high", "low", "common", "rare", "best", "worst") for chunk in p.chunks)
    done = sum(isinstance(node, Agg) and node.function in ("min", "max") for node in inside)
    yield "several ranks", ranks - 1
    yield "ranks not done", ranks - done - len(orders)
    yield "limit alone", query.limit is not None and not query.order
    yield "one row", query.limit == 1
    yield "one row of several", query.limit == 1 and _plural_ranked(p)
    yield "several rows", query.limit is not None and query.limit > 1
    groups = sum(chunk.is_cue("per", "by") for chunk in p.chunks)
    yield "each said often", groups - 1
    yield "group done, not said", bool(query.group) and not groups
    yield "group said, done", bool(query.group) and groups
    yield "several keys", len(p.frame.groups) - 1
    yield "keys unsaid", bool(query.group) and not p.frame.groups
    yield "group by table", sum(group.table is not None for group in p.frame.groups)


def _plural_ranked(p: Parse) -> bool:
    """ "the shortest flights": more than one is asked for."""
    for at, chunk in enumerate(p.chunks[:-1]):
        if chunk.kind == "superlative" or chunk.is_cue("high", "low", "best", "worst"):
            following = p.chunks[at + 1]
            if following.kind == "name" and singular(following.text.lower().split()[-1]) != following.text.lower().split()[-1]:
                return True
    return False


def _constants(p: Parse, query: Query, inside: list[object]) -> Iterator[tuple[str, float]]:
    """Numbers and texts of the question that are nowhere in the query, whichever clause took them."""
    texts = [text.casefold() for text in _texts(inside)]
    raw = " ".join(node.sql for node in inside if isinstance(node, RawPred)).casefold()
    numbers = {float(node.value) for node in inside if isinstance(node, Lit) and isinstance(node.value, int | float)}
    numbers |= {float(node.count[1]) for node in inside if isinstance(node, Has) and node.count is not None}
    numbers |= {float(limit) for limit in (query.limit, query.per_group.limit if query.per_group else None) if limit is not None}
    lost = [chunk for chunk in p.chunks if chunk.number is not None and chunk.kind == "number" and not chunk.number.words]
    yield "number lost", sum(float(chunk.number.value) not in numbers and not _in(chunk.text, texts, raw) for chunk in lost if chunk.number)
    quoted = [chunk.text.strip("\"'").casefold() for chunk in p.chunks if chunk.kind == "quoted" or chunk.text[:1] in "\"'"]
    yield "quoted text lost", sum(not _in(text, texts, raw) for text in quoted)
    yield "quoted texts", len(quoted)
    known = [chunk for chunk in p.chunks if chunk.kind == "value" and chunk.values and chunk.values[0].score >= 0.95]
    yield "stored value lost", sum(not _in(str(chunk.values[0].value), texts, raw) for chunk in known)
    yield (
        "numbers compared",
        sum(isinstance(node, Compare) and isinstance(node.right, Lit) and not isinstance(node.right.value, str) for node in inside),
    )
    yield (
        "key compared",
        sum(
            isinstance(node, Compare) and isinstance(node.left, Col) and p.schema.is_key(node.left.table, node.left.column)
            for node in inside
        ),
    )
    equal = Counter(node.left for node in inside if isinstance(node, Compare) and node.op == "=" and isinstance(node.right, Lit))
    yield "one column, two values", max(equal.values(), default=1) - 1
    yield "patterns", sum(isinstance(node, Like) for node in inside)
    yield "text from plain words", sum(text.islower() and text.replace(" ", "").isalpha() for text in _texts(inside))


def _texts(inside: list[object]) -> Iterator[str]:
    for node in inside:
        if isinstance(node, Lit) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, OneOf):
            yield from (value for value in node.values if isinstance(value, str))
        elif isinstance(node, Like):
            yield node.pattern


def _in(text: str, texts: list[str], raw: str) -> bool:
    said = text.strip("\"'").casefold()
    return any(said in one or one in said for one in texts) or (bool(raw) and said in raw)


def _words(p: Parse) -> Iterator[tuple[str, float]]:
    """The question by itself: how it opens, how long it is, what it joins."""
    chunks = p.chunks
    words = [chunk.text.lower() for chunk in chunks]
    opening = words[0].split()[0] if words else ""
    if opening in _OPENINGS:
        yield f"opens with {opening}", 1
    yield "opens otherwise", opening not in _OPENINGS
    yield "commas", words.count(",")
    yield "sentences", sum(chunk.kind == "mark" for chunk in chunks[:-1])
    yield "and", sum(chunk.is_cue("and") for chunk in chunks)
    yield "relative clauses", sum(chunk.is_cue("that", "whose", "where", "with") for chunk in chunks)
    yield "long", max(0, sum(len(word.split()) for word in words) - 14) / 10
    yield "short", sum(len(word.split()) for word in words) <= 6
    yield "opinion", bool(_MODALS & set(words))
    yield "chart words", bool(_CHARTS & set(words))
    meaning = [chunk for chunk in chunks if chunk.kind not in ("stop", "mark")]
    yield "share unused", 3 * sum(not chunk.used for chunk in meaning) / max(1, len(meaning))
    yield "names taken as words", sum(chunk.kind == "word" and chunk.used for chunk in chunks)


def _outputs(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    outputs = p.frame.outputs
    default = sum(output.names is not None for output in outputs)
    yield "shown by default", default
    columns = [item.expr for item in query.select if isinstance(item.expr, Col)]
    yield "columns shown", len(columns)
    yield "more shown than asked", len(query.select) - max(1, len(outputs)) - len(p.frame.groups)
    yield (
        "key shown by default",
        sum(
            output.names is not None and isinstance(output.expr, Col) and p.schema.is_key(output.expr.table, output.expr.column)
            for output in outputs
        ),
    )
    yield "key shown", sum(p.schema.is_key(column.table, column.column) for column in columns)
    shown = Counter(name_words(column.column)[-1:] for column in columns)
    yield "same word shown twice", max(shown.values(), default=1) - 1
    used = {(node.table.key, node.column.lower()) for node in nodes(query) if isinstance(node, Col)}
    names = [name for table, name in used if not p.schema.is_key(p.schema.tables[table].name, name)]
    yield "names in other tables", sum(_elsewhere(p, name) for name in names) / 2


def _elsewhere(p: Parse, name: str) -> int:
    return min(4, sum(any(column.name.lower() == name for column in table.columns) for table in p.schema.tables.values()) - 1)
