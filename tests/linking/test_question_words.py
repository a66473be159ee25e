"""Words of names and questions: splitting, plurals, abbreviations, tokens, numbers."""

from __future__ import annotations

import pytest

from sqlcoder_core.linking.lexicon import synonyms
from sqlcoder_core.linking.numbers import find_numbers
from sqlcoder_core.linking.tokens import tokenise
from sqlcoder_core.linking.words import name_words, singular, stem, table_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customer_dob", ("customer", "date", "of", "birth")),
        ("custFirstName", ("customer", "first", "name")),
        ("order_qty", ("order", "quantity")),
        ("singerid", ("singer", "id")),
        ("Num_Employees", ("number", "employee")),
        ("LName", ("last", "name")),
        ("bname", ("b", "name")),
        ("paid", ("paid",)),
    ],
)
def test_a_name_gives_its_words_in_singular_with_short_forms_written_out(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [("dim_customers", ("customer",)), ("stg_stripe__payments", ("stripe", "payment")), ("orders", ("order",)), ("fct", ("fct",))],
)
def test_a_table_is_called_by_what_it_holds_not_by_its_layer(name: str, words: tuple[str, ...]) -> None:
    assert table_words(name) == words


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("cities", "city"),
        ("addresses", "address"),
        ("people", "person"),
        ("boxes", "box"),
        ("status", "status"),
        ("courses", "course"),
        ("series", "series"),
    ],
)
def test_plurals_become_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_forms_of_one_verb_share_a_stem() -> None:
    assert stem("shipped") == stem("shipping") == stem("ships")


def test_synonyms_go_both_ways_unless_they_are_said_to_go_one_way() -> None:
    assert ("client",) in synonyms()[("customer",)]
    assert ("customer",) in synonyms()[("client",)]
    assert ("revenue",) in synonyms()[("amount",)]
    assert ("amount",) not in synonyms().get(("revenue",), ())


def test_tokens_keep_quoted_text_whole_and_take_possessives_off() -> None:
    tokens = tokenise("Show Ada's orders from 'New York' over $1,500")
    assert [(token.text, token.kind) for token in tokens] == [
        ("Show", "word"), ("Ada", "word"), ("orders", "word"), ("from", "word"),
        ("New York", "quoted"), ("over", "word"), ("$1,500", "number"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("twenty-five", 25),
        ("1.5k", 1500),
        ("3 million", 3_000_000),
        ("three hundred and five", 305),
        ("$1,200.50", 1200.5),
        ("twice", 2),
        ("a dozen", 12),
        ("2m", 2_000_000),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text: str, value: float) -> None:
    assert [span.value for span in find_numbers(tokenise(text))] == [value]


def test_a_percentage_keeps_its_figure_and_is_marked() -> None:
    (span,) = find_numbers(tokenise("above 20%"))
    assert (span.value, span.percent) == (20, True)


@pytest.mark.parametrize("text", ["the one", "which one", "this one"])
def test_a_pronoun_is_no_number(text: str) -> None:
    assert find_numbers(tokenise(text)) == ()
