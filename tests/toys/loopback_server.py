"""A web server on the loopback that serves bytes, continues files, cuts connections, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """`files` by path. `cuts` and `statuses` are used up one per request for a path; `ranges` False ignores Range headers;
    `refusal` (status and headers) answers everything."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    refusal: tuple[int, dict[str, str]] | None = None
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def asked_for(self, path: str) -> list[dict[str, str]]:
        """The headers of each GET of a path, names in small letters."""
        return [headers for method, one, headers in self.asked if one == path and method == "GET"]


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, *, body: bool) -> None:
        site, path = self.site, self.path.partition("?")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        site.asked.append((self.command, path, headers))
        if site.refusal is not None:
            self._head(site.refusal[0], 0, site.refusal[1])
            return
        if path in site.redirects:
            self._head(302, 0, {"Location": site.redirects[path]})
            return
        if site.statuses.get(path):
            self._head(site.statuses[path].pop(0), 0, {})
            return
        if path not in site.files:
            self._head(404, 0, {})
            return
        self._send(path, headers, body)

    def _send(self, path: str, headers: dict[str, str], body: bool) -> None:
        site, content = self.site, self.site.files[path]
        own = {"Content-Type": site.kinds.get(path, "application/octet-stream"), **site.headers.get(path, {})}
        start = self._start(headers, own)
        if start > len(content) or (start and start == len(content)):
            self._head(416, 0, {"Content-Range": f"bytes */{len(content)}"})
            return
        if start:
            own["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._head(206 if start else 200, len(content) - start, own)
        if body:
            cut = site.cuts[path].pop(0) if site.cuts.get(path) else None
            self.wfile.write(content[start:][:cut])
            if cut is not None:
                self.close_connection = True

    def _start(self, headers: dict[str, str], own: dict[str, str]) -> int:
        asked = headers.get("range", "")
        same = headers.get("if-range") in (None, own.get("ETag"))
        return int(asked.removeprefix("bytes=").partition("-")[0]) if asked and same and self.site.ranges else 0

    def _head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Site]:
    """A running site; ended with the block."""
    site = Site()
    server = ThreadingHTTPServer((host, 0), type("Handler", (_Handler,), {"site": site}))
    site.url = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
