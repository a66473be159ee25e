"""Where pip is told to look for packages on this machine: its environment variables and configuration files, read without pip."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PUBLIC_INDEX = "https://pypi.org/simple"
_SECTIONS = ("global", "install", "download")
_NAMES = ("index-url", "extra-index-url", "no-index", "find-links", "cert", "proxy")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipSettings:
    """`indexes` in the order in which they are asked, `links` are folders or pages of files, `cert` a bundle of certificates,
    `proxy` the address of a proxy."""

    indexes: tuple[str, ...] = (PUBLIC_INDEX,)
    links: tuple[str, ...] = ()
    cert: str | None = None
    proxy: str | None = None


def pip_settings(environ: Mapping[str, str]) -> PipSettings:
    """pip's settings: files from the system's to the user's and the virtual environment's, then PIP_ variables, the last one wins."""
    said: dict[str, str] = {}
    for file in _files(environ):
        said |= _in_file(file)
    said |= {name: value for name in _NAMES if (value := environ.get(f"PIP_{name.upper().replace('-', '_')}"))}
    own = () if said.get("no-index", "").lower() in ("1", "true", "yes", "on") else (said.get("index-url", PUBLIC_INDEX),)
    extra = tuple(said.get("extra-index-url", "").split()) if own else ()
    return PipSettings(
        indexes=tuple(url.rstrip("/") for url in own + extra),
        links=tuple(said.get("find-links", "").split()),
        cert=said.get("cert"),
        proxy=said.get("proxy"),
    )


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    """pip's configuration files, the weakest first. Source: pip's documentation, "Configuration"."""
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "win32":
        yield Path(environ.get("PROGRAMDATA", "C:/ProgramData"), "pip", "pip.ini")
        yield home / "pip" / "pip.ini"
        yield Path(environ.get("APPDATA", home), "pip", "pip.ini")
        yield Path(sys.prefix, "pip.ini")
    else:
        yield from _unix_files(environ, home)
        yield Path(sys.prefix, "pip.conf")
    if chosen:
        yield Path(chosen)


def _unix_files(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    for folder in reversed((environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")):
        yield Path(folder, "pip", "pip.conf")
    if sys.platform == "darwin":
        yield Path("/Library/Application Support/pip/pip.conf")
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    if sys.platform == "darwin":
        yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf")


def _in_file(file: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):  # pip says what is wrong with its files; here they count as unsaid
        return {}
    found: dict[str, str] = {}
    for section in _SECTIONS:
        if parser.has_section(section):
            found |= {name: value for name, value in parser.items(section) if name in _NAMES}
    return found
