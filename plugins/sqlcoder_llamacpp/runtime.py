"""The runtime `llamacpp` as the parent process knows it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from sqlcoder_core.api import LocalSettings, ModelFiles, Problem, Runtime, Settings
from sqlcoder_llamacpp.build import build_flags, install_command, installed_build

_DEVICE_FILES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dri/renderD128", "/dev/dxg")


class LlamaCppSettings(LocalSettings):
    """How llama.cpp loads a GGUF file and computes with it."""

    gpu_layers: int = Field(default=-1, ge=-1, description="Layers on the GPU, where the build has one: -1 all, 0 none.")
    main_gpu: int = Field(default=0, ge=0, description="The GPU that computes, with `split: none`; else the one that holds small tensors.")
    split: Literal["none", "layer", "row"] = Field(default="layer", description="How several GPUs share the model.")
    mmap: bool = Field(
        default=True, description="Map the file into memory instead of reading it: starts at once, shared between processes."
    )
    mlock: bool = Field(default=False, description="Keep the weights in memory, where the system lets us.")
    batch: int = Field(default=512, ge=32, le=8192, description="Tokens of a prompt that are computed in one go.")
    flash_attention: Literal["auto", "on", "off"] = Field(
        default="auto", description="auto: off on CPUs, where it makes several beams slower; on GPUs what llama.cpp chooses."
    )
    kv: Literal["f16", "q8_0", "f32"] = Field(default="f16", description="Numbers of the context's memory; q8_0 halves it.")
    lora_scale: float = Field(default=1.0, description="How strongly `adapter` is laid over the model.")

    @model_validator(mode="after")
    def _quantised_memory_needs_flash_attention(self) -> LlamaCppSettings:
        if self.kv == "q8_0" and self.flash_attention == "off":
            raise ValueError("`kv: q8_0` needs `flash_attention: on`, or `auto`")
        return self


class LlamaCppRuntime(Runtime):
    """GGUF models on llama.cpp, with the beam search that it lacks."""

    name = "llamacpp"
    engine = "sqlcoder_llamacpp.engine:LlamaCppEngine"
    kinds = ("gguf",)
    Settings: ClassVar[type[Settings]] = LlamaCppSettings
    settings: LlamaCppSettings

    def missing(self) -> Problem | None:
        """llama-cpp-python where it is not installed, with the command for this platform."""
        if installed_build() is not None:
            return None
        hint = f"run {install_command()}; for a GPU set {build_flags()} before it"
        return Problem(code="missing_extra", message="runtime 'llamacpp' needs llama-cpp-python", hint=hint, found_by=self.name)

    def readable(self, files: ModelFiles) -> tuple[str, ...]:
        """The folder of llama.cpp's libraries, which LLAMA_CPP_LIB_PATH may move out of the package."""
        build = installed_build()
        return (str(build.folder),) if build else ()

    def devices(self) -> bool:
        """True when layers go to a GPU, which takes a build for one."""
        build = installed_build()
        return bool(build and build.accelerators and self.settings.gpu_layers)

    def findings(self) -> tuple[Problem, ...]:
        """Which build would load a model, and a GPU that it leaves idle."""
        build = installed_build()
        if build is None:
            problem = self.missing()
            return (problem,) if problem else ()
        made_for = ", ".join((*build.accelerators, *(("blas",) if build.blas else ()))) or "the CPU only"
        found = [self._note(f"llama-cpp-python {build.version}, built for {made_for}")]
        if not build.accelerators and any(Path(file).exists() for file in _DEVICE_FILES):
            hint = f"run {install_command(accelerated=True)}"
            message = "this machine has a GPU, and llama-cpp-python was built without support for one"
            found.append(Problem(code="runtime", message=message, severity="warning", hint=hint, found_by=self.name))
        return tuple(found)

    def _note(self, message: str) -> Problem:
        return Problem(code="runtime", message=message, severity="note", found_by=self.name)
