"""Relations and columns against a catalog."""

from __future__ import annotations

import pytest

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.listed import ListedCatalog
from sqlcoder_core.values.catalog import Column, Table, TableName

SHOP = {
    "shop.customers": ["id", "name", "country"],
    "shop.orders": ["id", "customer_id", "total", "ordered_at"],
    "shop.wide": None,
    "secret.orders": ["id", "note"],
}


def refusal(sql: str, dialect: str = "postgres", catalog: ListedCatalog | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        check(sql, dialect, catalog or ListedCatalog(SHOP))
    return caught.value


def tables(sql: str, dialect: str = "postgres", catalog: ListedCatalog | None = None) -> list[str]:
    return [str(name) for name in check(sql, dialect, catalog or ListedCatalog(SHOP)).tables]


# ---------------------------------------------------------------------- relations


def test_the_relations_are_reported_in_the_order_of_the_text_once() -> None:
    sql = "SELECT * FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id WHERE EXISTS (SELECT 1 FROM shop.orders)"
    assert tables(sql) == ["shop.orders", "shop.customers"]


def test_a_query_without_relations_passes() -> None:
    assert tables("SELECT 1 + 1 AS two") == []


def test_an_unknown_relation_names_the_nearest_three() -> None:
    found = refusal("SELECT 1 FROM shop.costumers")
    assert found.code == "table-unknown"
    assert found.hint is not None
    assert found.hint.startswith("nearest: shop.customers")
    assert found.hint.count(",") == 2
    assert found.span == (14, 28)


def test_a_bare_name_does_not_reach_into_other_schemas() -> None:
    found = refusal("SELECT 1 FROM customers")
    assert (found.code, found.hint) == ("table-unknown", "write shop.customers")
    assert tables("SELECT 1 FROM customers", catalog=ListedCatalog(SHOP, default_schema="shop")) == ["shop.customers"]
    assert refusal("SELECT 1 FROM customers", catalog=ListedCatalog(SHOP, default_schema="public")).code == "table-unknown"


def test_the_same_table_name_in_another_schema_is_another_table() -> None:
    catalog = ListedCatalog({"shop.orders": None})
    assert refusal("SELECT * FROM secret.orders", catalog=catalog).code == "table-unknown"


def test_a_database_in_front_must_be_the_catalogs() -> None:
    assert refusal("SELECT 1 FROM other.shop.orders").code == "table-unknown"
    assert tables("SELECT 1 FROM p.shop.t", "bigquery", ListedCatalog({"p.shop.t": None})) == ["shop.t"]


def test_two_databases_with_one_name_are_ambiguous() -> None:
    catalog = ListedCatalog({"a.shop.t": None, "b.shop.t": None})
    assert refusal("SELECT 1 FROM shop.t", "snowflake", catalog).code == "table-ambiguous"
    assert tables("SELECT 1 FROM a.shop.t", "snowflake", catalog) == ["shop.t"]


@pytest.mark.parametrize(
    ("dialect", "spelled", "written", "passes"),
    [
        ("postgres", "orders", "ORDERS", True),
        ("postgres", "orders", '"ORDERS"', False),
        ("postgres", "Orders", "Orders", False),
        ("postgres", "Orders", '"Orders"', True),
        ("snowflake", "orders", "Orders", True),
        ("snowflake", "ORDERS", "orders", True),
        ("snowflake", "ORDERS", '"orders"', False),
        ("snowflake", "Orders", '"Orders"', True),
        ("duckdb", "Orders", '"ORDERS"', True),
        ("sqlite", "Orders", "[oRDERS]", True),
        ("sqlite", "Straße", '"STRASSE"', False),
        ("mysql", "Orders", "orders", False),
        ("mysql", "Orders", "`Orders`", True),
        ("bigquery", "Orders", "orders", False),
        ("tsql", "Orders", "[ORDERS]", True),
    ],
)
def test_names_are_compared_as_the_engine_does(dialect: str, spelled: str, written: str, passes: bool) -> None:
    catalog = ListedCatalog({spelled: None})
    if passes:
        assert tables(f"SELECT 1 FROM {written}", dialect, catalog) == [spelled]
    else:
        assert refusal(f"SELECT 1 FROM {written}", dialect, catalog).code == "table-unknown"


def test_a_name_in_the_wrong_case_is_told_the_right_one() -> None:
    assert refusal("SELECT 1 FROM Orders", catalog=ListedCatalog({"Orders": None})).hint == 'the name is "Orders", in quotes'


@pytest.mark.parametrize(
    ("dialect", "name"),
    [
        ("postgres", "information_schema.tables"),
        ("postgres", "pg_class"),
        ("duckdb", "duckdb_tables"),
        ("sqlite", "sqlite_master"),
        ("mysql", "mysql.user"),
        ("bigquery", "shop.INFORMATION_SCHEMA.TABLES"),
        ("tsql", "sys.objects"),
    ],
)
@pytest.mark.parametrize("catalog", [ListedCatalog(SHOP), None], ids=["catalog", "none"])
def test_the_engines_own_catalog_is_never_read(dialect: str, name: str, catalog: ListedCatalog | None) -> None:
    with pytest.raises(Refused) as caught:
        check(f"SELECT * FROM {name}", dialect, catalog)
    assert caught.value.code == "table-system"


def test_an_engine_relation_may_be_listed_on_purpose() -> None:
    assert tables("SELECT * FROM pg_catalog.pg_class", catalog=ListedCatalog({"pg_catalog.pg_class": None})) == ["pg_catalog.pg_class"]


@pytest.mark.parametrize("source", ["'x.csv'", '"x.csv"', '"/etc/passwd"', "'s3://b/x'"])
def test_files_are_no_relations(source: str) -> None:
    for catalog in (ListedCatalog(SHOP), None):
        with pytest.raises(Refused) as caught:
            check(f"FROM {source}", "duckdb", catalog)
        assert caught.value.code == "table-source"


# ---------------------------------------------------------------------- CTEs


@pytest.mark.parametrize(
    "sql",
    [
        "WITH t AS (SELECT 1 AS a) SELECT a FROM t",
        "WITH t AS (SELECT 1 AS a), u AS (SELECT a FROM t) SELECT * FROM u",
        "WITH t AS (SELECT 1 AS a) SELECT (SELECT max(a) FROM t)",
        "WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM t WHERE a < 5) SELECT a FROM t",
        "WITH t AS (WITH u AS (SELECT 1 AS a) SELECT a FROM u) SELECT a FROM t",
    ],
)
def test_a_cte_in_scope_is_no_relation(sql: str) -> None:
    assert tables(sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "WITH a AS (WITH hidden AS (SELECT 1 AS n) SELECT n FROM hidden) SELECT * FROM hidden",
        "WITH hidden AS (SELECT 1) SELECT * FROM shop.hidden",
        "WITH hidden AS (SELECT * FROM hidden) SELECT * FROM hidden",
        "WITH RECURSIVE hidden AS (SELECT * FROM hidden) SELECT * FROM hidden",
        "WITH RECURSIVE hidden AS (SELECT a FROM hidden UNION ALL SELECT 1) SELECT * FROM hidden",
        "WITH RECURSIVE hidden AS (SELECT 1 EXCEPT SELECT a FROM hidden) SELECT * FROM hidden",
        "WITH a AS (SELECT * FROM hidden), hidden AS (SELECT 1) SELECT * FROM a",
        'WITH "Hidden" AS (SELECT 1) SELECT * FROM hidden',
        "SELECT * FROM (WITH hidden AS (SELECT 1 AS a) SELECT a FROM hidden) x, hidden",
        "(WITH hidden AS (SELECT 1 AS a) SELECT a FROM hidden) UNION ALL SELECT a FROM hidden",
    ],
)
def test_a_cte_out_of_scope_is_the_real_relation(sql: str) -> None:
    assert refusal(sql).code == "table-unknown"


def test_sqlite_needs_no_word_for_recursion() -> None:
    assert tables("WITH t(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM t LIMIT 5) SELECT a FROM t", "sqlite") == []


def test_an_array_in_from_must_belong_to_a_relation_further_left() -> None:
    catalog = ListedCatalog({"shop.orders": None})
    assert tables("SELECT * FROM shop.orders o, o.items", "bigquery", catalog) == ["shop.orders"]
    assert refusal("SELECT * FROM o.items, shop.orders o", "bigquery", catalog).code == "table-unknown"
    assert refusal("SELECT * FROM (shop.orders o JOIN secret.s ON true)", "bigquery", catalog).code == "table-unknown"


# ---------------------------------------------------------------------- columns


def test_an_unknown_column_names_the_nearest_three() -> None:
    found = refusal("SELECT o.totl FROM shop.orders o")
    assert (found.code, found.message) == ("column-unknown", '"shop.orders" has no column "totl"')
    assert found.hint is not None
    assert found.hint.startswith("nearest: total")
    assert found.span == (7, 13)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT totl FROM shop.orders",
        "SELECT 1 FROM shop.orders WHERE totl > 1",
        "SELECT count(*) FROM shop.orders GROUP BY customer_id HAVING max(totl) > 1",
        "SELECT * FROM shop.orders o JOIN shop.customers c ON c.idd = o.customer_id",
        "SELECT * FROM shop.orders JOIN shop.customers USING (idd)",
        "SELECT x.a FROM (SELECT id AS b FROM shop.orders) x",
        "SELECT 1 FROM shop.customers c WHERE EXISTS (SELECT 1 FROM shop.orders o WHERE o.customer = c.id)",
        "SELECT z.id FROM shop.orders o",
        "SELECT o.purge FROM shop.orders o",
        "SELECT (o).purge FROM shop.orders o",
        "SELECT name FROM shop.orders",
    ],
)
def test_a_column_that_is_not_there_is_refused(sql: str) -> None:
    assert refusal(sql).code == "column-unknown"


def test_an_ambiguous_column_is_told_its_choices() -> None:
    found = refusal("SELECT id FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id")
    assert (found.code, found.hint) == ("column-ambiguous", "write o.id or c.id")


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("postgres", "SELECT total AS t FROM shop.orders ORDER BY t"),
        ("postgres", "SELECT date_trunc('month', ordered_at) AS m, count(*) FROM shop.orders GROUP BY m ORDER BY m"),
        ("postgres", "SELECT tag FROM shop.orders, unnest(ARRAY[1]) AS tag"),
        ("postgres", "SELECT orders.total, shop.orders.id FROM shop.orders"),
        ("postgres", "SELECT id FROM shop.orders JOIN shop.customers USING (id)"),
        ("postgres", "SELECT row_to_json(o) FROM shop.orders o"),
        ("postgres", "SELECT (o).total FROM shop.orders o"),
        ("postgres", 'SELECT "total" AS "Total" FROM shop.orders ORDER BY "Total"'),
        ("postgres", "WITH x(k) AS (SELECT id FROM shop.orders) SELECT k FROM x"),
        ("postgres", "SELECT l.m FROM shop.customers c, LATERAL (SELECT max(total) AS m FROM shop.orders o WHERE o.customer_id = c.id) l"),
        ("duckdb", "SELECT * EXCLUDE (total) FROM shop.orders"),
        ("duckdb", "SELECT total AS t, t * 2 AS u FROM shop.orders WHERE t > 1"),
        ("duckdb", "SELECT * FROM (PIVOT shop.orders ON customer_id USING sum(total))"),
        ("duckdb", "SELECT paid FROM shop.orders PIVOT (sum(total) FOR customer_id IN (1 AS paid))"),
        ("duckdb", "SELECT list_transform([1], x -> x + total) FROM shop.orders"),
        ("duckdb", "SELECT c.name FROM shop.customers c ANTI JOIN shop.orders o ON o.customer_id = c.id"),
        ("duckdb", "SELECT anything, w.more FROM shop.wide w"),
        ("duckdb", "SELECT anything FROM shop.wide w JOIN shop.orders o ON o.id = w.x"),
        ("sqlite", 'SELECT id FROM shop.orders WHERE total = "open"'),
        ("sqlite", 'SELECT id FROM shop.orders WHERE total = ""'),
    ],
)
def test_names_that_the_query_or_the_engine_gives_raise_no_alarm(dialect: str, sql: str) -> None:
    check(sql, dialect, ListedCatalog(SHOP))


def test_known_columns_are_checked_beside_a_relation_without_known_columns() -> None:
    assert refusal("SELECT o.totl FROM shop.orders o JOIN shop.wide w ON w.x = o.id").code == "column-unknown"


@pytest.mark.parametrize(
    ("dialect", "column"), [("postgres", "ctid"), ("postgres", "xmin"), ("duckdb", "rowid"), ("sqlite", "_rowid_"), ("oracle", "rowid")]
)
def test_the_engines_own_columns_are_refused_unless_declared(dialect: str, column: str) -> None:
    assert refusal(f"SELECT {column} FROM shop.wide", dialect).code == "column-system"
    check(f"SELECT {column} FROM t", dialect, ListedCatalog({"t": [column]}))
    check(f"SELECT min(id) AS {column} FROM shop.orders ORDER BY {column}", dialect, ListedCatalog(SHOP))


# ---------------------------------------------------------------------- hidden


class HiddenCatalog(ListedCatalog):
    """People with a hidden column, a hidden relation, and plain orders."""

    def __init__(self) -> None:
        super().__init__({"people": ["id", "name", "ssn"], "orders": ["id", "person_id"]})

    def table(self, name: TableName | str) -> Table | None:
        if str(name) == "vault":
            return Table(name=TableName(name="vault"), hidden=True)
        table = super().table(name)
        if table is None or table.name.name != "people":
            return table
        return Table(name=table.name, columns=(Column(name="id"), Column(name="name"), Column(name="SSN", hidden=True)))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ssn FROM people",
        "SELECT p.SSN FROM people p",
        "SELECT name FROM people ORDER BY ssn",
        "SELECT count(*) FROM people WHERE ssn LIKE '1%'",
        "SELECT * FROM people",
        "SELECT p.* FROM people p",
        "FROM people",
        "SELECT p FROM people p",
        "SELECT people::text FROM people",
        "SELECT (p).ssn FROM people p",
        "SELECT c FROM people AS p(a, b, c)",
        "SELECT COLUMNS('s.*') FROM people",
        "SELECT #3 FROM people",
        "SELECT * FROM (SELECT * FROM people) x",
        "WITH x AS (SELECT * FROM people) SELECT ssn FROM x",
        "SELECT 1 FROM people JOIN orders USING (ssn)",
        "SELECT 1 FROM people NATURAL JOIN orders",
        "SELECT * FROM (PIVOT people ON name USING count(*))",
        "SELECT * FROM people PIVOT (count(*) FOR name IN ('a'))",
        "SELECT id FROM people UNION ALL SELECT ssn FROM people",
    ],
)
def test_a_hidden_column_cannot_be_had_in_any_way(sql: str) -> None:
    assert refusal(sql, "duckdb", HiddenCatalog()).code == "column-hidden"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM people",
        "SELECT count(*) FROM people",
        "SELECT p.name, o.id FROM people p JOIN orders o ON o.person_id = p.id",
        "SELECT * FROM (SELECT id, name FROM people) x",
        "SELECT o.* FROM people p JOIN orders o ON o.person_id = p.id",
        "SELECT * FROM orders WHERE person_id IN (SELECT id FROM people)",
    ],
)
def test_the_other_columns_of_that_relation_can_be_had(sql: str) -> None:
    check(sql, "duckdb", HiddenCatalog())


def test_a_hidden_relation_is_said_to_be_hidden() -> None:
    assert refusal("SELECT * FROM vault", "duckdb", HiddenCatalog()).code == "table-hidden"
