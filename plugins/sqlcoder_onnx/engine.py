"""A folder with an ONNX graph in, ONNX Runtime's session with tokenizer and tree session out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlcoder_core.api import FileTokenizer, ModelEngine, ModelError, ModelFacts, TreeSession, default_threads, weights_hash
from sqlcoder_onnx.layout import Found, SequenceLayout, TreeLayout, find_model
from sqlcoder_onnx.opening import Opened, check_runs, open_graph

if TYPE_CHECKING:
    from sqlcoder_onnx.sequence_graph import SequenceGraph
    from sqlcoder_onnx.tree_graph import TreeGraph

_SLOW = "this graph takes no mask of its own, so that beams share no past: `sqlcoder models convert` makes a faster one from safetensors"
_UNKNOWN_CONTEXT = 2048


class OnnxEngine(ModelEngine):
    """One decoder on ONNX Runtime: a tree of branches on graphs of ours, a past for each branch on those of others."""

    tokenizer: FileTokenizer
    _graph: TreeGraph | SequenceGraph | None = None
    _identity = ""
    _context = 0

    def load(self) -> ModelFacts:
        """See `ModelEngine`."""
        path = Path(self.files.path)
        if self.files.adapter:
            hint = f"merge it with `sqlcoder models convert SRC DST.onnx --adapter {self.files.adapter}`, SRC being the model's safetensors"
            raise ModelError("an ONNX graph takes no adapter", place=self.files.adapter, hint=hint)
        found = find_model(path)
        file, threads = found.layout.file, self.settings.threads or default_threads()
        opened = open_graph(file, self.settings.provider, threads=threads, for_cuda=_is_for_cuda(found.layout))
        weights = weights_hash(one for one in file.parent.iterdir() if one.is_file() and one.name.startswith(file.name))
        self._identity = f"{weights} {opened.provider}"
        vocabulary = self._open(found, opened)
        self.tokenizer = FileTokenizer(found.folder, vocabulary)
        self._context = self._window(found.layout)
        self._try_out(file)
        return self._facts(found, opened, weights)

    def session(self) -> TreeSession:
        """See `ModelEngine`."""
        from sqlcoder_onnx.sequence_session import SequenceSession
        from sqlcoder_onnx.session import OnnxSession
        from sqlcoder_onnx.tree_graph import TreeGraph

        assert self._graph is not None, "load comes first"
        if isinstance(self._graph, TreeGraph):
            return OnnxSession(self._graph, identity=self._identity, context=self._context)
        return SequenceSession(self._graph, identity=self._identity, context=self._context)

    def close(self) -> None:
        """See `ModelEngine`."""
        self._graph = None

    def _open(self, found: Found, opened: Opened) -> int | None:
        """Make the graph ready; returns the width of its logits, where it says it."""
        from sqlcoder_onnx.sequence_graph import SequenceGraph
        from sqlcoder_onnx.tree_graph import TreeGraph

        if isinstance(found.layout, TreeLayout):
            self._graph = TreeGraph(opened.session, found.layout, "cuda" if opened.provider == "cuda" else "cpu")
            return found.layout.vocabulary
        self._graph = SequenceGraph(opened.session, found.layout)
        return self._graph.vocabulary

    def _try_out(self, file: Path) -> None:
        session = self.session()
        check_runs(lambda: session.step([(session.prefill([0, 0])[0], 0)]), file)
        session.close()

    def _window(self, layout: TreeLayout | SequenceLayout) -> int:
        sizes = [size for size in (layout.context, self.files.context) if size]
        longest = min(sizes, default=_UNKNOWN_CONTEXT)
        return min(longest, self.settings.context or longest)

    def _facts(self, found: Found, opened: Opened, weights: str) -> ModelFacts:
        ours = found.layout if isinstance(found.layout, TreeLayout) else None
        return ModelFacts(
            name=self.files.name,
            architecture=found.architecture,
            context=self._context,
            vocabulary=self.tokenizer.vocabulary,
            parameters=ours.parameters if ours else 0,
            precision=ours.precision if ours else "",
            device=opened.provider,
            weights=weights,
            chat_template=self.tokenizer.template is not None,
            special_texts=self.tokenizer.special_texts,
            notes=opened.notes if ours else (*opened.notes, _SLOW),
        )


def _is_for_cuda(layout: TreeLayout | SequenceLayout) -> bool:
    """The contrib graph's attention takes a bias on CPUs only."""
    return isinstance(layout, SequenceLayout) or layout.graph == "standard"
