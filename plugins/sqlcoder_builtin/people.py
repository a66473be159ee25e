"""Which tables hold people, by their columns or by how they are called."""

from __future__ import annotations

from sqlcoder_builtin.schema import Schema
from sqlcoder_core.api import TableName, name_words, table_words

_COLUMNS = frozenset(
    {"gender", "sex", "birth", "birthday", "birthdate", "dob", "surname", "lastname", "firstname", "forename", "nationality"}
)
_NAMES = ({"first", "name"}, {"last", "name"}, {"full", "name"}, {"f", "name"}, {"given", "name"}, {"family", "name"}, {"display", "name"})
_WEAK = frozenset({"age", "salary", "email"})
_WORDS = frozenset(
    "person people staff guest host pilot member individual client judge crew party cust emp personnel patron user employee".split()
)
_ENDINGS = ("er", "or", "ist", "ian", "ee", "ant", "man", "woman", "ent")
_THINGS = frozenset(
    "center order number chapter semester quarter letter paper theater server computer color floor door sector document department"
    " shipment payment appointment event account plant treatment equipment investment assignment incident folder offer flower"
    " meter charter transfer container filter printer router register counter parameter tier trailer poster ledger layer border"
    " component content comment segment agreement instrument experiment element apartment environment statement complaint restaurant"
    " engagement enrolment enrollment endorsement motor sensor reactor monitor error factor variant grant consent job".split()
)


def is_people(schema: Schema, table: TableName) -> bool:
    """True where the rows of a table are people."""
    columns = [set(name_words(column.name)) for column in schema.table(table).columns]
    if any(found & _COLUMNS or any(names <= found for names in _NAMES) for found in columns):
        return True
    word = table_words(table.name)[-1]
    if word in _THINGS:
        return False
    return word in _WORDS or word.endswith(_ENDINGS) or (any(found & _WEAK for found in columns) and _alive(columns))


def _alive(columns: list[set[str]]) -> bool:
    """Rows with a name, that are not described by what has no age or pay: a film's rating, an offer's date, a company's site."""
    named = any("name" in found for found in columns)
    things = {"rating", "title", "website", "price", "currency", "decision", "industry"}
    return named and not any(found & things for found in columns)
