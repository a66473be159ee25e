"""A GGUF file in, llama.cpp's model with tokenizer and tree session out."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlcoder_core.api import GgufHeader, ModelEngine, ModelError, ModelFacts, TreeSession, default_threads, weights_hash
from sqlcoder_llamacpp.adapter import read_adapter
from sqlcoder_llamacpp.library import Log, load_library
from sqlcoder_llamacpp.loaded import Loaded
from sqlcoder_llamacpp.refusing import checked_header
from sqlcoder_llamacpp.tokenizer import LlamaTokenizer

_SPLITS = {"none": 0, "layer": 1, "row": 2}  # enum llama_split_mode
_FLASH = {"off": 0, "on": 1}  # enum llama_flash_attn_type; -1 lets llama.cpp choose
_MMAP, _MLOCK = 1, 2  # bits of enum llama_load_mode
_GUESSED = 1024


class LlamaCppEngine(ModelEngine):
    """One GGUF model on llama.cpp."""

    tokenizer: LlamaTokenizer
    _loaded: Loaded | None = None

    def load(self) -> ModelFacts:
        """See `ModelEngine`."""
        path = Path(self.files.path)
        header, parts = checked_header(path)
        llama, log = load_library()
        on_gpu = bool(llama.llama_supports_gpu_offload() and self.settings.gpu_layers)
        model = self._read_model(llama, log, parts[0])
        devices = ", ".join(log.devices()) if on_gpu else ""
        self._loaded = self._described(llama, log, model, header, on_gpu)
        self._loaded = self._with_adapter(self._loaded)
        self.tokenizer = LlamaTokenizer(self._loaded)
        weights = weights_hash([*parts, *([Path(self.files.adapter)] if self.files.adapter else [])])
        self._loaded = replace(self._loaded, identity=self._identity(self._loaded, weights))
        return self._facts(self._loaded, weights, devices or ("gpu" if on_gpu else "cpu"))

    def session(self) -> TreeSession:
        """See `ModelEngine`."""
        from sqlcoder_llamacpp.session import LlamaSession

        return LlamaSession(self._opened)

    def close(self) -> None:
        """See `ModelEngine`; sessions must be closed before."""
        if self._loaded is not None:
            self._loaded.llama.llama_model_free(self._loaded.model)
        self._loaded = None

    @property
    def _opened(self) -> Loaded:
        assert self._loaded is not None, "load comes first"
        return self._loaded

    def _read_model(self, llama: Any, log: Log, path: Path) -> Any:
        wanted, settings = llama.llama_model_default_params(), self.settings
        wanted.n_gpu_layers = _layers(settings.gpu_layers)
        wanted.main_gpu, wanted.split_mode = settings.main_gpu, _SPLITS[settings.split]
        if hasattr(wanted, "load_mode"):
            wanted.load_mode = _MMAP * settings.mmap | _MLOCK * settings.mlock
        else:
            wanted.use_mmap, wanted.use_mlock = settings.mmap, settings.mlock
        log.clear()
        model = llama.llama_model_load_from_file(os.fsencode(path), wanted)
        if not model:
            raise _not_loaded(log.reason(), path)
        return model

    def _described(self, llama: Any, log: Log, model: Any, header: GgufHeader, on_gpu: bool) -> Loaded:
        vocab, settings = llama.llama_model_get_vocab(model), self.settings
        trained = int(llama.llama_model_n_ctx_train(model)) or 2048
        flash = _FLASH.get(settings.flash_attention, -1 if on_gpu else int(settings.kv == "q8_0"))
        return Loaded(
            llama=llama,
            log=log,
            model=model,
            vocab=vocab,
            place=self.files.path,
            context=settings.context or min(self.files.context or trained, trained),
            metadata=header.metadata,
            architecture=header.architecture,
            threads=settings.threads or default_threads(),
            batch=settings.batch,
            flash=flash,
            kv=settings.kv,
            on_gpu=on_gpu,
        )

    def _with_adapter(self, loaded: Loaded) -> Loaded:
        if not self.files.adapter:
            return loaded
        adapter = read_adapter(loaded.llama, loaded.log, loaded.model, Path(self.files.adapter))
        return replace(loaded, adapters=((adapter, float(self.settings.lora_scale)),))

    def _identity(self, loaded: Loaded, weights: str) -> str:
        """Everything that makes the keys and values of a saved branch what they are."""
        import llama_cpp

        scale = self.settings.lora_scale if self.files.adapter else 0
        return f"{weights} {scale} {loaded.kv} {loaded.flash} {loaded.on_gpu} {llama_cpp.__version__}"

    def _facts(self, loaded: Loaded, weights: str, device: str) -> ModelFacts:
        llama = loaded.llama
        return ModelFacts(
            name=self.files.name,
            architecture=loaded.architecture,
            context=loaded.context,
            vocabulary=loaded.width,
            parameters=int(llama.llama_model_n_params(loaded.model)),
            precision=_precision(llama, loaded),
            device=device,
            weights=weights,
            chat_template=bool(llama.llama_model_chat_template(loaded.model, None)),
            special_texts=self.tokenizer.special_texts,
            notes=tuple(self._notes(loaded)),
            details=tuple(self._details(loaded)),
        )

    def _notes(self, loaded: Loaded) -> list[str]:
        found = []
        trained = loaded.llama.llama_model_n_ctx_train(loaded.model)
        if loaded.context > trained:
            found.append(f"`context: {loaded.context}` is more than the {trained} tokens that the model was trained on")
        if self.settings.gpu_layers > 0 and not loaded.on_gpu:
            found.append(f"`gpu_layers: {self.settings.gpu_layers}` has no effect: llama.cpp sees no GPU here, `sqlcoder doctor` says why")
        said = loaded.llama.llama_print_system_info().decode("utf-8", "replace")
        if "SSE3 = 1" in said and "AVX2 = 1" not in said:
            found.append("llama-cpp-python was built without AVX2, which makes it several times slower: build it on this machine")
        return found

    def _details(self, loaded: Loaded) -> list[str]:
        found = []
        if self.settings.flash_attention == "auto" and not (loaded.on_gpu or loaded.flash or loaded.keeps_states):
            found.append("flash attention is off: on CPUs it makes several beams slower")
        if self.settings.flash_attention == "auto" and not loaded.on_gpu and loaded.flash:
            found.append("flash attention is on, as `kv: q8_0` needs it: on CPUs it makes several beams slower")
        if loaded.keeps_states:
            found.append("this architecture keeps a state for each beam, so beams share less memory")
        return found


def _layers(wanted: int) -> int:
    """Older versions know no -1 and take any large number for all."""
    return 999 if wanted < 0 else wanted


def _precision(llama: Any, loaded: Loaded) -> str:
    """The kind of file as its makers call it: F16, Q8_0, Q4_K_M."""
    prefix = "LLAMA_FTYPE_"
    names = {getattr(llama, name): name.removeprefix(prefix) for name in dir(llama) if name.startswith(prefix)}
    kind = int(loaded.metadata.get("general.file_type", _GUESSED))
    return names.get(kind & ~_GUESSED, "").removeprefix("MOSTLY_").removeprefix("ALL_") if kind != _GUESSED else ""


def _not_loaded(reason: str, path: Path) -> ModelError:
    if "unknown model architecture" in reason or "unknown pre-tokenizer" in reason:
        return ModelError(f"llama.cpp does not know this model: {reason}", place=str(path), hint="run pip install -U llama-cpp-python")
    if "alloc" in reason or "memory" in reason:
        hint = "use a smaller quantisation (Q4_K_M), a smaller model, or fewer `gpu_layers`"
        return ModelError(f"not enough memory for the model: {reason}", place=str(path), hint=hint)
    return ModelError(
        f"llama.cpp cannot load it: {reason}", place=str(path), hint="fetch the file again, or another conversion of the model"
    )
