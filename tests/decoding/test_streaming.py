"""Text is handed on while it is written, as soon as it is certain and no sooner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sqlcoder_core.decoding.answer_text import StopTexts, TextStream
from sqlcoder_core.decoding.decoder import Job
from sqlcoder_core.testing.tree_session import ToyEngine, ToyTokenizer, scripted

MakeToy = Callable[..., Any]


def _streamed(toy: MakeToy, answer: str, stop: tuple[str, ...] = (), **decoding: Any) -> tuple[list[str], str]:
    pieces: list[str] = []
    toys = toy(ToyEngine(predict=scripted(ToyTokenizer(), {"q": answer})))
    (found,) = toys.answer(
        Job("q", stop=stop), on_text=lambda place, text: pieces.append(text), **{"beams": 1, "max_tokens": 90, **decoding}
    )
    return pieces, found.hypotheses[0].text


def test_pieces_come_one_token_at_a_time_and_make_the_text(toy: MakeToy) -> None:
    pieces, text = _streamed(toy, "SELECT count(*) x")
    assert pieces == ["SELECT", " count", "(*)", " ", "x"] and "".join(pieces) == text


def test_a_character_of_several_bytes_comes_whole(toy: MakeToy) -> None:
    assert _streamed(toy, "é€😀!")[0] == ["é", "€", "😀", "!"]


def test_half_a_character_at_the_end_is_shown_as_such(toy: MakeToy) -> None:
    pieces, text = _streamed(toy, "a€", max_tokens=3)
    assert "".join(pieces) == text == "a\ufffd"


def test_what_may_begin_a_stop_text_is_held_back(toy: MakeToy) -> None:
    pieces, text = _streamed(toy, "a;\n;\n`b;\n```c", (";\n```",))
    assert "".join(pieces) == text == "a;\n;\n`b"
    assert pieces[:2] == ["a", ";\n"]


def test_what_was_held_back_comes_when_the_answer_ends(toy: MakeToy) -> None:
    pieces, text = _streamed(toy, "a;\n`", (";\n```",))
    assert pieces == ["a", ";\n`"] and text == "a;\n`"


@pytest.mark.parametrize("decoding", [{"beams": 2}, {"temperature": 1.0, "hypotheses": 2}])
def test_with_several_answers_at_once_nothing_is_certain(toy: MakeToy, decoding: dict[str, Any]) -> None:
    assert _streamed(toy, "SELECT 1", **decoding)[0] == []


def test_one_sample_is_streamed(toy: MakeToy) -> None:
    pieces, text = _streamed(toy, "SELECT 1", temperature=0.1, hypotheses=1, beams=4)
    assert "".join(pieces) == text == "SELECT 1"


def test_each_piece_says_whose_it_is(toy: MakeToy) -> None:
    tokenizer, said = ToyTokenizer(), {0: "", 1: ""}
    toys = toy(ToyEngine(predict=scripted(tokenizer, {"one": "SELECT 1", "two": "SELECT count"})))

    def on_text(place: int, text: str) -> None:
        said[place] += text

    toys.answer("one", "two", beams=1, on_text=on_text)
    assert said == {0: "SELECT 1", 1: "SELECT count"}


def test_a_stream_gives_no_empty_pieces() -> None:
    pieces: list[str] = []
    stream = TextStream(pieces.append, StopTexts(()))
    for piece in (b"", b"\xe2", b"\x82", b"\xac", b""):
        stream.push(piece)
    stream.finish("€")
    assert pieces == ["€"]
