"""The worker's side of the runtime `transformers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlcoder_core.api import Decoding, FileTokenizer, Generated, ModelEngine, ModelFacts, TreeSession, weights_hash

_TOLERANCE = 1e-2
_PROBE = 6


class TransformersEngine(ModelEngine):
    """Loads one model with transformers. Whether it can follow a tree is tried out on a few tokens, not looked up in a list."""

    tokenizer: FileTokenizer
    _model: Any
    _weights: str
    _context: int
    _follows_trees: bool

    def load(self) -> ModelFacts:
        """See `ModelEngine`."""
        import torch
        from transformers.utils import logging

        from sqlcoder_transformers.loading import load_model

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        if self.settings.threads:
            torch.set_num_threads(self.settings.threads)
        folder = Path(self.files.path)
        laid_over = Path(self.files.adapter).glob("*.safetensors") if self.files.adapter else ()
        self._weights = weights_hash((*folder.glob("*.safetensors"), *laid_over))
        self._model = load_model(folder, self.settings, self.files.adapter)
        self.tokenizer = FileTokenizer(folder, vocabulary=_width(self._model))
        self._context = self._window()
        self._follows_trees = not self._model.config.is_encoder_decoder and self._tree_is_right()
        facts = self._facts()
        if self._follows_trees:
            self._make_faster()
        return facts

    def session(self) -> TreeSession | None:
        """See `ModelEngine`; None for models whose positions or windows a tree would break."""
        from sqlcoder_transformers.tree_session import TorchSession

        if not self._follows_trees:
            return None
        return TorchSession(self._model, weights=self._weights, context=self._context)

    def generate(self, texts: Sequence[str], decoding: Decoding, stop: Sequence[str], pause: Callable[[], None]) -> Iterator[Generated]:
        """See `ModelEngine`."""
        from sqlcoder_transformers.whole_text import WholeText

        return WholeText(self._model, self.tokenizer, pause).answers(texts, decoding, stop)

    def _make_faster(self) -> None:
        """Attention and linear layers that suit a step's few rows, each unless the model's code cannot work with them."""
        from sqlcoder_transformers.grouped_attention import USUAL, use_grouped_attention
        from sqlcoder_transformers.packed_linear import pack, unpack

        if use_grouped_attention(self._model) and not self._tree_is_right():
            self._model.set_attn_implementation(USUAL)
        if pack(self._model) and not self._tree_is_right():
            unpack(self._model)

    def _facts(self) -> ModelFacts:
        weights = self._model.get_input_embeddings().weight
        slow = () if self._follows_trees or self._model.config.is_encoder_decoder else ("answers come from transformers' own search",)
        return ModelFacts(
            name=self.files.name,
            architecture=type(self._model).__name__,
            context=self._context,
            vocabulary=self.tokenizer.vocabulary,
            parameters=self._model.num_parameters(),
            precision=self.settings.load_in or str(weights.dtype).removeprefix("torch."),
            device=str(weights.device),
            weights=self._weights,
            chat_template=self.tokenizer.template is not None,
            special_texts=self.tokenizer.special_texts,
            details=slow,
        )

    def _window(self) -> int:
        """The context, cut to the sliding window where layers have one: behind it a tree's mask would see more than the model did."""
        config = self._model.config.get_text_config()
        known = [getattr(config, name, None) for name in ("max_position_embeddings", "n_positions", "sliding_window")]
        sizes = [size for size in (*known, self.files.context) if isinstance(size, int) and size > 0]
        return min(sizes, default=2048)

    def _tree_is_right(self) -> bool:
        """Two branches of one tree against the same tokens in a row: positions by mask, recurrent states and the like show here."""
        import numpy as np
        import torch

        from sqlcoder_transformers.tree_session import TorchSession

        tokens = [number % self.tokenizer.vocabulary for number in range(11, 11 + _PROBE)]
        try:
            session = TorchSession(self._model, weights="", context=self._context)
            session.reserve(2 * _PROBE, 2)
            root, _ = session.prefill(tokens[:-2])
            found = session.step([(session.fork(root), tokens[0]), (root, tokens[-2])])[1]
            row = torch.tensor([tokens[:-1]], device=self._model.get_input_embeddings().weight.device)
            with torch.inference_mode():
                wanted = self._model(row).logits[0, -1].float().cpu().numpy()
        except (RuntimeError, ValueError, TypeError, AttributeError, IndexError, NotImplementedError):
            return False
        scale = float(np.abs(wanted).max()) or 1.0
        coarse = self._model.get_input_embeddings().weight.dtype != torch.float32
        return float(np.abs(found - wanted).max()) <= scale * _TOLERANCE * (10 if coarse else 1)

    def close(self) -> None:
        """See `ModelEngine`."""
        self._model = None


def _width(model: Any) -> int:
    head = model.get_output_embeddings()
    return int(head.weight.shape[0]) if head is not None else int(model.config.vocab_size)
