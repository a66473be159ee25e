"""Requests over HTTP with the certificates, proxies and credentials that the user's tools use; errors as one sentence."""

from __future__ import annotations

import base64
import http.client
import netrc
import os
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from typing import IO, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from sqlcoder_core import __version__
from sqlcoder_core.errors import ModelError

SECONDS = 30.0
"""How long a server may be silent."""
_STEPS = "check the network and its proxy, or fetch the file elsewhere and name it by its path"


class Response(Protocol):
    """What is used of a server's answer."""

    headers: Message
    status: int | None

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class Web:
    """Opens addresses. `cert` is a bundle of certificates to trust instead of the system's; without `proxy` the environment names one."""

    cert: str | None = None
    proxy: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def open(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """The server's answer. Raises HTTPError for a status of 400 and more, and OSError where it cannot be reached."""
        plain, authorization = _without_credentials(url)
        request = Request(plain, headers={"User-Agent": f"sqlcoder/{__version__}", "Accept-Encoding": "identity", **(headers or {})})
        if authorization:
            # Not sent on when the server redirects: it is meant for this host.
            request.add_unredirected_header("Authorization", authorization)
        opened: Response = self._opener().open(request, timeout=SECONDS)
        return opened

    def _opener(self) -> OpenerDirector:
        bundle = self.cert or self.environ.get("SSL_CERT_FILE") or self.environ.get("REQUESTS_CA_BUNDLE")
        try:
            context = ssl.create_default_context(cafile=bundle or None)
        except OSError as error:
            hint = "name a file of certificates in PEM with PIP_CERT or SSL_CERT_FILE, or unset it"
            raise ModelError(f"the certificates cannot be read: {error.strerror or error}", place=bundle, hint=hint) from error
        named = {"http": self.proxy, "https": self.proxy} if self.proxy else None
        return build_opener(HTTPSHandler(context=context), ProxyHandler(named), _NoDowngrade())


class _NoDowngrade(HTTPRedirectHandler):
    """Follows redirects, but never from https to something weaker."""

    def redirect_request(  # noqa: PLR0917 - urllib's signature
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise HTTPError(newurl, code, "redirected to an address without encryption", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def told(error: Exception, url: str) -> ModelError:
    """One sentence for a request that failed; credentials in the address are left out."""
    host, shown = host_of(url), shown_url(url)
    if isinstance(error, HTTPError):
        return _refused(error, host, shown)
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLError):
        hint = "name your network's certificates with PIP_CERT or SSL_CERT_FILE"
        return ModelError(f"{host} is not trusted: {reason.reason or reason}", hint=hint)
    return ModelError(f"{host} cannot be reached: {_reason(reason)}", hint=_STEPS)


def _refused(error: HTTPError, host: str, shown: str) -> ModelError:
    if error.code in (401, 403, 407):
        hint = "check the credentials in pip's settings, ~/.netrc or the proxy's address"
        return ModelError(f"{host} does not let us have {shown} (HTTP {error.code})", hint=hint)
    if error.code in (404, 410):
        return ModelError(f"{shown} is not there (HTTP {error.code})", hint="check the address")
    return ModelError(f"{host} answers {shown} with HTTP {error.code} {error.reason}".rstrip(), hint="try again later")


def _reason(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return f"no answer within {SECONDS:.0f} s"
    if isinstance(reason, socket.gaierror):
        return "its name is not known here"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    return str(reason) or type(reason).__name__


def host_of(url: str) -> str:
    """The host of an address, for messages; a file's address has its path."""
    parts = urlsplit(url)
    return parts.hostname or parts.path


def shown_url(url: str) -> str:
    """An address without the credentials in it."""
    return _without_credentials(url)[0]


def _without_credentials(url: str) -> tuple[str, str | None]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return url, None
    user, password = parts.username, parts.password
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    if user is None and parts.hostname:
        with suppress(OSError, netrc.NetrcParseError):  # no such file, or one that others can read
            found = netrc.netrc().authenticators(parts.hostname)
            user, password = (found[0], found[2]) if found else (None, None)
    if user is None:
        return plain, None
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return plain, f"Basic {base64.b64encode(pair).decode()}"
