"""The address of a server: what it may look like, and whether it is this machine."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit


def base_url(text: str) -> str:
    """The address without a slash at its end, `/v1` added where it has no path. Raises ValueError, without repeating what may be secret."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("should be an address like http://127.0.0.1:8000/v1 or https://models.example.com/v1")
    if parts.username or parts.password:
        raise ValueError("should hold no user or password; put the key in `api_key`, as ${NAME}")
    if parts.query or parts.fragment:
        raise ValueError("should end with the path, without `?` or `#`")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("has a port that is no number below 65536") from None
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1'}"


def is_loopback(url: str) -> bool:
    """True only when every address of the host is on this machine. A name that nobody can resolve is not."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(str(address).split("%")[0]).is_loopback for address in found)


def root_of(url: str) -> str:
    """The address above `/v1`, where servers have what is not OpenAI's."""
    return url.removesuffix("/v1")
