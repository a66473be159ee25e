"""Chat messages in, one text out, as the model's own Jinja template says; in a sandbox, since templates come with downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sqlcoder_core.errors import ModelError
from sqlcoder_core.values.generation import Message

_LARGEST, _LARGEST_POWER = 1_000_000, 64


class ChatTemplate:
    """A compiled template. `place` names it in errors; `specials` are `bos_token`, `eos_token` and the like, as templates call them.

    The environment is the one that model authors write for (transformers' `apply_chat_template`): trimmed blocks, loop controls,
    `raise_exception`, `strftime_now`, `tojson`. Raises ModelError for a template that does not compile.
    """

    def __init__(self, source: str, *, place: str, specials: Mapping[str, str] | None = None) -> None:
        self._place = place
        self._specials = dict(specials or {})
        try:
            self._template = _environment().from_string(source)
        except TemplateError as error:
            raise self._failed(error) from error

    def render(self, messages: Sequence[Message]) -> str:
        """The text up to where the answer begins. Raises ModelError for a template that fails or tries to leave the sandbox."""
        turns = [{"role": message.role, "content": message.content} for message in messages]
        try:
            return self._template.render(messages=turns, add_generation_prompt=True, **self._specials)
        except SecurityError as error:
            hint = "do not use this model, or choose another prompter with `runtime: {prompt: ...}`"
            raise ModelError(f"the chat template tried to leave its sandbox: {error}", place=self._place, hint=hint) from error
        except Exception as error:  # a template is foreign code; whatever it raises is told as its failure
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> ModelError:
        hint = "choose another prompter with `runtime: {prompt: ...}`"
        return ModelError(f"the chat template fails: {error}", place=self._place, hint=hint)


class _Bounded(ImmutableSandboxedEnvironment):
    """The sandbox, in which a product or power cannot eat the memory either (`'x' * 10**10`)."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply small things only."""
        numbers = [abs(one) for one in (left, right) if isinstance(one, int | float)]
        length = max((len(one) for one in (left, right) if isinstance(one, str | bytes | list | tuple)), default=1)
        if length * max(numbers, default=1) > _LARGEST or (operator == "**" and max(numbers, default=1) > _LARGEST_POWER):
            raise SecurityError(f"{operator} with operands that are too large")
        return super().call_binop(context, operator, left, right)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = _Bounded(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = _to_json
    environment.globals |= {"raise_exception": _raise, "strftime_now": lambda format: datetime.now().strftime(format)}
    return environment


def _to_json(value: Any, indent: int | None = None) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, indent=indent)


def _raise(message: str) -> NoReturn:
    raise TemplateError(message)
