"""A server's answers in, hypotheses out: text without opening and stop text, log-probabilities where there are any."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlcoder_core.api import Hypothesis, Prompt
from sqlcoder_openai.failures import ServerError

CHARACTERS_A_TOKEN = 3.2
"""Of SQL and English in today's vocabularies of 32,000 to 128,000 tokens, rounded down, so that an estimate is rather too many."""
_FENCE = re.compile(r"```(?:sql\b|[a-zA-Z]*(?=\s*\n))?[ \t]*\n?", re.IGNORECASE)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)
_MOST_TOKENS = 1 << 31
UNKNOWN = 0.5
"""The probability of a token, as it were, of a single answer whose server tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer as it came: `logprob` is None where the server told none."""

    text: str
    ended: str
    tokens: int
    logprob: float | None = None


def estimated_tokens(text: str) -> int:
    """A careful estimate: at 3.2 characters a token, and no fewer than there are words."""
    return max(math.ceil(len(text) / CHARACTERS_A_TOKEN), len(text.split()))


def choices_in(answer: Any, place: str) -> list[Choice]:
    """The answers of one response. Raises ServerError for a response that is none of the protocol's."""
    found = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        hint = "is `base_url` an OpenAI-compatible server's?"
        raise ServerError("the answer has no `choices`", place=place, hint=hint)
    alone = usage_of(answer)[1] if len(found) == 1 else None
    return [_choice(one, alone) for one in found]


def usage_of(answer: Any) -> tuple[int, int, int]:
    """Tokens of the prompt, of the answers, and of the prompt that were not computed anew; 0 where the server does not say."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    if not isinstance(usage, dict):
        return 0, 0, 0
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    numbers = (usage.get("prompt_tokens"), usage.get("completion_tokens"), cached)
    prompt, completion, reused = (number if isinstance(number, int) and 0 <= number < _MOST_TOKENS else 0 for number in numbers)
    return prompt, completion, reused


def _choice(one: dict[str, Any], tokens: int | None) -> Choice:
    message = one.get("message")
    text = message.get("content") if isinstance(message, dict) else one.get("text")
    text = whole_text(text)
    logprobs = list(_logprobs(one.get("logprobs")))
    count = len(logprobs) or tokens or estimated_tokens(text)
    return Choice(text=text, ended=str(one.get("finish_reason") or "stop"), tokens=count, logprob=sum(logprobs) if logprobs else None)


def _logprobs(told: Any) -> Iterator[float]:
    """Of `{"token_logprobs": [...]}` (completions) or `{"content": [{"logprob"}]}` (chat); what is no number is left out."""
    yield from (float(number) for number in told_logprobs(told) if isinstance(number, int | float) and -_MOST_TOKENS < number <= 0)


def told_logprobs(told: Any) -> list[Any]:
    """Whatever a server put where the log-probabilities of an answer's tokens are."""
    found = told if isinstance(told, dict) else {}
    flat, parts = found.get("token_logprobs"), found.get("content")
    if isinstance(flat, list) and flat:
        return flat
    return [part.get("logprob") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def whole_text(text: Any) -> str:
    """Text as it can be written to files and terminals: half a character becomes a question mark, what is no text nothing."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def hypotheses_of(choices: Sequence[Choice], prompt: Prompt, length_penalty: float) -> tuple[Hypothesis, ...]:
    """Best first. Where the server tells log-probabilities, by score as beams are; else by how many answers agree, first come first.

    Without log-probabilities a hypothesis has, for each token, the share of the answers that say the same (of a single answer a half),
    so that agreement stands for confidence.
    """
    plain = [replace(one, text=without_fence(one.text, prompt)) for one in choices]
    same = Counter(" ".join(one.text.split()) for one in plain)
    told = all(one.logprob is not None for one in plain)
    made = []
    for one in plain:
        share = same[" ".join(one.text.split())] / len(plain) if len(plain) > 1 else UNKNOWN
        tokens = max(one.tokens, 1)
        logprob = one.logprob if told and one.logprob is not None else tokens * math.log(share)
        score = logprob / tokens**length_penalty
        ended = "length" if one.ended == "length" else "stop"
        made.append((share, Hypothesis(text=one.text, tokens=tokens, logprob=logprob, score=score, ended=ended)))  # type: ignore[arg-type]
    ordered = sorted(made, key=lambda pair: -pair[1].score) if told else sorted(made, key=lambda pair: -pair[0])
    return tuple(hypothesis for _, hypothesis in ordered)


def without_fence(text: str, prompt: Prompt) -> str:
    """The answer as it goes on from `prompt.opening`: what a model thinks and says up to its own fence is gone, and so is the end of the
    fence, or the stop text, with all behind it."""
    text = _THOUGHT.sub("", text)
    fence = _FENCE.search(text)
    if fence and not _looks_like_sql(text[: fence.start()]):
        text = text[fence.end() :]
    cuts = [place for stop in (*prompt.stop, "```") if (place := text.find(stop)) >= 0]
    return text[: min(cuts)] if cuts else text


def _looks_like_sql(text: str) -> bool:
    return text.lstrip(" \n(").lower().startswith(("select", "with"))
