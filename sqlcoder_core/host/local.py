"""Single-file plugins: `use: ./my_check.py:NoStar` is the class NoStar in a file beside the configuration."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.host.nearest import did_you_mean

_USE = re.compile(r"(?P<file>.*\.py)(?::(?P<name>\w+))?")
_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalUse:
    """A `use:` that names a file: its absolute path, the class, and the text as written."""

    file: Path
    class_name: str
    written: str


def is_local(use: str) -> bool:
    """True for what names a Python file rather than an installed plugin."""
    return _USE.fullmatch(use) is not None


def local_use(use: str, config_dir: Path, place: str) -> LocalUse:
    """Take `./file.py:Class` apart; relative files count from `config_dir`. Raises ConfigError with the classes the file defines."""
    match = _USE.fullmatch(use)
    assert match is not None, use
    file = config_dir / Path(match["file"]).expanduser()
    if not file.is_file():
        raise ConfigError(f"there is no plugin file {match['file']!r}", place=place, hint=f"looked for {file}")
    if match["name"] is None:
        classes = _CLASS.findall(file.read_text(encoding="utf-8", errors="replace"))
        example = f"{use}:{classes[0]}" if classes else f"{use}:ClassName"
        raise ConfigError(f"{use!r} does not say which class of the file it means", place=place, hint=f"write `use: {example}`")
    return LocalUse(file=file.resolve(), class_name=match["name"], written=use)


def load_module(file: Path) -> ModuleType:
    """Import a file under a name of its own; the same file is imported once."""
    name = f"sqlcoder_local_{file.stem}_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None, file
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def class_in(module: ModuleType, use: LocalUse, place: str) -> object:
    """The class that was named. Raises ConfigError with the nearest name when the file has no such class."""
    if not hasattr(module, use.class_name):
        classes = [name for name, thing in vars(module).items() if isinstance(thing, type) and thing.__module__ == module.__name__]
        hint = did_you_mean(use.class_name, classes) or "it defines no class"
        raise ConfigError(f"{use.file.name} has no class {use.class_name!r}", place=place, hint=hint)
    return getattr(module, use.class_name)
