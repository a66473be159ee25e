"""What a model wrote in, distinct candidates out, best first."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.extract import extract
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.generation import Generated, Hypothesis, Prompt

_CUT = {
    "length": "the model's answer was cut off at `max_tokens`",
    "time": "the model's answer was cut off at `seconds`",
    "repetition": "the model's answer was cut off where it began to repeat itself",
}


def candidates_of(generated: Generated, prompt: Prompt, proposer: str, most: int) -> tuple[Candidate, ...]:
    """At most so many statements, each once. Text without one statement is passed on as it is, for the guard to refuse, when there is
    nothing better."""
    written = [(_statement(prompt.opening + one.text), one) for one in generated.hypotheses if one.ended != "cancelled"]
    good = [(sql, one) for (sql, is_sql), one in written if is_sql]
    rest = [(text, one) for (text, is_sql), one in written if not is_sql and text]
    return tuple(_candidates(good or rest[:1], proposer))[:most]


def confidence(hypothesis: Hypothesis) -> float:
    """exp(mean log-probability of a token): 1 when the model had no doubt."""
    return min(1.0, math.exp(min(0.0, hypothesis.logprob) / max(1, hypothesis.tokens)))


def _candidates(written: list[tuple[str, Hypothesis]], proposer: str) -> Iterator[Candidate]:
    seen: set[str] = set()
    for sql, one in written:
        same = " ".join(sql.rstrip("; \n").split())
        if same not in seen:
            seen.add(same)
            yield Candidate(sql=sql, proposer=proposer, score=confidence(one), notes=(_CUT[one.ended],) if one.ended in _CUT else ())


def _statement(text: str) -> tuple[str, bool]:
    """The SQL in a text, and whether it was found; a fence alone is no text."""
    try:
        return extract(text), True
    except Refused:
        return text.strip("`~ \n"), False
