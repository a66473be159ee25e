"""Input files: every kind is understood, every mistake has its place, and a bad line fails alone."""

from __future__ import annotations

import pytest

from sqlcoder_core.batch.items import read_items
from sqlcoder_core.errors import FileError, UsageError


@pytest.fixture
def read(tmp_path):
    """The items of a file with that name and contents."""

    def read(name, contents):
        path = tmp_path / name
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return read_items(path)

    return read


def test_json_lines_carry_known_keys_and_the_rest_as_extra(read):
    (item,) = read(
        "in.jsonl",
        '{"id": 7, "question": "how many", "database": "shop", "instructions": "be brief", "limit": 5, "level": "hard", "n": [1]}\n',
    )
    assert (item.id, item.question, item.database, item.instructions, item.limit) == ("7", "how many", "shop", "be brief", 5)
    assert item.extra == {"level": "hard", "n": [1]}
    assert item.error is None


def test_csv_has_the_same_headings(read):
    items = read("in.csv", 'id,question,limit,level\na,"one, two\nthree",5,hard\n,four,,\n')
    assert [(item.id, item.question, item.limit, item.extra) for item in items] == [
        ("a", "one, two\nthree", 5, {"level": "hard"}),
        ("q2", "four", None, None),
    ]
    assert [item.place.rpartition(":")[2] for item in items] == ["2", "4"]


def test_text_has_one_question_per_line(read):
    items = read("in.txt", "\ufefffirst\r\n\n  second  \n")
    assert [(item.id, item.question, item.place.rpartition(":")[2]) for item in items] == [("q1", "first", "1"), ("q2", "second", "3")]


@pytest.mark.parametrize(("contents", "kind"), [('{"question": "x"}', None), ("how many", "how many")])
def test_without_a_known_ending_the_first_line_tells(contents, kind, read):
    assert read("questions", contents)[0].question == (kind or "x")


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ('{"question": "x"', ":2:17", "this is not JSON"),
        ("[1]", ":2:1", "this is JSON but no object"),
        ('{"questoin": "x"}', ":2:2", "'question' is missing"),
        ('{"id": "a", "question": 5}', ":2:13", "'question' should be text that is not empty"),
        ('{"question": " "}', ":2:2", "'question' should be text that is not empty"),
        ('{"question": "x", "limit": 0}', ":2:19", "'limit' should be a whole number of at least 1"),
        ('{"question": "x", "limit": "5"}', ":2:19", "'limit' should be a whole number of at least 1"),
        ('{"question": "x", "id": true}', ":2:19", "'id' should be text or a whole number"),
        ('{"question": "x", "n": NaN}', ":2:1", "NaN is no JSON value"),
        (b'{"question": "\xff"}', ":2:15", "this is not UTF-8 text"),
    ],
)
def test_a_bad_line_fails_alone_and_names_its_place(line, place, message, read):
    raw = line if isinstance(line, bytes) else line.encode()
    items = read("in.jsonl", b'{"question": "good"}\n' + raw + b'\n{"question": "good too"}\n')
    assert [item.error is None for item in items] == [True, False, True]
    assert items[1].error.place.endswith(f"in.jsonl{place}")
    assert message in items[1].error.message


def test_a_near_miss_is_named(read):
    assert "did you mean it by 'questoin'?" in read("in.jsonl", '{"questoin": "x"}')[0].error.hint


def test_a_password_in_a_url_is_refused_without_repeating_it(read):
    (item,) = read("in.jsonl", '{"question": "x", "database": "postgresql://me:hunter2@host/db"}')
    assert "password in clear" in item.error.message
    assert "hunter2" not in repr(item)
    (item,) = read("in.jsonl", '{"question": "x", "database": "postgresql://me:${PW}@host/db"}')
    assert item.error is None


def test_a_row_with_too_many_cells_fails_alone(read):
    items = read("in.csv", "id,question\na,b,c\nd,e\n")
    assert "3 cells under 2 headings" in items[0].error.message
    assert items[1].question == "e"


@pytest.mark.parametrize(
    ("name", "contents", "message"),
    [
        ("in.jsonl", '{"id": "a", "question": "x"}\n{"id": "a", "question": "y"}', r"in.jsonl:2: the id 'a' is taken by .*in.jsonl:1"),
        ("in.csv", "id,Question\n1,x\n", r"in.csv:1: no column is called 'question'; rename 'Question'"),
        ("in.txt", "\n\n", "no questions in this file"),
        ("in.jsonl", '[{"question": "x"}]', "this is a JSON array"),
        ("in.csv", b"question\n\xff\n", r"in.csv:2:1: this is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(name, contents, message, read):
    with pytest.raises(UsageError, match=message):
        read(name, contents)


def test_a_file_that_is_not_there_is_a_file_error(tmp_path):
    with pytest.raises(FileError, match=r"cannot read .*missing.jsonl: no such file"):
        read_items(tmp_path / "missing.jsonl")
