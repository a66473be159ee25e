"""What one gold field stands for, by sql-eval's rules."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.evaluation.gold import acceptable

CASES = [
    ("SELECT 1", ["SELECT 1"]),
    ("SELECT 1;", ["SELECT 1"]),
    (" SELECT 1 ;\n SELECT 2;; ", ["SELECT 1", "SELECT 2"]),
    ("SELECT 1; SELECT 1", ["SELECT 1"]),
    ("", []),
    ("SELECT {a, b} FROM t", ["SELECT a FROM t", "SELECT b FROM t", "SELECT a, b FROM t"]),
    ("SELECT {a,b} FROM t", ["SELECT a FROM t", "SELECT b FROM t", "SELECT a, b FROM t"]),
    (
        "SELECT {t.a, t.b}, count(*) FROM t GROUP BY {}",
        [
            "SELECT t.a, count(*) FROM t GROUP BY t.a",
            "SELECT t.b, count(*) FROM t GROUP BY t.b",
            "SELECT t.a, t.b, count(*) FROM t GROUP BY t.a, t.b",
        ],
    ),
    ("SELECT {a} FROM t GROUP BY {} HAVING 1 = 1", ["SELECT a FROM t GROUP BY a HAVING 1 = 1"]),
    ("SELECT {a, b, c}", ["SELECT a", "SELECT b", "SELECT c", "SELECT a, b", "SELECT a, c", "SELECT b, c", "SELECT a, b, c"]),
    # Only the first pair is expanded, and a GROUP BY on its left stays as it is.
    ("SELECT {a} FROM (SELECT {b} FROM t)", ["SELECT a FROM (SELECT {b} FROM t)"]),
    ("WITH x AS (SELECT 1 GROUP BY {}) SELECT {a}", ["WITH x AS (SELECT 1 GROUP BY ) SELECT {a}"]),
    ("SELECT {a FROM t", ["SELECT {a FROM t"]),
    ("SELECT a} FROM t", ["SELECT a} FROM t"]),
    ("SELECT {a} ; SELECT {b, c}", ["SELECT a", "SELECT b", "SELECT c", "SELECT b, c"]),
]


@pytest.mark.parametrize(("text", "queries"), CASES, ids=[text for text, _ in CASES])
def test_a_gold_stands_for_these_queries(text, queries):
    assert list(acceptable(text)) == queries


NAMES = st.lists(st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,3})?", fullmatch=True), min_size=1, max_size=6, unique=True)


@settings(max_examples=100, deadline=None)
@given(NAMES)
def test_there_is_one_query_for_every_choice_in_written_order(names):
    found = acceptable(f"SELECT {{{', '.join(names)}}}, sum(x) FROM t GROUP BY {{}} ORDER BY 1")
    wanted = {", ".join(chosen) for size in range(1, len(names) + 1) for chosen in combinations(names, size)}
    assert found == tuple(f"SELECT {columns}, sum(x) FROM t GROUP BY {columns} ORDER BY 1" for columns in dict.fromkeys(_lists(found)))
    assert set(_lists(found)) == wanted
    assert len(found) == 2 ** len(names) - 1


def _lists(queries):
    return [query.removeprefix("SELECT ").partition(", sum(x)")[0] for query in queries]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abc {},'\n", max_size=12), max_size=4))
def test_parts_between_semicolons_stand_for_themselves(parts):
    together = acceptable(";".join(parts))
    alone = dict.fromkeys(query for part in parts for query in acceptable(part))
    assert together == tuple(alone)


def test_too_many_choices_are_refused():
    with pytest.raises(ValueError, match="11 choices between braces make 2047 queries"):
        acceptable(f"SELECT {{{', '.join('abcdefghijk')}}} FROM t")
