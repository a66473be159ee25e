"""A gold and its mutant in, whether they can be seen to mean the same: by their text, by keys, by what the measure looks at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import Enum

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from sqlcoder_core.evaluation.fuzz.frames import Atom, Frame, Reader, Var, reads, var
from sqlcoder_core.evaluation.fuzz.golds import facts_of, frames_in
from sqlcoder_core.evaluation.fuzz.linked import looks_like_key, with_links
from sqlcoder_core.evaluation.fuzz.mutants import Mutant
from sqlcoder_core.evaluation.fuzz.shape import Shape
from sqlcoder_core.evaluation.fuzz.wishes import conjuncts


class Same(Enum):
    """What two queries have in common on every database: nothing that is seen, the set of their rows, or the rows themselves."""

    NO = "no"
    SET = "set"
    ROWS = "rows"


class Likeness:
    """Mutants of one gold, held against it. NO only says that nothing was seen: the rest is for a person, or a proof."""

    def __init__(self, gold: exp.Expr, shape: Shape, dialect: str) -> None:
        self._gold = gold
        self._dialect = dialect
        names = {name for table in shape.tables.values() for name in table.fields}
        self._sure = names - {name for table in shape.tables.values() for name, one in table.fields.items() if one.nulls}
        self._text = self._plain(gold)
        self._set = self._plain(gold, duplicates=False)
        shape = with_links(shape, facts_of([gold], shape, datetime(2024, 1, 1)))
        reader = Reader(shape)
        block = reader.block(gold)
        self._frames = list(frames_in(block, reader)) if block is not None else []

    def of(self, mutant: Mutant) -> Same:
        """Seen without running."""
        try:
            tree = parse_one(mutant.sql, dialect=self._dialect)
        except SqlglotError:
            return Same.NO
        if self._plain(tree) == self._text or self._by_keys(tree, mutant.kind):
            return Same.ROWS
        return Same.SET if self._plain(tree, duplicates=False) == self._set else Same.NO

    def _plain(self, tree: exp.Expr, *, duplicates: bool = True) -> str:
        """Text with what makes no difference taken out; without `duplicates` also DISTINCT and UNION ALL of the outermost query.

        Columns of whose names none may hold NULL are all counted alike, where no outer join brings NULLs in.
        """
        copy = tree.copy()
        for order in list(copy.find_all(exp.Order)):
            if order.parent is not copy and isinstance(order.parent, exp.Select) and order.parent.args.get("limit") is None:
                order.pop()
        for select in copy.find_all(exp.Select):
            if _dropped_outside(select):
                select.set("distinct", None)
        if not any(join.side for join in copy.find_all(exp.Join)):
            for count in list(copy.find_all(exp.Count)):
                if isinstance(count.this, exp.Column) and count.this.name.lower() in self._sure:
                    count.set("this", exp.Star())
        if not duplicates:
            _without_duplicates(copy)
        return copy.sql(dialect=self._dialect, normalize=True).lower()

    def _by_keys(self, tree: exp.Expr, kind: str) -> bool:
        if kind == "outer join":
            pairs = zip(self._gold.find_all(exp.Join), tree.find_all(exp.Join), strict=False)
            joins = [one for one, other in pairs if one.side != other.side][:1]
            return any(_never_missing(join, frame) for join in joins for frame in self._frames if _holds(frame, join))
        if kind in ("count distinct", "DISTINCT"):
            kinds = (exp.Count,) if kind == "count distinct" else (exp.Distinct,)
            counts = zip(self._gold.find_all(*kinds), tree.find_all(*kinds), strict=False)
            changed_counts = [one for one, other in counts if one != other] or list(self._gold.find_all(*kinds))[:1]
            return any(self._distinct_anyway(one) for one in changed_counts)
        return False

    def _distinct_anyway(self, node: exp.Expr) -> bool:
        """A SELECT from one table that counts or puts out its key."""
        select = node.find_ancestor(exp.Select)
        frame = next((one for one in self._frames if one.select is select), None)
        if frame is None or len(frame.sources) != 1:
            return False
        shown = frame.select.expressions if isinstance(node, exp.Distinct) else list(node.find_all(exp.Column))
        cells = [cell for one in shown if (cell := var(one, frame)) is not None]
        names = {cell.column for cell in cells}
        return any(set(key) <= names for cell in cells[:1] for key in cell.atom.table.keys)


def _holds(frame: Frame, join: exp.Join) -> bool:
    return any(one is join for one in frame.joined)


def _never_missing(join: exp.Join, frame: Frame) -> bool:
    """A join that finds a partner for every row: along a reference that is never NULL, or because a later condition wants one."""
    partner = frame.sources.get(join.this.alias_or_name.lower())
    if not isinstance(partner, Atom):
        return False
    return _wanted_later(partner, join, frame) or _always_found(partner, join, frame)


def _wanted_later(partner: Atom, join: exp.Join, frame: Frame) -> bool:
    place = next(at for at, one in enumerate(frame.joined) if one is join)
    later = [one.args["on"] for one in frame.joined[place + 1 :] if not one.side and one.args.get("on") is not None]
    where = frame.select.args.get("where")
    for condition in [*later, *([where.this] if where is not None else [])]:
        for node in conjuncts(condition):
            if isinstance(node, _REFUSES_NULL) and any(cell.atom == partner for cell in reads(node, frame)):
                return True
    return False


_REFUSES_NULL = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Like, exp.ILike, exp.Between, exp.In)


def _always_found(partner: Atom, join: exp.Join, frame: Frame) -> bool:
    nodes = list(conjuncts(join.args["on"])) if join.args.get("on") is not None else []
    pairs = list(_pairs(nodes, partner, frame))
    if not nodes or len(pairs) != len(nodes):
        return False
    child = pairs[0][0].atom
    theirs = {(mine.column, other.column) for mine, other in pairs}
    for reference in child.table.references:
        declared = set(zip(reference.columns, reference.to_columns, strict=True))
        if reference.to == partner.table.key and theirs == declared and all(cell.atom == child for cell, _ in pairs):
            return not any(child.table.fields[name].nulls for name in reference.columns) and not _own_nulls(child, partner)
    same = child.table is partner.table and all(mine == other and looks_like_key(child.table, mine) for mine, other in theirs)
    return same and child != partner


def _own_nulls(child: Atom, partner: Atom) -> bool:
    """References to the same table start somewhere with NULL."""
    return child.table is partner.table


def _pairs(nodes: list[exp.Expr], partner: Atom, frame: Frame) -> Iterator[tuple[Var, Var]]:
    """(child's cell, partner's cell) of equalities."""
    for node in nodes:
        if isinstance(node, exp.EQ):
            left, right = var(node.this, frame), var(node.expression, frame)
            if left is not None and right is not None and (left.atom == partner) != (right.atom == partner):
                yield (right, left) if left.atom == partner else (left, right)


def _dropped_outside(select: exp.Select) -> bool:
    """Duplicates of this SELECT are dropped, or do not matter, where its rows go."""
    around = select.parent.parent if isinstance(select.parent, exp.Subquery) else select.parent
    if select.args.get("limit") is not None:
        return False
    return isinstance(around, exp.In | exp.Exists) or (isinstance(around, exp.SetOperation) and bool(around.args.get("distinct")))


def _without_duplicates(tree: exp.Expr) -> None:
    """Duplicates matter to LIMIT, so under one they stay."""
    if tree.args.get("limit") is not None:
        return
    if isinstance(tree, exp.Select):
        tree.set("distinct", None)
    elif isinstance(tree, exp.Union):
        tree.set("distinct", True)
        _without_duplicates(tree.this)
        _without_duplicates(tree.expression)
