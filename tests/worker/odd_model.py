"""A runtime in one file whose model does as the prompt says; for what a model worker must survive."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from pathlib import Path

from sqlcoder_core.api import (
    Generated,
    Hypothesis,
    LocalSettings,
    ModelEngine,
    ModelError,
    ModelFacts,
    Problem,
    Runtime,
    SecretText,
    Tokenizer,
)


class OddModelSettings(LocalSettings):
    """How loading goes wrong."""

    load: str = ""
    read: tuple[str, ...] = ()
    needs_devices: bool = False
    missing_extra: bool = False
    bytes: int | None = None
    secret: SecretText | None = None
    constrain: bool = False


class OddRuntime(Runtime):
    """For tests."""

    name = "odd"
    engine = ":OddModelEngine"
    kinds = ("gguf",)
    Settings = OddModelSettings

    def missing(self):
        if self.settings.missing_extra:
            return Problem(code="missing_extra", message="runtime 'odd' needs oddlib", hint='run pip install "sqlcoder-core[odd]"')
        return None

    def readable(self, files):
        return self.settings.read

    def memory(self, files):
        return self.settings.bytes

    def devices(self):
        return self.settings.needs_devices


class Letters(Tokenizer):
    """A token for each byte."""

    vocabulary = 257
    ends = frozenset((256,))
    special = frozenset((256,))

    def encode(self, text, *, whole=True):
        if text == "hang":
            time.sleep(3600)
        if text == "end":
            os._exit(7)
        return list(text.encode())

    def decode(self, tokens):
        return bytes(token for token in tokens if token < 256).decode("utf-8", "replace")

    def token_bytes(self, token):
        return bytes((token,)) if token < 256 else b""

    def chat(self, messages):
        return None


class OddModelEngine(ModelEngine):
    """Runs `word argument`."""

    def load(self):
        word, _, argument = self.settings.load.partition(" ")
        if word:
            getattr(self, word)(argument)
        self.tokenizer = Letters()
        return ModelFacts(name=self.files.name, context=1000, precision="odd", chat_template=False)

    def generate(self, texts, decoding, stop, pause):
        self.pause = pause
        for text in texts:
            word, _, argument = text.partition(" ")
            text = str(getattr(self, word)(argument))
            yield Generated(hypotheses=(Hypothesis(text=text, tokens=1, logprob=-0.5, score=-0.5, ended="stop"),), prompt_tokens=len(text))

    # ---- what a prompt may ask for

    def say(self, text):
        return text

    def environment(self, _):
        return "\n".join(f"{name}={value}" for name, value in sorted(os.environ.items()))

    def process(self, _):
        return f"{os.getpid()} {os.getsid(0)} {os.getppid()}"

    def modules(self, _):
        return " ".join(sorted(sys.modules))

    def read_file(self, path):
        return Path(path).read_text()

    def write_file(self, path):
        Path(path).write_text("written")
        return path

    def write_scratch(self, _):
        import tempfile

        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            file.write("written")
        return file.name

    def devnull(self, _):
        with open(os.devnull, "w") as nothing:
            nothing.write("nothing")
        return "written"

    def connect_to(self, port):
        with socket.create_connection(("127.0.0.1", int(port)), timeout=2):
            return "connected"

    def datagram_to(self, port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"from the model", ("127.0.0.1", int(port)))
        return "sent"

    def connect_to_local(self, path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.connect(path)
        return "connected"

    def pair(self, _):
        return str(socket.socketpair())

    def parents_memory(self, parent):
        with open(f"/proc/{parent}/maps") as maps, open(f"/proc/{parent}/mem", "rb") as memory:
            memory.seek(int(maps.readline().partition("-")[0], 16))
            return memory.read(16).hex()

    def signal(self, process):
        os.kill(int(process), 0)
        return "signalled"

    def shell(self, _):
        return os.popen("echo from a shell").read()

    def chatter(self, text):
        print(text * 50_000, flush=True)
        print(text * 50_000, file=sys.stderr, flush=True)
        return text

    def stubborn(self, _):
        while True:
            time.sleep(0.01)

    def patient(self, _):
        while True:
            self.pause()
            time.sleep(0.01)

    def end(self, code):
        print("these are my last words", file=sys.stderr, flush=True)
        os._exit(int(code))

    def traced(self, _):
        print("the cause\n/usr/lib/libc.so.6(+0x29d90)[0x7f0000029d90]\npython(_start+0x21)[0x55d0]", file=sys.stderr, flush=True)
        os.abort()

    def abort(self, _):
        os.abort()

    def segfault(self, _):
        ctypes.string_at(0)

    def killed(self, _):
        os.kill(os.getpid(), 9)

    def no_memory(self, _):
        raise MemoryError

    def fail(self, message):
        raise ModelError(message, place="model.gguf", hint="a hint")

    def surprise(self, message):
        raise KeyError(message)

    def tell_secret(self, _):
        raise ModelError(f"cannot log in with {self.settings.secret}")
