"""A folder of safetensors in, a torch model out: on its device, in its precision, with its adapter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from sqlcoder_core.api import ModelError

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def load_model(folder: Path, settings: Any, adapter: str | None = None) -> Any:
    """The model in evaluation mode, with the adapter of that folder laid over it.

    Raises ModelError for what is missing, broken, too large or needs code of its own.
    """
    config = _config(folder)
    device = _device(settings.device, folder)
    try:
        model = _class_for(config).from_pretrained(str(folder), **_arguments(settings, device))
        if adapter:
            model = _with_adapter(model, Path(adapter))
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ModelError(f"no memory for the model: {error}", place=str(folder), hint="use `load_in: 4bit`, or a smaller model") from error
    except ModelError:
        raise
    except Exception as error:  # the library raises whatever its parts raise; told as one failure to load
        raise ModelError(f"transformers cannot load it: {_first_line(error)}", place=str(folder), hint=_next_step(error)) from error
    return model.eval()


def is_encoder_decoder(config: Any) -> bool:
    """True for models that read with one stack and write with another (T5 and kin)."""
    return bool(getattr(config, "is_encoder_decoder", False))


def _config(folder: Path) -> Any:
    from transformers import AutoConfig

    file = folder / "config.json"
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot be read: {error}", place=str(file), hint="fetch the model again") from error
    if "auto_map" in written and not _is_known(str(written.get("model_type"))):
        hint = "only architectures that transformers itself knows are loaded; convert it, or use another model"
        raise ModelError("the model brings code of its own, which is not run", place=str(file), hint=hint)
    return AutoConfig.from_pretrained(str(folder), trust_remote_code=False, local_files_only=True)


def _is_known(model_type: str) -> bool:
    from transformers import CONFIG_MAPPING

    return model_type in CONFIG_MAPPING


def _class_for(config: Any) -> Any:
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    return AutoModelForSeq2SeqLM if is_encoder_decoder(config) else AutoModelForCausalLM


def _arguments(settings: Any, device: str) -> dict[str, Any]:
    arguments: dict[str, Any] = {"use_safetensors": True, "trust_remote_code": False, "local_files_only": True}
    arguments["dtype"] = _dtype(settings.dtype, device)
    arguments["device_map"] = "auto" if device == "map" else {"": device}
    if settings.load_in:
        arguments["quantization_config"] = _quantisation(settings.load_in, arguments["dtype"])
    return arguments


def _device(asked: str, folder: Path) -> str:
    """The device to load on. Raises ModelError for one that is not there."""
    kind = asked.partition(":")[0]
    if kind == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available, "cpu": lambda: True, "map": lambda: True}
    if kind not in there:
        raise ModelError(f"`device: {asked}` is not known", place=str(folder), hint="auto, cpu, cuda, cuda:1, mps or map")
    if not there[kind]():
        raise ModelError(f"`device: {asked}` was asked for, and this torch finds none", place=str(folder), hint="use `device: cpu`")
    return asked


def _dtype(asked: str, device: str) -> torch.dtype:
    """As asked; of itself float32 on a CPU, where half precision is emulated, and 16 bits on accelerators."""
    if asked != "auto":
        return _DTYPES[asked]
    if device == "cpu" or (device == "map" and not torch.cuda.is_available()):
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else torch.float16


def _quantisation(kind: str, dtype: torch.dtype) -> Any:
    from transformers import BitsAndBytesConfig, TorchAoConfig

    if kind == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    if kind == "4bit":
        return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)
    from torchao.quantization import Int4WeightOnlyConfig, Int8WeightOnlyConfig

    return TorchAoConfig(Int8WeightOnlyConfig() if kind == "int8" else Int4WeightOnlyConfig())


def _with_adapter(model: Any, adapter: Path) -> Any:
    """The adapter laid over the model, and merged where the weights can take it in."""
    from peft import PeftModel

    if not (adapter / "adapter_model.safetensors").exists():
        hint = "give the folder that holds adapter_config.json and adapter_model.safetensors"
        raise ModelError("there is no adapter in PEFT's format as safetensors", place=str(adapter), hint=hint)
    laid = PeftModel.from_pretrained(model, str(adapter), local_files_only=True)
    quantised = getattr(model, "quantization_method", None) or getattr(model.config, "quantization_config", None)
    return laid if quantised else laid.merge_and_unload()


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no reason given'}"


def _next_step(error: Exception) -> str:
    text = str(error)
    if "safetensors" in text and ("found" in text or "pytorch_model" in text):
        return "only safetensors are read; save the model as safetensors where it was made"
    if "header" in text or "SafetensorError" in type(error).__name__ or "Incomplete" in text:
        return "the file is cut off or broken; fetch the model again"
    return "check the model's files, or try another runtime"
