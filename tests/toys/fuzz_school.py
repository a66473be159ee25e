"""A small school for fuzzed databases: composite keys, a reference to its own table, one-to-one, a circle of references."""

from __future__ import annotations

from sqlcoder_core.evaluation.records import Base
from sqlcoder_core.values.catalog import Column, ColumnKind, Relationship, Table, TableName


def _table(name: str, columns: str, key: tuple[str, ...] = (), unique: tuple[tuple[str, ...], ...] = ()) -> Table:
    """`columns` are `name:kind` words, a `?` at the end for one that may be NULL, a `!` for NOT NULL."""
    kinds: dict[str, ColumnKind] = {"i": "integer", "n": "number", "t": "text", "d": "date", "s": "timestamp", "b": "boolean"}
    found = []
    for word in columns.split():
        plain, kind = word.rstrip("?!").split(":")
        found.append(Column(name=plain, kind=kinds[kind], nullable={"?": True, "!": False}.get(word[-1])))
    return Table(name=TableName(name=name), columns=tuple(found), primary_key=key, unique_keys=unique)


def _refers(left: str, columns: tuple[str, ...], right: str, to: tuple[str, ...]) -> Relationship:
    return Relationship(left=TableName(name=left), left_columns=columns, right=TableName(name=right), right_columns=to)


SCHOOL = Base(
    name="school",
    dialect="sqlite",
    tables=(
        _table("enrolment", "student_id:i course:t term:i mark:n?", ("student_id", "course", "term")),
        _table("course", "code:t term:i title:t! room:t?", ("code", "term")),
        _table("student", "id:i email:t! name:t city:t? born:d mentor_id:i?", ("id",), (("email",),)),
        _table("badge", "student_id:i colour:t", ("student_id",)),
        _table("head", "id:i department_id:i! name:t", ("id",)),
        _table("department", "id:i head_id:i? name:t", ("id",)),
    ),
    relationships=(
        _refers("enrolment", ("student_id",), "student", ("id",)),
        _refers("enrolment", ("course", "term"), "course", ("code", "term")),
        _refers("student", ("mentor_id",), "student", ("id",)),
        _refers("badge", ("student_id",), "student", ("id",)),
        _refers("head", ("department_id",), "department", ("id",)),
        _refers("department", ("head_id",), "head", ("id",)),
    ),
)
GOLD = (
    "SELECT s.city, count(*) FROM student AS s JOIN enrolment AS e ON e.student_id = s.id "
    "WHERE e.mark > 4.5 AND s.city <> 'Oslo' GROUP BY s.city"
)
