"""Texts that hold, start with or end with something."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.literals import Constant, constant
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Any_, Col, Like, Pred


def text_match(p: Parse, column: Col, start: int, at: int, cue: str, negated: bool) -> int | None:
    """LIKE with the % signs where they belong; several joined by "or" or "and"."""
    found = constant(p, at, words=True)
    if found is None:
        chunk = p.chunk(at)
        if chunk is None or chunk.kind not in ("name", "stop", "cue") or chunk.is_cue("and", "or"):
            return None
        found = Constant(chunk.text, at + 1)
    text = str(found.value) if found.number or found.quoted else p.phrase(at, found.end)
    if p.is_number(column) and not any(letter.isdigit() for letter in text):
        # No number has letters in it.
        return None
    preds: list[Pred] = [Like(column, _pattern(text, cue), negated)]
    end = found.end
    while p.is_cue(end, "or") and (following := constant(p, p.past(end + 1), words=True)):
        preds.append(Like(column, _pattern(str(following.value), cue), negated))
        end = following.end
    pred = preds[0] if len(preds) == 1 else Any_(tuple(preds))
    return add_condition(p, pred, start, end)


def _pattern(text: str, cue: str) -> str:
    text = text.strip("%")
    return {"like": f"%{text}%", "starts": f"{text}%", "ends": f"%{text}"}[cue]


_TEXTS = ("description", "text", "note", "comment", "body", "content", "message", "detail", "name", "title", "subject")


def bare_text(p: Parse, at: int) -> int | None:
    """ "diagnoses that mention diabetes": the text column of what is asked about."""
    chunk = p.chunk(at)
    before = p.chunk(at - 1)
    if chunk is None or not chunk.is_cue("like", "starts", "ends") or p.frame.subject is None:
        return None
    if before is not None and before.kind == "name" and p.table(at - 1) is None:
        return None
    column = p.concept(_TEXTS, p.frame.subject, p.texts)
    place = p.past(at + 1, "the", "a", "an", "word")
    following = p.chunk(place)
    if column is None or column.table.key != p.frame.subject.key or following is None or following.kind not in ("word", "quoted", "value"):
        return None
    inside = p.past(place + 1, "in", "within", "the", "their", "its")
    named = p.column(inside, p.texts) if inside > place + 1 and p.table(inside) is None else None
    if named is not None and p.texts(named.table, p.schema.of(named)) and (end := text_match(p, named, at, place, chunk.word, False)):
        # "that have the word x in their name".
        p.take(end, inside + 1)
        return inside + 1
    return text_match(p, column, at, place, chunk.word, False)
