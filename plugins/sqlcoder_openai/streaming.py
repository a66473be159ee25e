"""Events of a stream in, the answer out, told to a listener as it grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlcoder_core.api import Prompt
from sqlcoder_openai.answers import told_logprobs, whole_text, without_fence


class Heard:
    """Puts the pieces of a stream together and tells a listener what of them belongs to the answer."""

    def __init__(self, prompt: Prompt, listener: Callable[[str], None]) -> None:
        self.text = ""
        self._prompt, self._listener = prompt, listener
        self._told = ""
        self._hold = max(map(len, prompt.stop), default=0) + 3
        self._logprobs: list[Any] = []
        self._ended: Any = "stop"
        self._usage: Any = None

    def add(self, event: Any) -> None:
        """One event of the stream."""
        found = event if isinstance(event, dict) else {}
        self._usage = found.get("usage") or self._usage
        choices = found.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._take(choice)
        self._tell(self._hold)

    def _take(self, choice: dict[str, Any]) -> None:
        part = choice.get("delta") or choice.get("message")
        said = part.get("content") if isinstance(part, dict) else None
        self.text += whole_text(said or choice.get("text"))
        self._ended = choice.get("finish_reason") or self._ended
        self._logprobs += told_logprobs(choice.get("logprobs"))

    def end(self) -> None:
        """Nothing more comes."""
        self._tell(0)

    def answer(self) -> Any:
        """The whole as a response that was not streamed."""
        choice = {"text": self.text, "finish_reason": self._ended, "logprobs": {"token_logprobs": self._logprobs}}
        return {"choices": [choice], "usage": self._usage}

    def _tell(self, hold: int) -> None:
        if hold and self._undecided():
            return
        text = without_fence(self.text, self._prompt)
        text = text[: len(text) - hold] if hold else text
        if text.startswith(self._told) and len(text) > len(self._told):
            self._listener(text[len(self._told) :])
            self._told = text

    def _undecided(self) -> bool:
        """Whether it is not yet clear where the answer begins: within a thought, or within the line of a fence."""
        thinks = "<think>" in self.text and "</think>" not in self.text
        return thinks or ("`" in self.text and "\n" not in self.text)
