"""What descriptions say of tables and codes, and codes that are short for words."""

from __future__ import annotations

import pytest

from sqlcoder_core.linking.code_words import legend, stands_for
from sqlcoder_core.linking.told_forms import told_forms
from sqlcoder_core.linking.words import table_words
from sqlcoder_core.values.catalog import Column


@pytest.mark.parametrize(
    ("description", "form"),
    [
        ("Invoices of vendors (accounts payable)", ("invoice",)),
        ("Invoices of vendors (accounts payable)", ("vendor", "invoice")),
        ("Invoices of vendors (accounts payable)", ("account", "payable")),
        ("Postings to the general ledger; credit notes are negative", ("ledger", "posting")),
        ("All orders placed by customers", ("order",)),
    ],
)
def test_a_description_says_what_the_rows_are(description: str, form: tuple[str, ...]) -> None:
    assert form in [words for words, _, _ in told_forms(description)]


@pytest.mark.parametrize("description", ["One row per customer", "List of things that happened", "", None])
def test_a_description_that_speaks_of_rows_names_nothing(description: str | None) -> None:
    assert not list(told_forms(description))


@pytest.mark.parametrize(
    ("description", "values", "meant"),
    [
        ("OPN open, PD paid, DISP disputed", ("OPN", "PD", "DISP"), {"OPN": ("open",), "PD": ("paid",), "DISP": ("disputed",)}),
        ("status: A = active; I = not active", (), {"A": ("active",), "I": ("not", "active")}),
        ("1=yes, 0=no", (), {"1": ("yes",), "0": ("no",)}),
        ("what the order cost, in euros", ("x", "y"), {}),
        ("Total of the order, tax included", (), {}),
    ],
)
def test_a_list_of_codes_explains_them(description: str, values: tuple[str, ...], meant: dict[str, tuple[str, ...]]) -> None:
    assert legend(Column(name="c", kind="text", description=description, values=values)) == meant


@pytest.mark.parametrize(
    ("code", "word", "fits"),
    [
        ("REJ", "rejected", True),
        ("APPR", "approved", True),
        ("CNCL", "cancelled", True),
        ("PEND", "pending", True),
        ("REJ", "returned", False),
        ("DE", "department", False),
        ("OSLO", "oslo", False),
    ],
)
def test_a_code_is_short_for_a_word_that_begins_like_it(code: str, word: str, fits: bool) -> None:
    assert stands_for(code, word) is fits


def test_tables_called_by_initials_are_written_out() -> None:
    assert table_words("dim_cc") == ("cost", "center")
    assert table_words("cc_history") == ("cc", "history")
