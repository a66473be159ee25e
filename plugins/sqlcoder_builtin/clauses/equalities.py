"""A column that equals a constant, or one of several; texts that are held inside longer ones."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.literals import Constant, constant, hit_for
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import All_, Any_, Col, Compare, Like, Lit, Not, OneOf, Pred
from sqlcoder_core.api import Scalar, name_words


def equal(p: Parse, column: Col, at: int, found: Constant, negated: bool, people: tuple[str, ...] = ()) -> int:
    """column = value, a list of values, or first and last name together."""
    if len(people) == 2 and isinstance(found.value, str) and len(found.value.split()) == 2 and not found.hits:
        first, last = found.value.split()
        parts = (Compare("=", Col(column.table, people[0]), Lit(first)), Compare("=", Col(column.table, people[1]), Lit(last)))
        return add_condition(p, Not(All_(parts)) if negated else All_(parts), at, found.end)
    values, end = value_list(p, column, found)
    end += len(values) > 1 and _says_column(p, end, column)
    each = tuple(_same(p, column, value, negated) for value in values)
    pred: Pred = each[0] if len(each) == 1 else OneOf(column, tuple(values), negated)
    if len(each) > 1 and any(isinstance(one, Like) and "%" in one.pattern for one in each):
        pred = All_(each) if negated else Any_(each)
    return add_condition(p, pred, at, end)


def _says_column(p: Parse, at: int, column: Col) -> bool:
    """ "web and store channels": the column of these values, said once behind them."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "name" or p.table(at) is not None:
        return False
    return any(
        match.kind == "column" and match.column == column.column and match.table is not None and match.table.key == column.table.key
        for match in chunk.names
    )


def _same(p: Parse, column: Col, value: Scalar, negated: bool) -> Pred:
    inside = _held_inside(p, column, value)
    if inside is not None:
        return Like(column, inside, negated)
    if isinstance(value, str) and _case_unknown(p, column, value):
        return Like(column, value, negated)
    return Compare("!=" if negated else "=", column, Lit(typed(p, column, value)))


def _case_unknown(p: Parse, column: Col, value: str) -> bool:
    """A word in lower case that was not quoted, where nothing is known of what is stored: its case is not known either."""
    found = p.schema.of(column)
    quoted = any(chunk.kind == "quoted" and chunk.text == value for chunk in p.chunks)
    return found.kind == "text" and not found.values and not quoted and value.islower() and not set(value) & {"%", "_"}


def _held_inside(p: Parse, column: Col, value: object) -> str | None:
    """An address holds a city; a sampled value that is none of the stored ones but stands inside them is looked for inside."""
    found = p.schema.of(column)
    if not isinstance(value, str) or found.kind not in ("text", "other"):
        return None
    stored = [text for text in found.values if isinstance(text, str)]
    if value in stored:
        return None
    if any(value.lower() in text.lower() for text in stored):
        return f"%{value}%"
    address = {"address", "addr"} & set(name_words(column.column))
    return f"%{value}%" if address and not any(mark.isdigit() for mark in value) else None


def typed(p: Parse, column: Col, value: str | int | float | bool) -> str | int | float | bool:
    """The constant as the column's type: numbers for text columns as text."""
    kind = p.schema.of(column).kind
    if kind == "text" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def value_list(p: Parse, column: Col, first: Constant) -> tuple[list[Scalar], int]:
    """The values of "A, B or C" as they are stored in the column."""
    values: list[Scalar] = [stored(p, column, first)]
    end = first.end
    while True:
        place = end
        joined = False
        while (chunk := p.chunk(place)) is not None and (
            chunk.is_cue("or", "and") or (chunk.kind == "stop" and chunk.word in (",", "the", "in", "either"))
        ):
            joined = True
            place += 1
        following = constant(p, place) if joined else None
        if following is not None and place == end + 1 and p.chunks[end].word == "," and is_abbreviation(p, place):
            return values, end
        if following is None or (following.number and not first.number) or not _fits(p, column, following):
            return values, end
        if p.chunk(following.end) is not None and following.number and p.is_cue(place - 1, "gt", "lt"):
            return values, end
        values.append(stored(p, column, following))
        end = following.end


def is_abbreviation(p: Parse, at: int) -> bool:
    """ "IL" of "Chicago, IL": the state that a city lies in."""
    text = p.chunks[at].text
    return len(text) == 2 and text.isalpha() and text.isupper() and p.chunks[at - 1].word == ","


_PROSE = frozenset({"address", "addr", "description", "comment", "note", "remark", "text"})


def _is_within(p: Parse, column: Col, said: str, value: Scalar) -> bool:
    """ "San Francisco" of "5 Hill Rd, San Francisco, CA": one address of many that hold it, not the one that is meant."""
    inside = isinstance(value, str) and said.lower() in value.lower() and len(said) < len(value)
    return inside and not _PROSE.isdisjoint(name_words(column.column))


def _fits(p: Parse, column: Col, found: Constant) -> bool:
    if found.hits:
        return hit_for(p, found.hits, found.end - 1, column) is not None
    return True


def stored(p: Parse, column: Col, found: Constant) -> Scalar:
    """The constant as it is stored in the column, else as it was said."""
    hit = hit_for(p, found.hits, found.end - 1, column)
    if hit is not None and hit.value is not None:
        said = p.phrase(found.end - 1, found.end)
        return said if _is_within(p, column, said, hit.value) else hit.value
    if found.hits and not found.quoted and not found.number:
        return p.phrase(found.end - 1, found.end) if isinstance(found.value, str) else found.value
    if isinstance(found.value, str):
        for value in p.schema.of(column).values:
            if isinstance(value, str) and value.lower() == found.value.lower():
                return value
    return found.value
