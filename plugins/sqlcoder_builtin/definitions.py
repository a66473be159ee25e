"""What a question or its instructions define, read with the grammar of questions and kept as glossary terms.

"An idle customer is one who ...", "a bill is overdue if ...", "heavy means that a package weighs ..." give a condition; "revenue = quantity
* price" and "MRR is the number of seats times the price, over active subscriptions" a measure. Instructions that ask ("return ...", "sort
by ...") are read as the question's last sentences. What is none of these is given back, so that it can be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlcoder_builtin.chunks import chunks_of
from sqlcoder_builtin.clauses.taken import everything_taken
from sqlcoder_builtin.combine import conditions
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.formulas import formula
from sqlcoder_builtin.joining import NoWay
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.recognise import recognise
from sqlcoder_builtin.render import Renderer
from sqlcoder_builtin.rewording import reworded
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.spelled_out import spelled_out
from sqlcoder_core.api import Ask, TableName, Term, rematch, singular, table_words

ORIGIN = "defined in the question"
_ARTICLE = r"(?:an?|the|any|every|all|our|we call|by|with)\s+"
_IS = r"(?:is|are|means?|refers? to|denotes?|stands for|=|:)"
_CONDITION = re.compile(
    rf"^(?:{_ARTICLE})?(?P<name>[\w' -]{{2,50}}?),?\s+{_IS}\s+(?:defined as|considered|calculated as|computed as)?\s*(?P<rest>.+)$",
    re.IGNORECASE,
)
_NOUN_IS = re.compile(
    r"^(?:an?|the|all)?\s*(?P<noun>[\w ]{2,40}?)\s+(?:is|are|counts? as)\s+(?:considered\s+|called\s+|said to be\s+)?"
    r"(?P<name>[\w-]+(?: [\w-]+)?)\s+(?:if|when|where|once|whenever)\s+(?:it\s|they\s|he or she\s)?\s*(?P<rest>.+)$",
    re.IGNORECASE,
)
_MEANS_THAT = re.compile(
    r"^(?:an?\s+|the\s+)?(?P<name>[\w' -]{2,40}?)\s+(?:means?|is when|are when)\s+(?:that\s+)?(?:an?|the)\s+(?P<noun>\w+)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_VERBED = re.compile(
    r"^(?:an?|the)\s+(?P<name>[\w-]+) (?P<noun>\w+)\s+"
    r"(?P<verb>has|have|had|(?!is\b|was\b|means\b)\w+s|spent|paid|placed|ordered|made)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:an?|the|those|any|all)?\s*(?P<noun>(?!that\b|who\b|which\b)[a-z]+(?: [a-z]+)?)\s+"
    r"(?P<joint>that|who|which|whose|with|without|having|where|in|from|of)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_TOLD_AS = re.compile(
    r"^(?:please\s+)?(?:calculate|compute|define|consider|treat|interpret|read|measure)\s+"
    r"(?:an?\s+|the\s+|all\s+)?(?P<name>[\w' -]{2,50}?)\s+(?:as|to be|to mean|by)\s+(?:an?\s+|the\s+)?(?P<rest>.+)$",
    re.IGNORECASE,
)
_WHEN_ASKED = re.compile(
    r"^(?:when|if)\s+(?:\w+ )?(?:is |are )?(?:asked?|asks|say|mention|mentioned|mentions|refers?)(?: about| for| to)?\s+"
    r"(?P<name>[^,]{2,50}?),\s*(?:then\s+)?(?:use|return|show|give|count|it means|i mean|calculate|compute|consider)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_TO_GET = re.compile(
    r"^to (?:calculate|compute|get|find|measure)\s+(?:the\s+|an?\s+)?(?P<name>[^,]{2,50}?),\s*(?P<rest>.+)$", re.IGNORECASE
)
_MOST_SENTENCES = 40
"""Instructions are read up to here; a longer text is a manual."""
_DEFINES = re.compile(
    r"^(?:an?\s|by\s|we call\s)|\bmeans?\b|\bdefined as\b|\bcounts? as\b|\bis (?:considered|called)\b|\brefers? to\b|=", re.IGNORECASE
)
_ASKS = re.compile(r"^(?:please\s+)?(?:return|show|give|list|include|sort|order|display|report|output|limit|also|round)\b", re.IGNORECASE)
_QUESTION = re.compile(r"^(?:what|which|who|how|show|list|give|find|return|count|do|does|is|are|for each|for every)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """The question without its definitions, these among the glossary's terms, and the sentences that could not be read."""

    ask: Ask
    unread: tuple[str, ...] = ()


def told(ask: Ask) -> Told:
    """Take definitions out of the question and read its instructions."""
    asked = reworded(spelled_out(ask.linked.question.text))
    inside, kept = _own_definitions(asked)
    instructions = _sentences(ask.linked.question.instructions or "")
    if not inside and not instructions and asked == ask.linked.question.text:
        return Told(ask)
    terms: list[Term] = []
    unread: list[str] = []
    for sentence in (*inside, *instructions):
        base = replace(ask, linked=replace(ask.linked, terms=(*ask.linked.terms, *terms)))
        term = _term(base, sentence, " ".join(kept))
        if term is not None:
            terms.append(term)
        elif sentence in inside:
            kept.insert(0, f"{sentence}.")
        elif _ASKS.match(sentence):
            kept.append(sentence)
        else:
            unread.append(sentence)
    text = " ".join(kept)
    linked = replace(ask.linked, terms=(*ask.linked.terms, *terms))
    found = rematch(text, linked)
    again = replace(linked, matches=found.matches, tokens=found.tokens, question=replace(ask.linked.question, text=text))
    return Told(replace(ask, linked=again), tuple(unread))


def _sentences(text: str) -> list[str]:
    parts = re.split(r"(?<=[.!?;])\s+(?=[A-Z\"'])|\n+|;\s*", text.strip())
    return [part.strip(" -*").rstrip(".;").strip() for part in parts if part.strip(" .;-*")][:_MOST_SENTENCES]


def _own_definitions(text: str) -> tuple[list[str], list[str]]:
    """Sentences before or behind the question that define, and the others as they are."""
    parts = [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z\"'])", text.strip()) if part]
    if len(parts) < 2:
        return [], [text]
    defining = [part for part in parts if not part.endswith("?") and _DEFINES.search(part) and not _QUESTION.match(part)]
    return [part.rstrip(".") for part in defining], [part for part in parts if part not in defining]


def _term(ask: Ask, sentence: str, question: str) -> Term | None:
    """The condition or the measure that a sentence defines."""
    for name, noun, rest in _readings(sentence):
        if (measure := formula(ask, rest)) is not None:
            return Term(
                name=name.lower(),
                expression=measure.sql,
                filter=measure.filter,
                table=measure.table,
                origin=ORIGIN,
                synonyms=_synonyms(name),
            )
        table = _table(ask, name)
        found = _filter(ask, noun, rest, table, own=noun != name and table is not None)
        if found is not None:
            sql, about = found
            return Term(name=name.lower(), filter=sql, table=about, origin=ORIGIN, synonyms=_names(name, noun, about))
    return None


def _readings(sentence: str) -> Iterator[tuple[str, str, str]]:
    """What is defined, the noun that it is about, and by what: ways to read the sentence, likeliest first."""
    for pattern in (_TOLD_AS, _WHEN_ASKED, _TO_GET):
        if (match := pattern.match(sentence)) is not None:
            yield match["name"], match["name"], match["rest"]
    for pattern in (_NOUN_IS, _MEANS_THAT):
        if (match := pattern.match(sentence)) is not None:
            yield match["name"], match["noun"], match["rest"]
    verbed = _VERBED.match(sentence)
    if verbed is not None:
        yield f"{verbed['name']} {verbed['noun']}", verbed["noun"], f"that {verbed['verb']} {verbed['rest']}"
    match = _CONDITION.match(sentence)
    if match is None:
        return
    name, rest = match["name"], match["rest"]
    subject = _SUBJECT.match(rest)
    if subject is not None:
        noun = subject["noun"] if subject["noun"].lower() not in ("one", "ones", "those", "someone", "somebody") else name
        yield name, noun, f"{subject['joint']} {subject['rest']}"
    yield name, name, rest


def _table(ask: Ask, noun: str) -> TableName | None:
    """The linked table that a noun ends in."""
    words = tuple(singular(word) for word in noun.lower().split())
    for table in sorted(ask.linked.tables, key=lambda table: -table.rank):
        own = table_words(table.name.name)
        if own == words[-len(own) :]:
            return table.name
    linked = rematch(noun, ask.linked)
    found = [match for match in linked.matches if match.kind == "table" and match.score >= 0.7 and match.end == len(linked.tokens)]
    return max(found, key=lambda match: match.score).table if found else None


def _filter(ask: Ask, noun: str, rest: str, table: TableName | None, *, own: bool) -> tuple[str, TableName] | None:
    """The condition of "NOUN that REST" as SQL, and the table that it is about; None where a word of it is not understood."""
    said = noun.lower().rsplit(maxsplit=1)[-1]
    head = table_words(table.name)[-1] if table is not None else singular(said)
    if own and singular(said) not in table_words(table.name if table is not None else head):
        rest = f"are {said}s {rest}"
    rest = re.sub(r"^(?:its|their|his or her)\b", "whose", rest, flags=re.IGNORECASE)
    opened = re.match(r"(that|who|which|whose|with|without|having|where|in|from|of)\b", rest, re.IGNORECASE)
    text = f"Which {head}s {rest if opened else f'that {rest}'}"
    schema = Schema(ask.linked)
    p = Parse(chunks_of(rematch(text, ask.linked), ask.clock), schema, ask.clock)
    recognise(p)
    about = p.frame.subject or table
    if about is None or not everything_taken(p) or p.frame.having or p.frame.limit is not None:
        return None
    preds = conditions(p, about)
    if not preds:
        return None
    judged = tables_of(preds)
    if table is None and not own and len(judged) == 1 and judged[0].key != about.key and schema.to_one(judged[0], about):
        # "a late arrival is a patient who checked in ...": each such visit is one.
        about = judged[0]
    try:
        return Renderer(schema, ask.dialect, ask.clock).condition(about, preds), about
    except NoWay:
        return None


def _synonyms(name: str) -> tuple[str, ...]:
    """The name without what stands in brackets."""
    plain = re.sub(r"\([^)]*\)", "", name).strip().lower()
    return (plain,) if plain != name.lower() else ()


def _names(name: str, noun: str, table: TableName) -> tuple[str, ...]:
    """ "chronic" and "chronic prescription"; of "idle customer" also "idle"."""
    said, head = name.lower().split(), table_words(table.name)[-1]
    own = {singular(word) for word in noun.lower().split()} | {head}
    if singular(said[-1]) in own and len(said) > 1:
        return (" ".join(said[:-1]),)
    return (f"{name.lower()} {head}", f"{name.lower()} {noun.lower()}") if singular(said[-1]) not in own else ()
