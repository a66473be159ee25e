"""Which node classes and functions are harmless, read from `allowlists.json`; whatever is not listed is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sqlglot import exp

_RELATIVES: Final = {"redshift": "postgres", "mariadb": "mysql"}


@cache
def node_classes() -> frozenset[type[exp.Expr]]:
    """Classes of sqlglot that may stand in a tree, functions with a class of their own included."""
    listed = _read()
    return frozenset(getattr(exp, name) for name in (*listed["nodes"], *listed["typed"]))


@cache
def function_names(dialect: str) -> frozenset[str]:
    """Functions that may be called by name, in lower case.

    A dialect without a list of its own gets the names that most of the listed dialects share.
    """
    functions = _read()["functions"]
    if own := functions.get(_RELATIVES.get(dialect, dialect)):
        return frozenset(own)
    return frozenset(name for names in functions.values() for name in names if sum(name in other for other in functions.values()) >= 4)


@cache
def _read() -> Mapping[str, Any]:
    text = files("sqlcoder_core.sql").joinpath("allowlists.json").read_text("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]
