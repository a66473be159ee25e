"""Weights of a folder as transformers writes it: config.json, one or several .safetensors files, a tokenizer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.models.convert.foreign import foreign
from sqlcoder_core.models.convert.rope import normalised
from sqlcoder_core.models.convert.safetensors_file import SafetensorsFile
from sqlcoder_core.models.convert.weights import PICKLES, Weights, pickle_refused

if TYPE_CHECKING:
    from numpy.typing import NDArray

INDEX = "model.safetensors.index.json"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json")

# What is known of a model's origin, by its word in a model card's head.
CARD_WORDS = {"name": "model_name", "license": "license"}
CARD_WORDS |= {word: word for word in ("organization", "basename", "size_label", "finetune", "author", "url")}


class SafetensorsWeights(Weights):
    """See `Weights`; raises ModelError as `read_weights` says."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self._refuse_others()
        with foreign("config.json", str(folder)):
            self.config = normalised(read_json(folder / "config.json"))
        if self.config.get("quantization_config"):
            told = self.config["quantization_config"]
            kind = told.get("quant_method") if isinstance(told, dict) else "another library"
            raise ModelError(f"stored quantised by {kind}, which is not converted", place=str(folder), hint="fetch the original weights")
        self._files = self._opened()
        self.config.setdefault("tie_word_embeddings", "lm_head.weight" not in self._files)
        tied = self.config["tie_word_embeddings"]
        self._names = tuple(name for name in self._files if not _is_spare(name, tied))
        self.about = card(folder)

    def names(self) -> tuple[str, ...]:
        """See `Weights`."""
        return self._names

    def shape(self, name: str) -> tuple[int, ...]:
        """See `Weights`."""
        return self._files[name].tensors[name].shape

    def stored_as(self, name: str) -> str:
        """See `Weights`."""
        return self._files[name].tensors[name].dtype

    def array(self, name: str) -> NDArray[Any]:
        """See `Weights`."""
        return self._files[name].array(name)

    def rows(self, name: str, first: int, last: int) -> NDArray[Any]:
        """See `Weights`."""
        return self._files[name].array(name, slice(first, last))

    def tokenizer_files(self) -> dict[str, bytes]:
        """See `Weights`."""
        found = {name: (self.path / name).read_bytes() for name in TOKENIZER_FILES if (self.path / name).is_file()}
        if "tokenizer.json" not in found:
            made = "`AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)`"
            hint = f"fetch tokenizer.json of the same model into this folder; with transformers: {made}"
            raise ModelError("the tokenizer is missing: there is no tokenizer.json", place=str(self.path), hint=hint)
        return found

    def _opened(self) -> dict[str, SafetensorsFile]:
        files = [SafetensorsFile(self.path / name) for name in self._file_names()]
        return {name: file for file in files for name in file.tensors}

    def _file_names(self) -> list[str]:
        index = self.path / INDEX
        if not index.is_file():
            return ["model.safetensors"]
        with foreign("the index", str(index)):
            names = sorted({str(name) for name in dict(read_json(index).get("weight_map") or {}).values()})
        wrong = [name for name in names if Path(name).name != name or not name.endswith(".safetensors")]
        if wrong or not names:
            raise ModelError(f"the index names {wrong[0] if wrong else 'no file'}", place=str(index), hint="fetch the model again")
        missing = [name for name in names if not (self.path / name).is_file()]
        if missing:
            raise ModelError(f"{missing[0]} is missing ({len(missing)} of {len(names)} files are)", place=str(self.path), hint="fetch it")
        return names

    def _refuse_others(self) -> None:
        if (self.path / "model.safetensors").is_file() or (self.path / INDEX).is_file():
            return
        place = str(self.path)
        if (self.path / "adapter_config.json").is_file():
            hint = "name its base model here, and this folder as the adapter"
            raise ModelError("a LoRA adapter, not a whole model", place=place, hint=hint)
        pickles = sorted(file for file in self.path.iterdir() if file.suffix in PICKLES and "training" not in file.name)
        if pickles:
            raise pickle_refused(pickles[0])
        files = sorted(file.name for file in self.path.glob("*.gguf"))
        hint = f"name the file itself: {files[0]}" if files else "name a folder with config.json and model.safetensors, or a .gguf file"
        raise ModelError("no model: there is neither model.safetensors nor its index", place=place, hint=hint)


def read_json(file: Path) -> dict[str, Any]:
    """A JSON file that holds an object. Raises FileError where it cannot be opened, ModelError where it is something else."""
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise FileError(f"cannot read {file}: {(error.strerror or str(error)).lower()}", hint="fetch the model again") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"not JSON: {error}", place=str(file), hint="fetch the file again") from error
    if not isinstance(found, dict):
        raise ModelError("not a JSON object", place=str(file), hint="fetch the file again")
    return found


def card(folder: Path) -> dict[str, str]:
    """What the model card (README.md) says in its head: license and the like; nothing where there is none."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return {}
    head = lines[1 : next((place for place, line in enumerate(lines) if place and line.strip() == "---"), 0)]
    pairs = [line.split(":", 1) for line in head if ":" in line and not line.startswith((" ", "-", "#"))]
    words = {told: key for key, told in CARD_WORDS.items()}
    found = {words[key.strip()]: value.strip().strip("\"'") for key, value in pairs if key.strip() in words}
    return {key: value for key, value in found.items() if value}


def _is_spare(name: str, tied: bool) -> bool:
    """Tensors that a model computes itself, or has twice."""
    return name.endswith("rotary_emb.inv_freq") or (tied and name == "lm_head.weight")
