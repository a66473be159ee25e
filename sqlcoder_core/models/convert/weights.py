"""A model's weights, config and tokenizer, from a safetensors folder or a GGUF file, one tensor at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import FileError, ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Weights(ABC):
    """A model that is read tensor by tensor, so that memory holds one of them.

    `config` is a Hugging Face config.json in transformers 4's words: `rope_theta` and `rope_scaling` (`rope_type` inside it) are always
    top-level, `tie_word_embeddings` is always there, and where it is true there is no `lm_head.weight`. `about` holds name,
    license and the like as a model card words them; `path` is where the model came from.
    """

    path: Path
    config: dict[str, Any]
    about: dict[str, str]

    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """All tensors by their names in transformers, in the order in which they are stored."""

    @abstractmethod
    def shape(self, name: str) -> tuple[int, ...]:
        """A tensor's lengths, as transformers has them (output rows first)."""

    @abstractmethod
    def stored_as(self, name: str) -> str:
        """The number format on disk: F32, F16, BF16, or a quantised one of GGUF (Q4_K, ...)."""

    @abstractmethod
    def array(self, name: str) -> NDArray[Any]:
        """A tensor as float32, or as float16 where it is stored so; perhaps a view of the file that cannot be written to.

        Raises KeyError for an unknown name, ModelError for a format that cannot be read.
        """

    def rows(self, name: str, first: int, last: int) -> NDArray[Any]:
        """Some rows of a tensor; as `array`, with memory for these alone where the format allows it."""
        return self.array(name)[first:last]

    @abstractmethod
    def tokenizer_files(self) -> dict[str, bytes]:
        """Files to lie beside config.json: tokenizer.json, tokenizer_config.json, generation_config.json where they are known.

        Raises ModelError where the tokenizer is missing, or of a kind that cannot be stated exactly.
        """


def read_weights(path: Path) -> Weights:
    """The weights of a safetensors folder (or a file in one), or of a GGUF file (the first part of several).

    Raises FileError where there is nothing, ModelError for pickles (they run code when they are read), for broken or truncated files,
    and for architectures and quantised checkpoints that are not converted; each says which and what to do.
    """
    from sqlcoder_core.models.convert.gguf_weights import GgufWeights
    from sqlcoder_core.models.convert.safetensors_weights import SafetensorsWeights

    if not path.exists():
        raise FileError(f"there is no model at {path}", hint="name a .gguf file or a folder with config.json and .safetensors files")
    if path.is_dir():
        return SafetensorsWeights(path)
    if path.suffix == ".gguf":
        return GgufWeights(path)
    if path.suffix == ".safetensors":
        return SafetensorsWeights(path.parent)
    if path.suffix in PICKLES:
        raise pickle_refused(path)
    raise ModelError("not a model that is read here", place=str(path), hint="name a .gguf file or a folder of .safetensors files")


PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")


def pickle_refused(path: Path) -> ModelError:
    """Why a pickle is not read, and how its owner turns it into safetensors."""
    hint = (
        "look for a safetensors revision of the model, or convert it where you trust it: "
        "`transformers.AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW, safe_serialization=True)`"
    )
    return ModelError("a pickle checkpoint can run any code when it is read, so it is refused", place=str(path), hint=hint)
