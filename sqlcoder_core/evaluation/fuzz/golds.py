"""Gold queries in, what instances must know of them out: tables read, constants by column, columns that are compared with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from sqlcoder_core.errors import UsageError
from sqlcoder_core.evaluation.fuzz.frames import Atom, Block, Both, Frame, Reader, Var, projections, reads, var
from sqlcoder_core.evaluation.fuzz.moments import Unknown
from sqlcoder_core.evaluation.fuzz.neighbours import Constant
from sqlcoder_core.evaluation.fuzz.predicate import constant
from sqlcoder_core.evaluation.fuzz.shape import Shape

Place = tuple[str, str]
"""(table key, column), both in lower case."""
COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_PATTERNS = (exp.Like, exp.ILike)
_PARTS = (exp.Year, exp.Month, exp.Day, exp.Quarter, exp.Week)


@dataclass(slots=True)
class Facts:
    """What golds say of columns. `tables` are read by some gold; `links` pairs columns that are compared or set side by side."""

    tables: dict[str, None] = field(default_factory=dict)
    constants: dict[Place, list[Constant]] = field(default_factory=dict)
    links: list[tuple[Place, Place]] = field(default_factory=list)
    nulls: set[Place] = field(default_factory=set)


def parsed(golds: Sequence[str], dialect: str) -> list[exp.Expr]:
    """The trees of those golds that can be read. Raises UsageError where none can."""
    trees: list[exp.Expr] = []
    why = "it is empty"
    for text in golds:
        try:
            tree = parse_one(text, dialect=dialect)
        except (SqlglotError, RecursionError) as error:
            why = str(error).splitlines()[0]
            continue
        if isinstance(tree, exp.Query):
            trees.append(tree)
        else:
            why = "it is no query"
    if golds and not trees:
        raise UsageError(f"the gold SQL cannot be read: {why}", hint=f"it must be one {dialect} SELECT")
    return trees


def reads_clock(trees: Sequence[exp.Expr]) -> bool:
    """True when a gold speaks of the current day: its rows depend on when it is run."""
    clocks = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentDatetime)
    return any(tree.find(*clocks) or any(_is_now(one) for one in tree.find_all(exp.Literal, exp.Anonymous)) for tree in trees)


def facts_of(trees: Sequence[exp.Expr], shape: Shape, now: datetime) -> Facts:
    """Everything that the golds together say."""
    facts = Facts()
    for tree in trees:
        block = Reader(shape).block(tree)
        if block is not None:
            _note_block(block, Reader(shape), facts, now)
    return facts


def parts_of(frame: Frame) -> Iterator[exp.Expr]:
    """The expressions of one SELECT: its output, conditions, grouping and order, without what stands in FROM."""
    select = frame.select
    yield from select.expressions
    yield from (join.args["on"] for join in frame.joined if join.args.get("on") is not None)
    yield from (select.args[name] for name in ("where", "group", "having", "qualify", "order") if select.args.get(name) is not None)


def frames_in(block: Block, reader: Reader) -> Iterator[Frame]:
    """Every SELECT of a query, those of derived tables and subqueries too."""
    for frame in block.frames():
        yield frame
        for source in frame.sources.values():
            if not isinstance(source, Atom):
                yield from frames_in(source, reader)
        for part in parts_of(frame):
            for query in inner_queries(part):
                inner = reader.block(query, frame, frame.ctes)
                if inner is not None:
                    yield from frames_in(inner, reader)


def inner_queries(node: exp.Expr) -> Iterator[exp.Query]:
    """The queries that stand directly in an expression."""
    for one in node.walk(prune=lambda one: isinstance(one, exp.Query)):
        if isinstance(one, exp.Query):
            yield one


def joined_columns(join: exp.Join, frame: Frame) -> Iterator[tuple[Var, Var]]:
    """Pairs of cells that USING makes equal."""
    for name in join.args.get("using") or ():
        cells = []
        for alias in frame.sources:
            cell = var(exp.column(name.name, table=alias), frame)
            if cell is not None:
                cells.append(cell)
        yield from pairwise(cells)


def part_name(node: exp.Expr) -> str:
    """Which part of a date a comparison is about ("year", "%m"); empty where about none."""
    for one in node.find_all(*_PARTS, exp.Extract, exp.TimeToStr, exp.Anonymous):
        if isinstance(one, exp.TimeToStr):
            return str(one.args["format"].name)
        if isinstance(one, exp.Extract):
            return one.name.lower()
        if isinstance(one, exp.Anonymous) and one.name.lower() in ("date_part", "datepart", "date_trunc"):
            return str(one.expressions[0].name).lower() if one.expressions else ""
        if isinstance(one, _PARTS):
            return type(one).__name__.lower()
    return ""


def _note_block(block: Block, reader: Reader, facts: Facts, now: datetime) -> None:
    if isinstance(block, Both):
        _note_block(block.left, reader, facts, now)
        _note_block(block.right, reader, facts, now)
        for left, right in zip(projections(block.left), projections(block.right), strict=False):
            _link(var(*left), var(*right), facts)
        return
    _note_frame(block.frame, reader, facts, now)


def _note_frame(frame: Frame, reader: Reader, facts: Facts, now: datetime) -> None:
    for source in frame.sources.values():
        if isinstance(source, Atom):
            facts.tables[source.table.key] = None
        else:
            _note_block(source, reader, facts, now)
    for join in frame.joined:
        for left, right in joined_columns(join, frame):
            _link(left, right, facts)
    for part in parts_of(frame):
        for node in part.walk(prune=lambda one: isinstance(one, exp.Query)):
            _note_condition(node, frame, facts, now)
        for query in inner_queries(part):
            _note_inner(query, frame, reader, facts, now)


def _note_inner(query: exp.Query, frame: Frame, reader: Reader, facts: Facts, now: datetime) -> None:
    block = reader.block(query, frame, frame.ctes)
    if block is None:
        return
    _note_block(block, reader, facts, now)
    holder = query.parent
    outer = holder.this if isinstance(holder, exp.In | exp.EQ | exp.NEQ) else None
    output = projections(block)
    if outer is not None and outer is not query and len(output) == 1:
        _link(var(outer, frame), var(*output[0]), facts)


def _note_condition(node: exp.Expr, frame: Frame, facts: Facts, now: datetime) -> None:
    if isinstance(node, exp.EQ):
        _link(var(node.this, frame), var(node.expression, frame), facts)
    if isinstance(node, exp.Sum | exp.Avg) and (cell := var(node.this, frame)) is not None:
        facts.constants.setdefault(_place(cell), []).append(Constant(None, summed=True))
    if isinstance(node, exp.Is) and (cell := var(node.this, frame)) is not None:
        facts.nulls.add(_place(cell))
    sides = _sides(node)
    if not sides or node.find(exp.Count):
        return
    cells = reads(node, frame)
    if len(cells) != 1:
        return
    part, folds = part_name(node), node.find(exp.Lower, exp.Upper, exp.ILike, exp.Collate) is not None
    for side in sides:
        if not reads(side, frame):
            for value in _values(side, frame, now):
                facts.constants.setdefault(_place(cells[0]), []).append(Constant(value, isinstance(node, _PATTERNS), part, folded=folds))


def _sides(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, (*COMPARISONS, *_PATTERNS)):
        return [node.this, node.expression]
    if isinstance(node, exp.Between):
        return [node.args["low"], node.args["high"]]
    return list(node.expressions) if isinstance(node, exp.In) else []


def _values(side: exp.Expr, frame: Frame, now: datetime) -> list[object]:
    try:
        value = constant(side, frame, now)
        return [] if value is None else [value]
    except Unknown:
        found = side.find_all(exp.Literal) if not isinstance(side, exp.Query) else ()
        return [
            one.this if one.is_string else float(one.this) for one in found if one.find_ancestor(exp.Query) is side.find_ancestor(exp.Query)
        ]


def _link(left: Var | None, right: Var | None, facts: Facts) -> None:
    if left is not None and right is not None and _place(left) != _place(right):
        facts.links.append((_place(left), _place(right)))


def _place(cell: Var) -> Place:
    return cell.atom.table.key, cell.column


def _is_now(node: exp.Expr) -> bool:
    return node.name.lower() in ("now", "today") and (isinstance(node, exp.Anonymous) or isinstance(node.parent, exp.Func))
