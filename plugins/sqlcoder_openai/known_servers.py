"""Which server it is, told from its list of models, and what each is known to take.

Sources: the documentation of vLLM (OpenAI-compatible server, extra parameters; `structured_outputs` from 0.11, `guided_grammar` before),
tools/server/README.md of llama.cpp (`grammar`, `/tokenize`, `meta.n_ctx`), llama_cpp/server/app.py and types.py of llama-cpp-python
(`grammar`, `/extras/tokenize/count`, a `repeat_penalty` of 1.1 where none is sent; `n` is ignored).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_OWNERS = {"vllm": "vllm", "llamacpp": "llama-server", "me": "llama-cpp-python", "library": "ollama"}
_NAMES = {"vllm": "vLLM", "llama-server": "llama.cpp's llama-server", "llama-cpp-python": "llama-cpp-python's server", "ollama": "Ollama"}

_MOST_TOKENS = 1 << 31
_WINDOWS = ("max_model_len", "n_ctx", "n_ctx_train", "context_length", "context_window")

CONTROL_TEXTS = (
    *("<s>", "</s>", "<bos>", "<eos>", "<pad>", "<unk>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"),
    *("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|end_of_text|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>"),
    *("<|eot_id|>", "<|eom_id|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|start|>", "<|message|>", "<|channel|>"),
    *(
        "<start_of_turn>",
        "<end_of_turn>",
        "<|eot|>",
        "<|header_start|>",
        "<|header_end|>",
        "<|fim_prefix|>",
        "<|fim_middle|>",
        "<|fim_suffix|>",
    ),
    *(
        "<fim_prefix>",
        "<fim_middle>",
        "<fim_suffix>",
        "<|file_separator|>",
        "<｜begin▁of▁sentence｜>",
        "<｜end▁of▁sentence｜>",
        "<｜User｜>",
    ),
    *("<｜Assistant｜>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
)
"""What means a control token to one model or another: a server's own is not told, so none of them comes in from outside."""

BEGINNINGS = ("<|begin_of_text|>", "<s>", "<bos>")
"""Begin tokens, which servers put before a text themselves."""


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known of a server. `kind` is one word, empty for one that is not recognised; `refused` are fields that it did not take."""

    kind: str = ""
    models: tuple[str, ...] = ()
    context: int | None = None
    version: tuple[int, ...] = ()
    refused: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The server's name for people."""
        return _NAMES.get(self.kind, "")

    @property
    def has_beams(self) -> bool:
        """Whether it takes `use_beam_search`."""
        return self.kind == "vllm" and "use_beam_search" not in self.refused

    def grammar(self, text: str) -> dict[str, Any]:
        """The field that carries a grammar in GBNF; nothing for a server that is not known to take one."""
        if self.kind in ("llama-server", "llama-cpp-python"):
            return {"grammar": text}
        if self.kind == "vllm":
            return {"structured_outputs": {"grammar": text}} if self.version >= (0, 11) else {"guided_grammar": text}
        return {}

    def counting(self, model: str, text: str) -> tuple[str, dict[str, Any]] | None:
        """Where and how a text's tokens are counted; None where the server cannot."""
        if self.kind == "vllm":
            return "/tokenize", {"model": model, "prompt": text, "add_special_tokens": False}
        if self.kind == "llama-server":
            return "/tokenize", {"content": text}
        if self.kind == "llama-cpp-python":
            return "/extras/tokenize/count", {"model": model, "input": text}
        return None


def known_from(listing: Any) -> Known:
    """What a list of models (`GET /v1/models`) tells; for anything that is no such list, nothing."""
    models = _entries(listing)
    owners = {_OWNERS[owner] for entry in models if isinstance(owner := entry.get("owned_by"), str) and owner in _OWNERS}
    return Known(kind=owners.pop() if len(owners) == 1 else "", models=tuple(entry["id"] for entry in models))


def context_from(listing: Any, model: str) -> int | None:
    """The window of one model in a list of models, under the words that vLLM, llama-server (within `meta`) and others have for it."""
    for entry in _entries(listing):
        if entry["id"] == model:
            meta = entry.get("meta")
            told = {**(meta if isinstance(meta, dict) else {}), **entry}
            return next((told[key] for key in _WINDOWS if is_count(told.get(key))), None)
    return None


def is_count(number: Any) -> bool:
    """A number of tokens as a server may tell it."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 < number < _MOST_TOKENS


def _entries(listing: Any) -> list[dict[str, Any]]:
    found = listing.get("data") if isinstance(listing, dict) else None
    return [entry for entry in found if isinstance(entry, dict) and isinstance(entry.get("id"), str)] if isinstance(found, list) else []


def version_from(answer: Any) -> tuple[int, ...]:
    """`{"version": "0.11.2"}` as numbers; empty for anything else."""
    text = answer.get("version") if isinstance(answer, dict) else None
    parts = text.split(".")[:2] if isinstance(text, str) else []
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 9)
