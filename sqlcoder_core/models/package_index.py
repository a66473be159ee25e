"""A wheel's name and version in, its address and checksum out: asked of the indexes that pip is told to ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.pip_settings import PipSettings
from sqlcoder_core.models.web import Web, host_of, told

# The simple repository API. Sources: PEP 503 (HTML), PEP 691 (JSON).
_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
_LONGEST_PAGE = 50 * 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelFile:
    """A wheel that an index offers; `sha256` and `size` where it says them."""

    url: str
    filename: str
    sha256: str | None = None
    size: int | None = None


def find_wheel(web: Web, settings: PipSettings, project: str, version: str) -> WheelFile:
    """The wheel of that project and version: from the first index or folder of links that has it.

    Raises ModelError where none has it; where some could not be asked, it says so.
    """
    failed: list[ModelError] = []
    for page in _pages(settings, project):
        try:
            found = [file for file in _files_on(web, page) if _is_wheel(file.filename, project, version)]
        except HTTPError as error:
            error.close()
            if error.code not in (404, 410):  # an index that does not have the project is no trouble
                failed.append(told(error, page))
        except OSError as error:
            if not _is_no_such_file(error):
                failed.append(told(error, page))
        else:
            if found:
                _refuse_downgrade(page, found)
                return min(found, key=lambda file: (not file.filename.endswith("-any.whl"), file.filename))
    if failed:
        raise failed[0]
    asked = ", ".join(dict.fromkeys(host_of(index) for index in (*settings.indexes, *settings.links))) or "no index (pip's no-index is set)"
    raise ModelError(f"no wheel {project}=={version} is offered by {asked}", hint="check name and version, and pip's index settings")


def _refuse_downgrade(page: str, found: list[WheelFile]) -> None:
    """Raise ModelError where an index on the network sends us to this machine's files, or an encrypted one to the open."""
    scheme = urlsplit(page).scheme
    fine = {"https": ("https",), "http": ("http", "https")}.get(scheme)
    wrong = next((file.url for file in found if fine and urlsplit(file.url).scheme not in fine), None)
    if wrong:
        message = f"{host_of(page)} offers the wheel at {urlsplit(wrong).scheme}://, which is not to be trusted"
        raise ModelError(message, hint="check pip's index settings")


def _pages(settings: PipSettings, project: str) -> Iterator[str]:
    yield from settings.links
    yield from (f"{index}/{_normal(project)}/" for index in settings.indexes)


def _files_on(web: Web, page: str) -> Iterator[WheelFile]:
    folder = _folder(page)
    if folder is not None:
        if not (folder / "index.html").is_file():
            yield from (WheelFile(url=file.as_uri(), filename=file.name) for file in sorted(folder.glob("*.whl")))
            return
        page = (folder / "index.html").absolute().as_uri()
    response = web.open(page, {"Accept": _ACCEPT})
    try:
        body = response.read(_LONGEST_PAGE)
        kind = response.headers.get("Content-Type", "")
    finally:
        response.close()
    base = getattr(response, "url", None) or page
    yield from _in_json(body, base) if "json" in kind else _in_html(body, base)


def _folder(page: str) -> Path | None:
    parts = urlsplit(page)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in page else Path(page).expanduser().absolute()


def _in_json(body: bytes, page: str) -> Iterator[WheelFile]:
    try:
        listed: list[dict[str, Any]] = json.loads(body)["files"]
        for file in listed:
            digest, size = (file.get("hashes") or {}).get("sha256"), file.get("size")
            yield WheelFile(
                url=urljoin(page, file["url"]),
                filename=str(file["filename"]),
                sha256=None if digest is None else str(digest),
                size=size if isinstance(size, int) else None,
            )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"{host_of(page)} answers with something that is no list of packages"
        raise ModelError(message, hint="check pip's index settings") from error


def _in_html(body: bytes, page: str) -> Iterator[WheelFile]:
    links = _Links()
    links.feed(body.decode("utf-8", "replace"))
    for href in links.found:
        url, fragment = urldefrag(urljoin(page, href))
        digest = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else None
        yield WheelFile(url=url, filename=unquote(urlsplit(url).path.rpartition("/")[2]), sha256=digest)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the addresses of anchors."""
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _is_wheel(filename: str, project: str, version: str) -> bool:
    if not filename.endswith(".whl") or "/" in filename or "\\" in filename:
        return False
    name, given = (*filename.removesuffix(".whl").split("-"), "")[:2]
    return _normal(name) == _normal(project) and given == version


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_no_such_file(error: OSError) -> bool:
    return isinstance(error, FileNotFoundError) or (isinstance(error, URLError) and isinstance(error.reason, FileNotFoundError))
