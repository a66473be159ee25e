"""The child of one model: started when needed, restarted when it died, asked to stop and then killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from sqlcoder_core.contracts.runtime import OF_AN_ANSWER, LocalSettings, Runtime
from sqlcoder_core.errors import ModelDied, ModelError
from sqlcoder_core.values.generation import ModelFacts
from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_core.worker import model_wire
from sqlcoder_core.worker.carried import engine_reference, plain_settings
from sqlcoder_core.worker.child_process import ChildProcess
from sqlcoder_core.worker.model_paths import package_folders, readable_files, weight_files
from sqlcoder_core.worker.room_for_model import refuse_too_large, thread_count
from sqlcoder_core.worker.scratch import make_scratch, remove_scratch

MODULE = "sqlcoder_core.worker.model_child"
CANCEL_SECONDS = 1.0
"""How long a model may take to notice that nobody wants its answer any more."""
_PATIENCE = 3600.0
_HARMLESS = (
    "CUDA_DEVICE_ORDER",
    "CUDA_HOME",
    "CUDA_PATH",
    "CUDA_VISIBLE_DEVICES",
    "GGML_METAL_PATH_RESOURCES",
    "HF_HOME",
    "HIP_VISIBLE_DEVICES",
    "HSA_OVERRIDE_GFX_VERSION",
    "LLAMA_CPP_LIB_PATH",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTORCH_CUDA_ALLOC_CONF",
    "PYTORCH_ENABLE_MPS_FALLBACK",
    "ROCR_VISIBLE_DEVICES",
    "XDG_CACHE_HOME",
)
"""Which devices and how many threads, and where libraries lie."""
_FIXED = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "LOGNAME": "sqlcoder",  # torch asks for a user's name, and the file of users is behind the wall
}
_replies = model_wire.reply_decoder()


class ModelProcess:
    """At most one running child. `facts` are known once it is ready; `unconfined` says why it has no sandbox, None where it has one.

    `folder` is where the state of prompts is kept with `keep_prefix: disk`.
    """

    def __init__(self, runtime: Runtime, files: ModelFiles, *, folder: Path | None = None, sandbox: bool = True) -> None:
        self.facts: ModelFacts | None = None
        self.unconfined: str | None = None
        self._runtime = runtime
        self._files = files
        self._folder = folder
        self._sandbox = sandbox
        self._child: ChildProcess | None = None
        self._scratch: str | None = None
        self._failure: tuple[object, ModelError] | None = None

    @property
    def what(self) -> str:
        """The model as messages name it."""
        return f"model {self._files.name}"

    def launch(self) -> None:
        """Start loading unless it runs already; does not wait. Raises ModelError where the model cannot be loaded here."""
        if self._child is not None and self._child.alive:
            return
        self.close()
        self._refuse()
        if self._failure is not None and self._failure[0] == self._state_of_files():
            raise self._failure[1]
        self._scratch = make_scratch()
        threads = {"OMP_NUM_THREADS": str(thread_count(getattr(self._runtime.settings, "threads", None)))}
        own = {name: os.environ[name] for name in _HARMLESS if name in os.environ}
        environment = {**threads, **own, **_FIXED, "TMPDIR": self._scratch}
        self._child = ChildProcess(MODULE, what="model process", error=ModelDied, environment=environment)
        self._child.send(self._load_frame())

    def ready(self) -> ModelFacts:
        """Facts of the loaded model; starts and waits. Raises ModelError when it cannot be loaded."""
        self.launch()
        if self.facts is None:
            reply = self._first_reply()
            if not isinstance(reply, model_wire.Ready):
                self.close()
                raise self._remembered(self._cannot_load(reply))
            self.facts, self.unconfined = reply.facts, reply.unconfined
        return self.facts

    def _first_reply(self) -> model_wire.ModelReply | None:
        try:
            return self.receive(_PATIENCE)
        except ModelDied as died:
            raise self._remembered(self._died_loading(died)) from died
        except BaseException:  # an interrupt too must not leave a child half started; it is raised on
            self.close()
            raise

    def _remembered(self, error: ModelError) -> ModelError:
        """A file that cannot be loaded is not tried again for every question, as long as it is the same; memory may be free by then."""
        if not (isinstance(error, ModelDied) and error.code == "out_of_memory"):
            self._failure = (self._state_of_files(), error)
        return error

    def _state_of_files(self) -> object:
        return tuple((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in weight_files(self._files))

    def send(self, message: model_wire.Work) -> None:
        """Raises ModelDied when the child has ended."""
        assert self._child is not None
        try:
            self._child.send(message)
        except ModelDied as died:
            raise self._explained(died) from None

    def receive(self, seconds: float) -> model_wire.ModelReply | None:
        """The next reply; None when none came in that time. Raises ModelDied when the child has ended."""
        assert self._child is not None
        try:
            frame = self._child.receive(seconds)
        except ModelDied as died:
            raise self._explained(died) from None
        return _replies.decode(frame) if frame is not None else None

    def stop(self, number: int) -> None:
        """Ask it to stop working on that request, wait a second, then kill it; the next request gets a fresh one."""
        if self._child is None or not self._child.alive:
            return
        try:
            self._child.send(model_wire.Cancel(number=number))
            until = time.monotonic() + CANCEL_SECONDS
            while (left := until - time.monotonic()) > 0:
                if _ends(self.receive(left), number):
                    return
        except ModelDied:
            pass
        except BaseException:  # a second interrupt while waiting: no more grace; it is raised on
            self.kill()
            raise
        self.kill()

    def kill(self) -> None:
        """End it now."""
        if self._child is not None:
            self._child.kill()
        self.close()

    def close(self) -> None:
        """End it in order and remove its private directory."""
        if self._child is not None:
            self._child.close()
        if self._scratch is not None:
            remove_scratch(self._scratch)
        self._child, self._scratch, self.facts = None, None, None

    def _refuse(self) -> None:
        missing = self._runtime.missing()
        if missing is not None:
            raise ModelError(missing.message, place=missing.place, hint=missing.hint)
        path = Path(self._files.path)
        if not path.exists():
            raise ModelError(
                f"{self.what} is not there", place=str(path), hint="run `sqlcoder models pull`, or correct `runtime: {model: ...}`"
            )
        if not self._runtime.devices():
            size = self._runtime.memory(self._files)
            refuse_too_large(self.what, sum(file.stat().st_size for file in weight_files(self._files)) if size is None else size)

    def _load_frame(self) -> model_wire.Load:
        settings = self._runtime.settings
        engine, file = engine_reference(type(self._runtime), self._runtime.engine)
        devices = self._runtime.devices()
        keep = settings.keep_prefix if isinstance(settings, LocalSettings) else "memory"
        folder = _made(self._folder) if keep == "disk" else None
        secrets: list[str] = []
        written = [self._scratch, str(folder) if folder else None, os.devnull]
        return model_wire.Load(
            engine=engine,
            file=file,
            settings={name: value for name, value in plain_settings(settings, secrets).items() if name not in OF_AN_ANSWER},
            files=self._files,
            secrets=tuple(secret for secret in secrets if secret),
            keep="memory" if keep == "disk" and folder is None else keep,
            folder=str(folder) if folder else None,
            scratch=self._scratch,
            read=(*readable_files(self._files), *package_folders(), *self._runtime.readable(self._files), *((file,) if file else ())),
            write=tuple(path for path in written if path),
            sandbox=self._sandbox and not devices,
            unconfined="it needs an accelerator's device files" if devices else None,
            # Linux watches the starting thread, not the process: only the main thread is sure to live as long.
            die_with_parent=threading.current_thread() is threading.main_thread(),
        )

    def _cannot_load(self, reply: model_wire.ModelReply | None) -> ModelError:
        if not isinstance(reply, model_wire.Failed):
            return ModelError(f"{self.what} was not loaded after {_PATIENCE:g} s", place=self._files.path)
        if reply.kind == "model":
            return ModelError(reply.message, place=reply.place, hint=reply.hint)
        if reply.kind == "memory":
            return self._out_of_memory()
        hint = f"check it with `sqlcoder models info`; runtime {self._runtime.name} could not make sense of the file, or is broken"
        return ModelError(f"{self.what} cannot be loaded: {reply.message}", place=self._files.path, hint=hint)

    def _died_loading(self, died: ModelDied) -> ModelError:
        self.close()
        hint = died.hint or "the file may be damaged: fetch it again, or check it with `sqlcoder models info`"
        return ModelDied(f"{self.what} cannot be loaded: {died.message}", code=died.code, place=self._files.path, hint=hint)

    def _explained(self, died: ModelDied) -> ModelDied:
        """A process that somebody else killed was most likely killed by the system, for its memory."""
        if self._child is not None and self._child.ended_by == signal.SIGKILL:
            return self._out_of_memory()
        return died

    def _out_of_memory(self) -> ModelDied:
        hint = "choose a smaller quantisation, fewer `beams`, or a smaller `context`"
        return ModelDied(f"{self.what} ran out of memory, and its process was ended", code="out_of_memory", hint=hint)


def _made(folder: Path | None) -> Path | None:
    """The folder; None where it cannot be made, since answers do without it."""
    try:
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def _ends(reply: model_wire.ModelReply | None, number: int) -> bool:
    return isinstance(reply, model_wire.Done | model_wire.Failed | model_wire.Counts) and reply.number == number
