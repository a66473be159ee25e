"""A prompt in, the bodies of requests out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlcoder_core.api import Decoding, Prompt
from sqlcoder_openai.known_servers import BEGINNINGS, Known
from sqlcoder_openai.settings import OpenaiSettings

Endpoint = Literal["chat/completions", "completions"]
Body = dict[str, Any]

OPTIONAL = (
    *("logprobs", "top_logprobs", "use_beam_search", "length_penalty", "best_of", "structured_outputs", "guided_grammar", "grammar"),
    *("repeat_penalty", "seed", "top_k", "top_p", "temperature", "stop", "n", "stream_options"),
)
"""Fields that an answer can do without, so that a server that refuses them is asked again without; those that cost least to miss first."""

GRAMMAR = r"""root ::= opening? space start rest* ";"? closing?
opening ::= [ \n]* "```" [a-zA-Z]* "\n"
closing ::= [ \n]* "```"
space ::= [ \n]*
start ::= [sS][eE][lL][eE][cC][tT] [ \n(*"'] | [wW][iI][tT][hH] [ \n]
rest ::= [^;`'] | "'" [^'`]* "'"
"""
"""GBNF: one statement that begins with SELECT or WITH, in a fence or not. Which names there are it does not know; the guard does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One request: how many answers it should bring, and how."""

    answers: int
    temperature: float
    seed: int | None = None
    beams: int = 0


def rounds(decoding: Decoding, settings: OpenaiSettings, known: Known) -> tuple[Round, ...]:
    """The requests for one prompt, best first.

    With beam search one. Sampling: one, for all answers. Otherwise the likeliest answer, and samples around it in a second request.
    """
    wanted = decoding.hypotheses
    if decoding.temperature > 0:
        return (Round(answers=wanted, temperature=decoding.temperature, seed=decoding.seed),)
    if decoding.beams > 1 and known.has_beams:
        return (Round(answers=wanted, temperature=0.0, beams=max(decoding.beams, wanted)),)
    first = Round(answers=1, temperature=0.0)
    return (first,) if wanted == 1 else (first, Round(answers=wanted - 1, temperature=settings.spread, seed=decoding.seed + 1))


def endpoint_of(prompt: Prompt, settings: OpenaiSettings, known: Known) -> Endpoint:
    """Where a prompt goes; text goes to chat where the server is known to have nothing else."""
    if settings.mode != "auto":
        return "chat/completions" if settings.mode == "chat" else "completions"
    return "chat/completions" if prompt.messages or "completions" in known.refused else "completions"


def body_of(prompt: Prompt, endpoint: Endpoint, one: Round, decoding: Decoding, *, settings: OpenaiSettings, known: Known) -> Body:
    """The request's body; what the server has refused before is left out, `extra_body` comes last."""
    chat = endpoint == "chat/completions"
    body: Body = {"messages": _messages(prompt)} if chat else {"prompt": _text(prompt)}
    body |= {"max_tokens": decoding.max_tokens, "temperature": one.temperature, "stream": False}
    likely: bool | int = True if chat else 0 if known.kind == "vllm" else 1
    body |= {"logprobs": likely}
    body |= {"n": one.answers} if one.answers > 1 and not one.beams else {}
    body |= _beams(one, decoding)
    body |= {"best_of": max(settings.best_of, one.answers)} if settings.best_of and not chat else {}
    body |= {"top_p": decoding.top_p} if decoding.top_p < 1 and one.temperature else {}
    body |= {"top_k": decoding.top_k} if decoding.top_k and one.temperature else {}
    body |= {"seed": one.seed} if one.seed is not None else {}
    body |= {"repeat_penalty": 1.0} if known.kind == "llama-cpp-python" else {}
    body |= {"stop": stops} if (stops := stops_of(prompt, endpoint)) else {}
    body |= known.grammar(GRAMMAR) if decoding.constrain and settings.guided == "auto" and not one.beams else {}
    kept = {name: value for name, value in body.items() if name not in known.refused}
    if "max_tokens" in known.refused:
        kept["max_completion_tokens"] = decoding.max_tokens
    return kept | settings.extra_body


def stops_of(prompt: Prompt, endpoint: Endpoint) -> list[str]:
    """What ends an answer on the server. In chat the answer begins with its own fence, which must not end it; protocols allow four."""
    stops = prompt.stop
    if endpoint == "chat/completions":
        stops = tuple(stop for stop in stops if stop.strip() not in prompt.opening or not stop.strip())
    return list(stops[:4])


def _beams(one: Round, decoding: Decoding) -> Body:
    return {"use_beam_search": True, "n": one.beams, "length_penalty": decoding.length_penalty} if one.beams else {}


def _messages(prompt: Prompt) -> list[Body]:
    if prompt.messages:
        return [{"role": message.role, "content": message.content} for message in prompt.messages]
    return [{"role": "user", "content": _text(prompt).removesuffix(prompt.opening)}]


def _text(prompt: Prompt) -> str:
    if prompt.messages:
        return "\n\n".join(message.content for message in prompt.messages) + "\n\n" + prompt.opening
    beginning = next((text for text in BEGINNINGS if prompt.text.startswith(text)), "")
    return prompt.text.removeprefix(beginning)
