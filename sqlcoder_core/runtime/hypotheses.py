"""What a model wrote in, distinct candidates out, best first."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.extract import extract
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.generation import Generated, Hypothesis, Prompt
from sqlcoder_core.values.problem import Problem

_CUT = {
    "length": ("cut_off", "the model's answer was cut off after `max_tokens`", "raise `runtime: {max_tokens: ...}`"),
    "time": ("time_limit", "the model's answer was cut off at the end of its time", "raise `runtime: {seconds: ...}`"),
    "repetition": ("repetition", "the model repeated itself, and was stopped", "ask in other words, or take another model"),
    "cancelled": ("cancelled", "the model was stopped", None),
}


def candidates_of(generated: Generated, prompt: Prompt, proposer: str, most: int) -> tuple[Candidate, ...]:
    """At most so many statements, each once. Text without one statement is passed on as it is, for the guard to refuse, when there is
    nothing better. What was cut off is left out: half a statement may well run, and say something else."""
    written = [(_statement(prompt.opening + one.text), one) for one in generated.hypotheses if one.ended == "stop"]
    good = [(sql, one) for (sql, is_sql), one in written if is_sql]
    rest = [(text, one) for (text, is_sql), one in written if not is_sql and text]
    return tuple(_candidates(good or rest[:1], proposer))[:most]


def problem_of(generated: Generated, proposer: str) -> Problem | None:
    """Why there is nothing, or less than there could be."""
    if generated.problem is not None or any(one.ended == "stop" for one in generated.hypotheses):
        return generated.problem
    code, message, hint = _CUT.get(next((one.ended for one in generated.hypotheses), ""), ("", "", None))
    return Problem(code=code, message=message, hint=hint, found_by=proposer) if code else None


def confidence(hypothesis: Hypothesis) -> float:
    """exp(mean log-probability of a token): 1 when the model had no doubt."""
    return min(1.0, math.exp(min(0.0, hypothesis.logprob) / max(1, hypothesis.tokens)))


def _candidates(written: list[tuple[str, Hypothesis]], proposer: str) -> Iterator[Candidate]:
    seen: set[str] = set()
    for sql, one in written:
        same = " ".join(sql.rstrip("; \n").split())
        if same not in seen:
            seen.add(same)
            # Models end a statement with a semicolon; nobody needs to be told that it was removed.
            yield Candidate(sql=sql.rstrip().removesuffix(";").rstrip(), proposer=proposer, score=confidence(one))


def _statement(text: str) -> tuple[str, bool]:
    """The SQL in a text, and whether it was found; a fence alone is no text."""
    try:
        return extract(text), True
    except Refused:
        return text.strip("`~ \n"), False
