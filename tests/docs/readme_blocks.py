"""Run the documents' blocks: console sessions on a terminal of 100 columns, YAML through `config check`, Python as it stands.

`python tests/docs/readme_blocks.py` writes what the commands print today into the documents' console blocks.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: its language, its text, and where it stands."""

    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a console block and the output that the document shows for it."""

    command: str
    shown: str


def blocks(document: Path) -> Iterator[Block]:
    """All fenced blocks with a language, in order."""
    text = document.read_text()
    for match in FENCE.finditer(text):
        yield Block(language=match[1], text=match[2], line=text.count("\n", 0, match.start()) + 1)


def steps(block: Block) -> Iterator[Step]:
    """A console block's commands; a command goes on over lines that end with a backslash."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command = re.match(r"(?:[^\n]*\\\n)*[^\n]*", part)
        assert command
        yield Step(command=command[0], shown=part[command.end() :].strip("\n"))


def workplace(folder: Path) -> Path:
    """A copy of what a clone has beside the README, for commands to write in."""
    for name in ("examples", "sqlcoder.yaml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


class Terminal:
    """Commands of one document, run in order in one folder; `cd` and exports carry over as in a real terminal."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.environment = {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "COLUMNS": "100",
            "LINES": "40",
            "TERM": "xterm",
            "NO_COLOR": "1",
            "LANG": "C.UTF-8",
        }

    def run(self, command: str) -> tuple[int, str]:
        """Exit code and what the terminal shows."""
        keep = self.folder.parent / "state"
        script = f"[ -f {keep} ] && . {keep}\n{command}\ncode=$?\n{{ echo cd \"'$PWD'\"; export -p; }} > {keep}\nexit $code\n"
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower
        )
        os.close(follower)
        output = _read_all(leader, process)
        return process.wait(), _plain(output)


def _read_all(leader: int, process: subprocess.Popen[bytes]) -> bytes:
    output, end = b"", time.monotonic() + LONGEST
    while time.monotonic() < end:
        ready, _, _ = select.select([leader], [], [], 0.2)
        if not ready:
            if process.poll() is not None:
                break
            continue
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # Linux says EIO when the last writer has closed the terminal
            break
        if not chunk:
            break
        output += chunk
    else:
        process.kill()
    os.close(leader)
    return output


def _plain(output: bytes) -> str:
    """What stands on the screen in the end: a line that was erased (a spinner's) is gone."""
    lines = output.decode(errors="replace").replace("\r\n", "\n").split("\n")
    left = (line.rpartition("\x1b[2K")[2] for line in lines)
    return "\n".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rpartition("\r")[2].rstrip() for line in left).strip("\n")


def alike(shown: str, printed: str) -> bool:
    """Whether a document shows what was printed; a line `...` in it stands for any lines, and milliseconds may differ."""
    shown, printed = (re.sub(r"\d+ ms", "# ms", text) for text in (shown, printed))
    pattern = "\n".join(r"(?:.*\n?)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"\s*" for line in shown.split("\n"))
    return re.fullmatch(pattern.replace("(?:.*\\n?)*?\n", "(?:.*\\n?)*?"), printed) is not None


def refresh(document: Path) -> None:
    """Write today's output into the console blocks; a block whose output holds a line `...` is left as it is."""
    text = document.read_text()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        home.mkdir()
        folder = Path(scratch) / "clone"
        folder.mkdir()
        terminal = Terminal(workplace(folder), home)
        for block in blocks(document):
            if block.language != "console":
                continue
            new = []
            for step in steps(block):
                _, printed = terminal.run(step.command)
                keep = any(line.strip() == "..." for line in step.shown.split("\n"))
                output = step.shown if keep else printed
                new.append(f"$ {step.command}\n" + (f"{output}\n" if output else ""))
            text = text.replace(f"```console\n{block.text}```", "```console\n" + "".join(new) + "```", 1)
    document.write_text(text)


if __name__ == "__main__":
    refresh(ROOT / "README.md")
