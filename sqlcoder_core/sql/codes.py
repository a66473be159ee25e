"""Every reason for which the guard refuses, as stable codes with one sentence each."""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, str]] = {
    "text-empty": "there is no SQL in the text",
    "text-size": "the text is longer than the guard reads, or has more tokens",
    "text-character": "a character that is invisible, changes the reading direction or looks like another one",
    "text-template": "template marks ({{, {%, {#) outside strings; model text never reaches a template engine",
    "text-comment": "a comment that engines read differently: nested, unterminated, executable or a hint",
    "text-quote": "quoting that engines read differently: prefixed, glued, unterminated, dollar or foreign quotes",
    "text-operator": "a character or operator that this dialect does not have",
    "text-depth": "brackets that do not match, or are nested too deep",
    "text-chain": "the same word or sign too many times in a row",
    "statement-several": "more than one statement",
    "statement-kind": "a statement that is not a query",
    "statement-syntax": "SQL that cannot be parsed",
    "statement-disagreement": "SQL that two readers take apart differently",
    "statement-node": "a construct that the guard does not know to be harmless",
    "statement-clause": "a clause that locks, writes, reads at another time or hints at the engine",
    "statement-size": "more tables or set operations than an engine should plan",
    "name-keyword": "a statement's first word used as a bare name",
    "name-session": "a bare word by which the engine tells about the server or the session",
    "function-unknown": "a function that is not on the list of harmless ones",
    "function-qualified": "a function called through a schema, or with a quoted name",
    "function-width": "a width that makes one value very large",
    "cast-type": "a cast to a type that looks into the catalog or belongs to an extension",
    "table-unknown": "a relation that the catalog does not have",
    "table-ambiguous": "a name that means several relations",
    "table-system": "a relation in which the engine keeps its catalog or statistics",
    "table-hidden": "a relation that is hidden by policy",
    "table-source": "a relation that is not named by an identifier: a file, a string, a variable",
    "table-implicit": "a relation that is read without standing in FROM",
    "column-unknown": "a column that none of the relations named has",
    "column-ambiguous": "a column that several relations have",
    "column-hidden": "a column that is hidden by policy",
    "column-system": "a column in which the engine keeps its own bookkeeping",
    "guard-failed": "a query on which the guard itself stumbled; it counts as refused",
    "dialect-unknown": "a dialect for which the guard has no rules",
}
"""Code -> what it stands for. Codes are never renamed; a code that is no longer given stays listed."""
