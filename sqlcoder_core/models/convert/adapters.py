"""LoRA adapters as PEFT writes them: read, and merged into a model's weights on the fly."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.models.convert.foreign import foreign
from sqlcoder_core.models.convert.safetensors_file import SafetensorsFile
from sqlcoder_core.models.convert.safetensors_weights import read_json
from sqlcoder_core.models.convert.weights import Weights, pickle_refused

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PREFIX = "base_model.model."
_PART = re.compile(r"(.+)\.lora_(A|B)(?:\.default)?\.weight")
_HINT = "merge it with PEFT (`merge_and_unload`) and convert the result"
# Ways of PEFT's that are no plain product of two matrices.
_UNUSUAL = {
    "use_dora": "weights of DoRA",
    "lora_bias": "biases of its own",
    "fan_in_fan_out": "transposed matrices",
    "layer_replication": "replicated layers",
    "alora_invocation_tokens": "activation by tokens",
    "target_parameters": "targets that are no modules",
    "trainable_token_indices": "trained tokens",
    "use_qalora": "grouped inputs",
}


@dataclass(frozen=True, slots=True)
class LowRank:
    """What an adapter adds to one matrix: `scale * b @ a`, with a `[rank, in]` and b `[out, rank]`, both float32."""

    a: NDArray[Any]
    b: NDArray[Any]
    scale: float

    @property
    def rank(self) -> int:
        """Rows of `a`."""
        return int(self.a.shape[0])

    def delta(self) -> NDArray[Any]:
        """What is added, `[out, in]`."""
        delta: NDArray[Any] = self.scale * (self.b @ self.a)
        return delta


class Adapter:
    """An adapter's folder: `parts` by the name of the matrix that each is added to, `alpha` as its config says.

    Raises FileError where files are missing; ModelError for pickles, and for what is no plain LoRA (DoRA, biases, ...), naming it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        if folder.suffix == ".gguf" and folder.is_file():
            hint = "name the folder that PEFT saved; llama.cpp lays a GGUF adapter over the model while it runs"
            raise ModelError("a GGUF adapter, which is not merged here", place=str(folder), hint=hint)
        self._config = read_json(self._needed("adapter_config.json"))
        self._refuse_unusual()
        file = SafetensorsFile(self._needed("adapter_model.safetensors"))
        with foreign("adapter_config.json", str(folder)):
            self.alpha = float(self._config.get("lora_alpha", 8))
            self.parts = self._read(file)
        self.base = str(self._config.get("base_model_name_or_path") or "")

    def _needed(self, name: str) -> Path:
        file = self.path / name
        if file.is_file():
            return file
        if (self.path / "adapter_model.bin").is_file() and name.endswith(".safetensors"):
            raise pickle_refused(self.path / "adapter_model.bin")
        hint = "name the folder of a LoRA adapter as PEFT saves it: adapter_config.json and adapter_model.safetensors"
        raise FileError(f"there is no {name} in {self.path}", hint=hint)

    def _refuse_unusual(self) -> None:
        kind = str(self._config.get("peft_type", "LORA"))
        if kind != "LORA":
            raise self._fail(f"an adapter of the kind {kind}; LORA is read")
        odd = next((what for key, what in _UNUSUAL.items() if self._config.get(key)), None)
        if odd is None and self._config.get("bias", "none") != "none":
            odd = "trained biases"
        if odd is not None:
            raise self._fail(f"an adapter with {odd}, which is not read")

    def _read(self, file: SafetensorsFile) -> dict[str, LowRank]:
        import numpy as np

        pairs: dict[str, dict[str, NDArray[Any]]] = {}
        for name in file.tensors:
            found = _PART.fullmatch(name.removeprefix(_PREFIX))
            if found is None:
                raise self._fail(f"the tensor {name} is no part of a plain LoRA")
            pairs.setdefault(found[1], {})[found[2]] = np.asarray(file.array(name), dtype=np.float32)
        if not pairs:
            raise self._fail("there are no tensors in it")
        return {f"{module}.weight": self._low_rank(module, pair) for module, pair in pairs.items()}

    def _low_rank(self, module: str, pair: Mapping[str, NDArray[Any]]) -> LowRank:
        a, b = pair.get("A"), pair.get("B")
        if a is None or b is None or a.ndim != 2 or b.ndim != 2 or a.shape[0] != b.shape[1]:
            raise self._fail(f"the two matrices for {module} do not fit together")
        rank = int(self._matched("rank_pattern", module, self._config.get("r", a.shape[0])))
        if rank != a.shape[0]:
            raise self._fail(f"the matrices for {module} have the rank {a.shape[0]}, the config says {rank}")
        alpha = float(self._matched("alpha_pattern", module, self.alpha))
        return LowRank(a, b, alpha / math.sqrt(rank) if self._config.get("use_rslora") else alpha / rank)

    def _matched(self, key: str, module: str, otherwise: Any) -> Any:
        """The value whose pattern is the module's name or a tail of it, as PEFT matches them."""
        patterns: Mapping[str, Any] = self._config.get(key) or {}
        return next((value for pattern, value in patterns.items() if re.match(rf"(.*\.)?({pattern})$", module)), otherwise)

    def _fail(self, what: str) -> ModelError:
        return ModelError(what, place=str(self.path), hint=_HINT)


def check_fits(adapter: Adapter, base: Weights) -> None:
    """Raises ModelError, naming the first matrix, where an adapter was made for another model."""
    names = set(base.names())
    for name, part in adapter.parts.items():
        given = (part.b.shape[0], part.a.shape[1])
        if name not in names or base.shape(name) != given:
            there = f"there has {base.shape(name)}" if name in names else "is not there"
            said = f"the adapter does not fit {base.path.name}: it adds {given} to {name}, which {there}"
            hint = f"name the model that it was trained on{f': {adapter.base}' if adapter.base else ''}"
            raise ModelError(said, place=str(adapter.path), hint=hint)


class MergedWeights(Weights):
    """A model with an adapter merged into it, computed in float32 as each tensor is read. Raises ModelError where they do not fit."""

    def __init__(self, base: Weights, adapter: Adapter) -> None:
        check_fits(adapter, base)
        self._base, self._adapter = base, adapter
        self.path, self.config = base.path, base.config
        self.about = base.about | ({"name": f"{base.about['name']} with {adapter.path.name}"} if "name" in base.about else {})

    def names(self) -> tuple[str, ...]:
        """See `Weights`."""
        return self._base.names()

    def shape(self, name: str) -> tuple[int, ...]:
        """See `Weights`."""
        return self._base.shape(name)

    def stored_as(self, name: str) -> str:
        """See `Weights`."""
        return self._base.stored_as(name)

    def array(self, name: str) -> NDArray[Any]:
        """See `Weights`."""
        import numpy as np

        array, part = self._base.array(name), self._adapter.parts.get(name)
        return array if part is None else array.astype(np.float32) + part.delta()

    def rows(self, name: str, first: int, last: int) -> NDArray[Any]:
        """See `Weights`."""
        import numpy as np

        rows, part = self._base.rows(name, first, last), self._adapter.parts.get(name)
        return rows if part is None else rows.astype(np.float32) + LowRank(part.a, part.b[first:last], part.scale).delta()

    def tokenizer_files(self) -> dict[str, bytes]:
        """See `Weights`."""
        return self._base.tokenizer_files()
