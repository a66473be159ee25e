"""Chat messages in, one text out, as the model's own Jinja template says; in a sandbox, since templates come with downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.bounded_jinja import BoundedTemplate
from sqlcoder_core.values.generation import Message

_LONGEST_FORMAT = 200


class ChatTemplate:
    """A compiled template. `place` names it in errors; `specials` are `bos_token`, `eos_token` and the like, as templates call them.

    The environment is the one that model authors write for (transformers' `apply_chat_template`): trimmed blocks, loop controls,
    `raise_exception`, `strftime_now`, `tojson`; with bounds on time and memory. Raises ModelError for a template that does not compile.
    """

    def __init__(self, source: str, *, place: str, specials: Mapping[str, str] | None = None) -> None:
        self._place = place
        self._specials = dict(specials or {})
        try:
            self._template = BoundedTemplate(source, name=place, strict=False, keep_end=False, names=_NAMES)
        except (TemplateError, RecursionError) as error:
            raise self._failed(error) from error

    def render(self, messages: Sequence[Message]) -> str:
        """The text up to where the answer begins. Raises ModelError for a template that fails or tries to leave the sandbox."""
        turns = [{"role": message.role, "content": message.content} for message in messages]
        try:
            return self._template.render({**self._specials, "messages": turns, "add_generation_prompt": True})
        except SecurityError as error:
            hint = "do not use this model, or choose another prompter with `runtime: {prompt: ...}`"
            raise ModelError(f"the chat template tried to leave its sandbox: {error}", place=self._place, hint=hint) from error
        except Exception as error:  # a template is foreign code; whatever it raises is told as its failure
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> ModelError:
        hint = "choose another prompter with `runtime: {prompt: ...}`"
        return ModelError(f"the chat template fails: {error or type(error).__name__}", place=self._place, hint=hint)


def _now(format: str) -> str:
    return datetime.now().strftime(format[:_LONGEST_FORMAT])


def _raise(message: str) -> NoReturn:
    raise TemplateError(message)


_NAMES = {"raise_exception": _raise, "strftime_now": _now}
