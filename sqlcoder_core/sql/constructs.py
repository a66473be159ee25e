"""A tree in, nothing out: refuses every construct and function that is not on the allow-list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.allowlist import function_names, node_classes
from sqlcoder_core.sql.lexer import CleanText
from sqlcoder_core.sql.lexical import LEXICAL
from sqlcoder_core.sql.refusal import refused, short
from sqlcoder_core.sql.shape import MAX_SET_OPERATIONS
from sqlcoder_core.sql.tree import span_of
from sqlcoder_core.sql.vocabulary import NEVER_NAMES, NEVER_NAMES_TSQL, SEQUENCE, SESSION, USER_IS_A_FUNCTION, words
from sqlcoder_core.sql.widths import MAX_WIDTH, is_too_wide

MAX_TABLES: Final = 32

_MODIFIERS: Final = words(
    "with_ laterals joins pivots where group having qualify windows distribute sort cluster order limit offset sample"
)
_CLAUSES: Final[dict[type[exp.Expr], frozenset[str]]] = {
    exp.Select: _MODIFIERS | words("kind expressions distinct from_ exclude"),
    exp.Subquery: _MODIFIERS | words("this alias"),
    **{kind: _MODIFIERS | words("this expression distinct by_name side kind on") for kind in (exp.Union, exp.Except, exp.Intersect)},
    exp.Table: words("this alias db catalog laterals joins pivots ordinality sample"),
    exp.Join: words("this on side kind using method match_condition nearest expressions pivots"),
    exp.With: words("expressions recursive"),
    exp.CTE: words("this alias materialized"),
    exp.Lateral: words("this view outer alias cross_apply ordinality"),
    exp.Column: words("this table db catalog join_mark"),
    exp.Pivot: frozenset(exp.Pivot.arg_types) - {"with_"},
}
_TYPES: Final = frozenset(exp.DType) - {
    exp.DType.USERDEFINED,
    exp.DType.XML,
    exp.DType.UNKNOWN,
    exp.DType.FILE,
    exp.DType.REF,
    exp.DType.NAME,
    exp.DType.ROWVERSION,
    exp.DType.SERIAL,
    exp.DType.BIGSERIAL,
    exp.DType.SMALLSERIAL,
}


class Constructs:
    """One walk over one tree."""

    def __init__(self, clean: CleanText, dialect: str, allow_functions: tuple[str, ...]) -> None:
        self.clean = clean
        self.dialect = dialect
        self.extra = frozenset(name.lower() for name in allow_functions)
        self.functions = function_names(dialect)
        self.words = NEVER_NAMES_TSQL if dialect == "tsql" else NEVER_NAMES
        self.tables = self.operations = 0
        self.alias_starts: set[int] = set()

    def check(self, tree: exp.Expr) -> None:
        """Raises Refused at the first construct that is not known to be harmless."""
        allowed = node_classes()
        stack = [tree]
        while stack:
            node = stack.pop()
            kind = type(node)
            if clauses := _CLAUSES.get(kind):
                self._check_clauses(node, clauses)
            if rule := _RULES.get(kind):
                rule(self, node)
            elif kind not in allowed:
                self._check_unknown(node)
            for value in node.args.values():
                if isinstance(value, exp.Expr):
                    stack.append(value)
                elif isinstance(value, list):
                    stack.extend(part for part in value if isinstance(part, exp.Expr))
        self._check_size(tree)
        self._check_quoted_calls(tree)

    def refused(self, code: str, node: exp.Expr, message: str, hint: str | None = None) -> Refused:
        """Raise Refused with the node's place in the given text."""
        raise refused(code, message, span_of(node, self.clean), hint)

    def _check_unknown(self, node: exp.Expr) -> None:
        """A node that is on no list: refuse it, unless it is a function that the user vouches for."""
        if isinstance(node, exp.Func):
            names = [name.lower() for name in node.sql_names()]
            if self.extra.isdisjoint((*names, type(node).__name__.lower())):
                raise self._unknown_function(names[0].replace("_j_s_o_n", "_json").replace("_x_m_l", "_xml"), node)
        elif isinstance(node, exp.ObjectIdentifier):
            raise self.refused("cast-type", node.parent or node, "a cast to a type of the engine's catalog", "cast to text or a number")
        else:
            what = _words(type(node).__name__).upper()
            raise self.refused("statement-node", node, f"{what} is not allowed in a query", "write it with plain SELECT clauses")

    def _unknown_function(self, name: str, node: exp.Expr) -> Refused:
        message = f'the function "{short(name)}" is not on the list of harmless functions of {self.dialect}'
        return self.refused("function-unknown", node, message, "use another one, or list it under guard.allow_functions if it only reads")

    def _check_clauses(self, node: exp.Expr, allowed: frozenset[str]) -> None:
        for name, value in node.args.items():
            if value and name not in allowed:
                raise self.refused(
                    "statement-clause",
                    node,
                    f"the clause {_clause(name)} is not allowed",
                    "leave it out; a query only reads, as things stand",
                )

    def _check_size(self, tree: exp.Expr) -> None:
        if self.tables > MAX_TABLES:
            raise self.refused("statement-size", tree, f"the query names more than {MAX_TABLES} relations", "ask for less in one query")
        if self.operations > MAX_SET_OPERATIONS:
            raise self.refused("statement-size", tree, f"the query has more than {MAX_SET_OPERATIONS} set operations", "use VALUES or IN")

    def _check_quoted_calls(self, tree: exp.Expr) -> None:
        """A quoted name in front of a bracket calls a function of the user's, whatever class the parser gives it."""
        for start, end in self.clean.quoted:
            follows = self.clean.text[end:].lstrip()[:1] if self.clean.text[start] != "'" else ""
            if follows == "(" and start not in self.alias_starts and self.clean.text[start] in LEXICAL[self.dialect].names:
                span = self.clean.given_span(start, end)
                raise refused("function-qualified", "a function with a quoted name", span, "write the name without quotes")

    # ------------------------------------------------------------------ rules, one per kind of node

    def _anonymous(self, node: exp.Expr) -> None:
        if not isinstance(node.this, str):
            raise self.refused("function-qualified", node, "a function with a quoted name", "write the name without quotes")
        qualifier = _qualifier(node)
        name = ".".join((*qualifier, node.this)).lower()
        if qualifier and name not in self.extra:
            raise self.refused(
                "function-qualified", node, f'the function "{short(name)}" is called through a schema', "call a built-in by its plain name"
            )
        if name not in self.functions and name not in self.extra:
            raise self._unknown_function(name, node)
        self._widths(node)

    def _dot(self, node: exp.Expr) -> None:
        if isinstance(node.expression, exp.Func) and not isinstance(node.expression, exp.Anonymous):
            raise self.refused("function-qualified", node, "a function is called through a schema", "call a built-in by its plain name")

    def _table(self, node: exp.Expr) -> None:
        self.tables += 1
        this = node.this
        if isinstance(this, exp.Func) and not isinstance(this, exp.Anonymous) and node.args.get("db"):
            raise self.refused("function-qualified", node, "a function is called through a schema", "call a built-in by its plain name")
        if not isinstance(this, (exp.Identifier, exp.Func)):
            raise self.refused("table-source", node, "a relation must be named by an identifier", "name a table of the catalog")
        for part in (this, node.args.get("db"), node.args.get("catalog")):
            if isinstance(part, exp.Identifier) and part.args.get("quoted") and self._source(part) == "'":
                raise self.refused("table-source", part, "a string stands where a relation should", "name a table of the catalog")

    def _rows(self, node: exp.Expr) -> None:
        if not isinstance(node.this, exp.Func):
            raise self.refused("table-source", node, "TABLE() over something that is not a function call", "name a table of the catalog")

    def _identifier(self, node: exp.Expr) -> None:
        if not node.args.get("quoted") and isinstance(node.this, str) and node.this.lower() in self.words:
            raise self.refused("name-keyword", node, f"{node.this.upper()} is used as a name", "put the name in quotes")

    def _column(self, node: exp.Expr) -> None:
        name = node.this
        if not isinstance(name, exp.Identifier) or name.args.get("quoted"):
            return
        word = name.this.lower()
        if node.args.get("table"):
            if word in SEQUENCE:
                raise self.refused("name-session", node, f"{word} moves a sequence", "put it in quotes if it is a column")
        elif word in SESSION or (word == "user" and self.dialect in USER_IS_A_FUNCTION):
            raise self.refused("name-session", node, f"{word} tells about the session", "put it in quotes if it is a column")

    def _table_alias(self, node: exp.Expr) -> None:
        if node.this and node.args.get("columns"):
            self.alias_starts.add(node.this.meta.get("start", -1))

    def _type(self, node: exp.Expr) -> None:
        if node.this not in _TYPES:
            raise self.refused(
                "cast-type",
                node.parent or node,
                "a cast to a type that the guard does not know",
                "cast to text, a number, a date or the like",
            )

    def _in(self, node: exp.Expr) -> None:
        if node.args.get("field") is not None and self.dialect != "duckdb":
            raise self.refused("table-implicit", node, "IN without brackets reads a whole table", "write IN (SELECT ...)")

    def _set_operation(self, node: exp.Expr) -> None:
        self.operations += 1

    def _widths(self, node: exp.Expr) -> None:
        if is_too_wide(node, self.dialect):
            hint = f"write a literal width up to {MAX_WIDTH}, or least(width, {MAX_WIDTH}); in formats below 1000"
            raise self.refused("function-width", node, "a width that is computed, or very large", hint)

    def _source(self, node: exp.Identifier) -> str:
        start = node.meta.get("start")
        return self.clean.text[start] if isinstance(start, int) else ""


_RULES: Final[dict[type[exp.Expr], Callable[[Constructs, exp.Expr], None]]] = {
    exp.Anonymous: Constructs._anonymous,
    exp.Dot: Constructs._dot,
    exp.Table: Constructs._table,
    exp.TableFromRows: Constructs._rows,
    exp.Identifier: Constructs._identifier,
    exp.Var: Constructs._identifier,
    exp.Column: Constructs._column,
    exp.DataType: Constructs._type,
    exp.TableAlias: Constructs._table_alias,
    exp.In: Constructs._in,
    exp.Union: Constructs._set_operation,
    exp.Except: Constructs._set_operation,
    exp.Intersect: Constructs._set_operation,
    exp.Pad: Constructs._widths,
    exp.Repeat: Constructs._widths,
    exp.Space: Constructs._widths,
    exp.Format: Constructs._widths,
    exp.NumberToStr: Constructs._widths,
}


def _qualifier(call: exp.Expr) -> tuple[str, ...]:
    """The names in front of a function call, outermost first."""
    parent = call.parent
    if isinstance(parent, exp.Table):
        return tuple(part.name for part in (parent.args.get("catalog"), parent.args.get("db")) if part)
    if isinstance(parent, exp.Dot) and parent.expression is call:
        return tuple(part.name for part in parent.this.flatten()) if isinstance(parent.this, exp.Dot) else (parent.this.name,)
    return ()


def _words(name: str) -> str:
    return "".join(f" {char}" if char.isupper() and index else char for index, char in enumerate(name))


def _clause(name: str) -> str:
    return {
        "locks": "FOR UPDATE or SHARE",
        "into": "INTO",
        "only": "ONLY",
        "rows_from": "ROWS FROM",
        "when": "AT",
        "hints": "of table hints",
    }.get(name, name.strip("_").replace("_", " ").upper())
