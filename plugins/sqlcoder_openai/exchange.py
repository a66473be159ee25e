"""Requests over HTTP: timeouts, retries with growing pauses, streams, and one clear error for everything that goes wrong."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from sqlcoder_core.api import ConfigError
from sqlcoder_openai.address import is_loopback, root_of
from sqlcoder_openai.failures import BUSY, ServerError, masked, parsed, refusal, said
from sqlcoder_openai.settings import ServerSettings

if TYPE_CHECKING:
    import httpx

Body = dict[str, Any]
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
_LONGEST_BODY, _LONGEST_STREAM, _LONGEST_LINE = 50_000_000, 10_000_000, 1_000_000
"""Bytes, unpacked: beyond, a server means harm or is none of ours."""


class Exchange:
    """One server, spoken to from one event loop. Paths that begin with `/` count from above `/v1`."""

    def __init__(self, settings: ServerSettings) -> None:
        self.place = settings.base_url
        self._settings = settings
        self._client: httpx.AsyncClient | None = None
        self._secrets = tuple(
            secret.reveal() for secret in (settings.api_key, *settings.headers.values()) if secret is not None and len(secret.reveal()) > 3
        )

    async def json(self, method: str, path: str, body: Body | None = None, *, seconds: float, retry: bool = True) -> Any:
        """What the server answers, as JSON. Raises ServerError."""
        data = await self._patiently(method, path, body, seconds, retry)
        try:
            return parsed(data)
        except ValueError:
            text = said(data, self._secrets) or "nothing"
            hint = "is there an OpenAI-compatible server, and does `base_url` end with its `/v1`?"
            raise ServerError(f"the answer is not JSON: {text[:80]}", place=self._url(path), hint=hint) from None

    async def events(self, path: str, body: Body, *, seconds: float) -> AsyncIterator[Any]:
        """A stream's events, each as JSON. Raises ServerError; never sends twice once something has come."""
        import httpx

        try:
            async with (
                asyncio.timeout(max(seconds, 0.01)),
                self._http.stream("POST", self._url(path), json=body, timeout=self._timeout(seconds)) as response,
            ):
                if response.status_code != 200:
                    raise self._refused(response, await self._content(response, path), path)
                async for line in self._lines(response, path):
                    event = line.removeprefix("data:").strip()
                    if line.startswith("data:") and event and event != "[DONE]":
                        yield self._event(event, path)
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._unreached(error, path) from error

    async def aclose(self) -> None:
        """End the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    # ------------------------------------------------------------------ one request, and again

    async def _patiently(self, method: str, path: str, body: Body | None, seconds: float, retry: bool) -> bytes:
        until, tries = time.monotonic() + seconds, self._settings.retries if retry else 0
        for attempt in range(tries + 1):
            try:
                return await self._once(method, path, body, until - time.monotonic())
            except _Again as again:
                pause = again.pause if again.pause is not None else _FIRST_PAUSE * 2**attempt * random.uniform(0.75, 1.25)
                if attempt == tries or pause > _LONGEST_PAUSE or time.monotonic() + pause > until:
                    raise again.error from again.__cause__
                await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _once(self, method: str, path: str, body: Body | None, seconds: float) -> bytes:
        import httpx

        try:
            async with asyncio.timeout(max(seconds, 0.01)):
                async with self._http.stream(method, self._url(path), json=body, timeout=self._timeout(seconds)) as response:
                    content = await self._content(response, path)
        except (httpx.HTTPError, TimeoutError) as error:
            told = self._unreached(error, path)
            if told.code == "time_limit":
                raise told from error
            raise _Again(told) from error
        if response.status_code == 200:
            return content
        told = self._refused(response, content, path)
        if response.status_code in BUSY and told.code != "prompt_too_long" and not _is_final(told.message):
            raise _Again(told, _pause(response.headers.get("retry-after")))
        raise told

    async def _content(self, response: httpx.Response, path: str) -> bytes:
        """The whole body, of bounded size."""
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > _LONGEST_BODY:
                raise self._endless(path)
        return bytes(content)

    async def _lines(self, response: httpx.Response, path: str) -> AsyncIterator[str]:
        """The lines of a stream, of bounded size."""
        size, rest = 0, b""
        async for part in response.aiter_bytes():
            size += len(part)
            *lines, rest = (rest + part).split(b"\n")
            if size > _LONGEST_STREAM or len(rest) > _LONGEST_LINE:
                raise self._endless(path)
            for line in lines:
                yield line.decode("utf-8", "replace")
        yield rest.decode("utf-8", "replace")

    def _endless(self, path: str) -> ServerError:
        return ServerError("the server's answer does not end", place=self._url(path), hint="is `base_url` a server of models?", one=True)

    def _event(self, text: str, path: str) -> Any:
        try:
            event = parsed(text)
        except ValueError:
            shown = said(text.encode(), self._secrets)[:80]
            raise ServerError(f"the stream holds what is not JSON: {shown}", place=self._url(path), hint="set `mode:`") from None
        if isinstance(event, dict) and event.get("error"):
            raise ServerError(f"the server failed: {said(text.encode(), self._secrets)}", place=self._url(path), one=True)
        return event

    # ------------------------------------------------------------------ errors

    def _refused(self, response: httpx.Response, content: bytes, path: str) -> ServerError:
        text = said(content, self._secrets)
        location = masked(response.headers.get("location", ""), self._secrets)
        has_key = self._settings.api_key is not None
        return refusal(response.status_code, text, self._url(path), has_key=has_key, location=location)

    def _unreached(self, error: Exception, path: str) -> ServerError:
        import httpx

        place = self._url(path)
        if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout | httpx.PoolTimeout | TimeoutError):
            hint = "raise `seconds:`, or lower `max_tokens:` or `concurrent:`"
            return ServerError("the server took too long", place=place, hint=hint, one=True, code="time_limit")
        reason = masked(str(error) or type(error).__name__, self._secrets)
        if isinstance(error.__cause__, ssl.SSLError) or "certificate" in reason.lower():
            hint = "set `ca_file:` to the certificates of whoever signed it"
            return ServerError(f"the server's certificate is not trusted: {reason}", place=place, hint=hint)
        return ServerError(f"the server cannot be reached: {reason}", place=place, hint="is it running, and is `base_url` right?")

    # ------------------------------------------------------------------ the client

    @property
    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            import httpx

            settings = self._settings
            headers = {name: value.reveal() for name, value in settings.headers.items()}
            if settings.api_key is not None:
                headers.setdefault("Authorization", f"Bearer {settings.api_key.reveal()}")
            self._client = httpx.AsyncClient(
                headers=headers,
                verify=_trusted(settings),
                trust_env=settings.proxies and not is_loopback(settings.base_url),
                follow_redirects=False,  # they would take the key elsewhere
                limits=httpx.Limits(max_connections=settings.concurrent + 2),
            )
        return self._client

    def _url(self, path: str) -> str:
        return root_of(self.place) + path if path.startswith("/") else f"{self.place}/{path}"

    def _timeout(self, seconds: float) -> httpx.Timeout:
        import httpx

        return httpx.Timeout(max(seconds, 0.01), connect=self._settings.connect_seconds)


class _Again(Exception):
    """A failure after which the same request may succeed, and how long the server wants to be left alone."""

    def __init__(self, error: ServerError, pause: float | None = None) -> None:
        super().__init__(error.message)
        self.error, self.pause = error, pause


def _trusted(settings: ServerSettings) -> ssl.SSLContext | bool:
    if settings.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(settings.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the certificates of `ca_file` cannot be read: {error}", place=str(settings.ca_file)) from error


def _is_final(message: str) -> bool:
    """llama-cpp-python answers 500 to options that it does not take; asking again changes nothing."""
    return "not supported" in message or "unsupported" in message.lower()


def _pause(header: str | None) -> float | None:
    """`Retry-After` in seconds: a number, or a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
