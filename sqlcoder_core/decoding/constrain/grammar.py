"""A dialect in, a Lark grammar for llguidance out: one read-only SELECT statement, without comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from sqlcoder_core.decoding.constrain.dialects import Dialect, dialect_of
from sqlcoder_core.decoding.constrain.functions import AGGREGATES, RANKINGS, functions
from sqlcoder_core.decoding.constrain.words import LETTERS, LOOSE_UNITS, UNITS, not_implicit, reserved

# `o` is white space that may be left out, `W` white space that may not: between two words nothing else keeps them apart.
_STATEMENT: Final = r"""
start: o statement o (";" o)? FENCE
statement: (with o)? query
with: "with"i W RECURSIVE cte (o "," o cte)*
cte: name (o "(" o names o ")")? W "as"i W MATERIALIZED "(" o statement o ")"
query: term (W set_word W term)* (W order)? (W limit)?
term: select | PARENS_TERM
set_word: SET_WORDS
select: "select"i W (quantifier W)? items (W "from"i W sources (W where)?)? (W group)? (W having)? QUALIFY
quantifier: "distinct"i | "all"i DISTINCT_ON
items: item (o "," o item)*
item: star | expr (W "as"i W name | W implicit)?
star: (name ".")? "*" STAR_EXCEPT
names: name (o "," o name)*
exprs: expr (o "," o expr)*

sources: source (W join)* (o "," o source (W join)*)*
source: table (W table_alias)? | derived | "(" o source (W join)+ o ")"
table: name ("." name){0,2}
table_alias: "as"i W name | implicit
derived: LATERAL "(" o statement o ")" DERIVED_ALIAS
join: join_word W source (W "on"i W expr | W "using"i o "(" o names o ")") | "cross"i W "join"i W source NATURAL
join_word: "join"i | "inner"i W "join"i | ("left"i|"right"i FULL) W ("outer"i W)? "join"i SEMI

where: "where"i W expr
group: "group"i W "by"i W (exprs ROLLUP)
having: "having"i W expr
order: "order"i W "by"i W keys
keys: key (o "," o key)*
key: expr (W ("asc"i|"desc"i))? NULLS
limit: "limit"i W INTEGER LIMIT FETCH
"""

_EXPRESSION: Final = r"""
expr: both (W "or"i W both)*
both: denied (W "and"i W denied)*
denied: ("not"i W)? test
test: sum (o /=|<>|!=|<=|>=|<|>/ o compared | W "is"i W ("not"i W)? constant | W ("not"i W)? range)? | exists
constant: "null"i | "true"i | "false"i DISTINCT_FROM
compared: sum | ("any"i|"all"i) o "(" o statement o ")"
range: "between"i W sum W "and"i W sum | "in"i o "(" o (statement | exprs) o ")" | like_word W sum LIKE_END
like_word: "like"i LIKES
exists: "exists"i o "(" o statement o ")"
sum: "-"? product (o SUM_SIGN o product)*
product: value (o PRODUCT_SIGN o "-"? value)*
value: atom suffix*
suffix: SUFFIXES
atom: NUMBER | STRING | "null"i | "true"i | "false"i | column | call | case | cast | "(" o (exprs | statement) o ")" ATOMS
column: name ("." name){0,3}
case: "case"i W (expr W)? ("when"i W expr W "then"i W expr W)+ ("else"i W expr W)? "end"i
cast: CAST_WORDS "(" o expr W "as"i W type o ")"
type: TYPE (o "(" o INTEGER (o "," o INTEGER)? o ")")?

call: count | plain | aggregate FILTER (W over)? | RANKING "()" W over | shift W over
count: "count"i "(" o ("*" | "distinct"i W exprs | expr) o ")" FILTER (W over)?
shift: ("lag"i|"lead"i) "(" o expr (o "," o INTEGER (o "," o expr)?)? o ")" | edge
edge: ("first_value"i|"last_value"i) "(" o expr o ")" | "ntile"i "(" o INTEGER o ")"
over: "over"i o "(" o ("partition"i W "by"i W exprs (W order (W frame)?)? | order (W frame)?)? o ")"
frame: ("rows"i|"range"i) W ("between"i W bound W "and"i W bound | before)
bound: before | "unbounded"i W "following"i | INTEGER W "following"i
before: "unbounded"i W "preceding"i | INTEGER W "preceding"i | "current"i W "row"i

o: W?
W: /([ \t\n]|\r\n){1,40}/
NUMBER: /[0-9]{1,15}(\.[0-9]{1,10})?/
INTEGER: /[0-9]{1,6}/
"""

_TYPES: Final = (
    "int integer bigint smallint float real double numeric decimal varchar char text date timestamp boolean string int64 float64 number "
    "signed unsigned datetime time timestamptz"
)


def grammar(dialect: str, *, fence: bool = False) -> str:
    """The grammar in Lark's syntax as llguidance reads it. Names are any that the dialect can write: which of them are real is the scope's.

    `fence`: the answer stands in a fence of backticks and may close it.
    """
    rules = dialect_of(dialect)
    parts = _choices(rules) | _calls(dialect, rules) | {"FENCE": '(o "```")?' if fence else ""}
    text = re.sub(r"\b[A-Z_]{4,}\b", lambda found: parts.get(found[0], found[0]), _STATEMENT + _EXPRESSION)
    lines = "\n".join((text, *_terminals(dialect, rules), *_functions(dialect, rules)))
    return re.sub(r'"([a-z_0-9]+)"i', lambda found: f"/{_folded(found[1])}/", lines)


def _choices(rules: Dialect) -> dict[str, str]:
    """Placeholder -> what the dialect has there."""
    has = rules.has.__contains__
    return {
        "RECURSIVE": '("recursive"i W)?',
        "MATERIALIZED": '(("not"i W)? "materialized"i W)?' if has("lateral") and not has("comma_limit") and not has("exclude") else "",
        "PARENS_TERM": '"(" o statement o ")"' if has("parens") else "select",
        "SET_WORDS": '"union"i W ("all"i|"distinct"i) | ("except"i|"intersect"i) W "distinct"i'
        if has("set_quantifier")
        else '("union"i (W "all"i)? | "except"i | "intersect"i)',
        "QUALIFY": '(W "qualify"i W expr)?' if has("qualify") else "",
        "DISTINCT_ON": '| "distinct"i W "on"i o "(" o exprs o ")"' if has("distinct_on") else "",
        "STAR_EXCEPT": _star_except(rules),
        "LATERAL": '("lateral"i W)?' if has("lateral") else "",
        "DERIVED_ALIAS": "W table_alias" if has("alias_needed") else "(W table_alias)?",
        "NATURAL": '| "natural"i W ("left"i W)? "join"i W source' if not has("set_quantifier") else "",
        "FULL": '| "full"i' if has("full") else "",
        "SEMI": '| ("semi"i|"anti"i) W "join"i' if has("semi") else "",
        "ROLLUP": _groups(rules),
        "NULLS": '(W "nulls"i W ("first"i|"last"i))?' if has("nulls") else "",
        "LIMIT": '(W "offset"i W INTEGER)?' + (' | "limit"i W INTEGER o "," o INTEGER' if has("comma_limit") else ""),
        "FETCH": ' | "offset"i W INTEGER (W "limit"i W INTEGER)?' * has("offset_first")
        + ' | ("offset"i W INTEGER W "rows"i W)? "fetch"i W ("first"i|"next"i) W INTEGER W ("rows"i|"row"i) W "only"i' * has("fetch"),
        "DISTINCT_FROM": '| "distinct"i W "from"i W sum' if has("distinct_from") else "",
        "LIKE_END": '(W "escape"i W STRING)?' if not has("set_quantifier") else "",
        "LIKES": _likes(rules),
        "PRODUCT_SIGN": r"(/[*\/%]/" + (' | "//")' if has("integer_division") else ")"),
        "SUM_SIGN": r"(/[+\-]/ | " + '"||")',
        "SUFFIXES": _suffixes(rules),
        "CAST_WORDS": '("cast"i|"try_cast"i)' if has("try_cast") else '("cast"i|"safe_cast"i)' if has("safe_cast") else '"cast"i',
    }  # fmt: skip


def _star_except(rules: Dialect) -> str:
    if "exclude" in rules.has:
        return '(W "exclude"i W? "(" o names o ")")?'
    return '(W "except"i o "(" o names o ")")?' if "except_columns" in rules.has else ""


def _groups(rules: Dialect) -> str:
    more = ['"all"i'] * ("all_groups" in rules.has)
    if "rollup" in rules.has:
        more += ['("rollup"i|"cube"i) o "(" o exprs o ")"']
    if "with_rollup" in rules.has:
        more += ['exprs W "with"i W "rollup"i']
    return "".join(f"| {each}" for each in more)


def _likes(rules: Dialect) -> str:
    more = [f'| "{word}"i' for word in ("ilike", "glob", "regexp") if word in rules.has]
    return " ".join(more + ['| "similar"i W "to"i'] * ("similar" in rules.has))


def _suffixes(rules: Dialect) -> str:
    found = ['o "::" o type'] if "cast_sign" in rules.has else []
    if "zone" in rules.has:
        found.append('W "at"i W "time"i W "zone"i W STRING')
    if "json" in rules.has:
        found.append('o ("->>" | "->") o STRING')
    return " | ".join(found) or 'W "never that"'


def _calls(dialect: str, rules: Dialect) -> dict[str, str]:
    atoms = ['| "current_date"i | "current_timestamp"i'] if dialect != "bigquery" else ['| "current_date"i']
    if "date_literal" in rules.has:
        atoms.append('| ("date"i|"timestamp"i) W DATE_TEXT')
    if rules.intervals:
        atoms.append("| interval")
    if dialect != "sqlite":
        atoms.append('| "extract"i "(" o UNIT W "from"i W sum o ")"')
    return {
        "ATOMS": " ".join(atoms),
        "FILTER": '(W "filter"i o "(" o where o ")")?' if "filter" in rules.has else "",
    }


def _functions(dialect: str, rules: Dialect) -> Iterator[str]:
    """Rules `plain`, `aggregate` and `interval`, and the terminals of function names."""
    plain, aggregate = [], ['AGGREGATE "(" o ("distinct"i W)? expr o ")"']
    order = "(W order)?" if "agg_order" in rules.has else ""
    for made, (takes, names) in enumerate(functions(dialect).items()):
        terminal = f"FUNCTION_{made}"
        yield f"{terminal}: /({_any(names)})/"
        if takes == "agg":
            aggregate.append(f'{terminal} "(" o expr o ")"')
        elif takes == "agg-2":
            aggregate.append(f'{terminal} "(" o expr o "," o expr o ")"')
        elif takes == "agg-order":
            aggregate += _joining(terminal, order, rules)
        elif takes == "within-list":
            aggregate.append(f'{terminal} "(" o ("distinct"i W)? expr o "," o STRING o ")" W "within"i W "group"i o "(" o order o ")"')
        elif takes == "within":
            aggregate.append(f'{terminal} "(" o NUMBER o ")" W "within"i W "group"i o "(" o order o ")"')
        else:
            plain.append(f'{terminal} "(" {_arguments(takes)} ")"')
    yield "plain: " + " | ".join(plain)
    yield "aggregate: " + " | ".join(aggregate)
    yield "interval: " + " | ".join(_intervals(rules))
    yield f"AGGREGATE: /({_any(AGGREGATES.split())})/"
    yield f"RANKING: /({_any(RANKINGS.split())})/"


def _joining(terminal: str, order: str, rules: Dialect) -> list[str]:
    if "separator" in rules.has:
        return [f'{terminal} "(" o ("distinct"i W)? expr (W order)? (W "separator"i W STRING)? o ")"']
    return [f'{terminal} "(" o expr (o "," o STRING)? {order} o ")"', f'{terminal} "(" o "distinct"i W expr o ")"']


def _arguments(takes: str) -> str:
    """`2-3` -> two or three expressions; `1U` -> an expression and a unit."""
    if takes == "0":
        return ""
    if takes == "i":
        return 'o expr o "," o interval o'
    if "U" in takes:
        return "o " + ' o "," o '.join("UNIT" if each == "U" else "expr" for each in takes) + " o"
    least, _, most = takes.rstrip("+").partition("-")
    more = '(o "," o expr)'
    extra = f"{more}*" if takes.endswith("+") else f"{more}?" * (int(most or least) - int(least))
    return f"o expr {f' {more}' * (int(least) - 1)} {extra} o"


def _intervals(rules: Dialect) -> list[str]:
    found = ['"interval"i W INTERVAL_TEXT'] if "text" in rules.intervals else []
    if "text_unit" in rules.intervals:
        found.append('"interval"i W NUMBER_TEXT W UNIT')
    if "number_unit" in rules.intervals:
        found += ['"interval"i W INTEGER W UNIT', '"interval"i W NUMBER_TEXT W UNIT']
    return found or ['"interval"i W INTERVAL_TEXT']


def _terminals(dialect: str, rules: Dialect) -> Iterator[str]:
    plain = f"/[{LETTERS}][{LETTERS}0-9]{{0,127}}/"
    yield "name: NAME | QUOTED"
    yield "implicit: IMPLICIT | QUOTED"
    yield f"NAME: {plain} & ~/({_any(reserved(dialect))})/"
    yield f"IMPLICIT: {plain} & ~/({_any(not_implicit(dialect))})/"
    yield f"QUOTED: /{'|'.join(_quoted_name(sign, rules) for sign in rules.names)}/"
    yield f"STRING: /{'|'.join(_string(sign, rules) for sign in rules.strings)}/"
    yield r"DATE_TEXT: /'[12][0-9]{3}-[01][0-9]-[0-3][0-9]( [0-2][0-9]:[0-5][0-9](:[0-5][0-9])?)?'/"
    units = _any(UNITS)
    yield rf"INTERVAL_TEXT: /'-?[0-9]{{1,5}} ({units})s?'/"
    yield r"NUMBER_TEXT: /'-?[0-9]{1,5}'/"
    yield f"UNIT: /({_any(LOOSE_UNITS if 'loose_units' in rules.has else UNITS)})/"
    yield f"TYPE: /({_any(_types(dialect))})/"


def _types(dialect: str) -> Iterable[str]:
    """Types that the dialect can cast to."""
    own = {
        "mysql": "signed unsigned char date datetime decimal time",
        "bigquery": "int64 float64 string date datetime timestamp numeric bool",
        "sqlite": "integer real text numeric",
    }
    return own.get(dialect, _TYPES).split()


def _string(sign: str, rules: Dialect) -> str:
    escaped = rf"|{sign}{sign}" * rules.doubled + r"|\\[^'\"\p{C}]" * rules.backslash
    backslash = r"\\" * rules.backslash
    return rf"{sign}([^{sign}{backslash}\p{{C}}\u2028\u2029]{escaped}){{0,200}}{sign}"


def _quoted_name(sign: str, rules: Dialect) -> str:
    close = "]" if sign == "[" else sign
    doubled = "" if sign == "[" or not rules.doubled else f"|{close}{close}"
    return rf"\{sign}([^\{sign}\{close}\\\p{{C}}\u2028\u2029]{doubled}){{1,127}}\{close}"


def _any(names: Iterable[str]) -> str:
    return "|".join(map(_folded, sorted(names)))


def _folded(word: str) -> str:
    """A word in any case, ASCII letters only: case folding of regular expressions takes a long s for an s."""
    return "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in word)
