"""HTTP to message providers: five seconds at most, no redirects, and nothing logged."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

import httpx


class NotSent(Exception):
    """A provider did not take the message; it may be tried again. It says why, but never to whom."""


class Unreachable(Exception):
    """There is no address to send it to any more, so trying again is useless."""


async def call(method: str, url: str, **what: Any) -> httpx.Response:
    """The answer, whatever its status, within five seconds; redirects are not followed. Raises NotSent."""
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False, verify=certificates()) as provider:
            return await provider.request(method, url, **what)
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        raise NotSent(type(failed).__name__) from failed


def good(answer: httpx.Response) -> httpx.Response:
    """The answer, if it was successful. Raises NotSent."""
    if not answer.is_success:
        raise NotSent(f"HTTP {answer.status_code}")
    return answer


@cache
def certificates() -> ssl.SSLContext:
    """Loaded once: it takes 20 ms, which could reveal that the next answer had to send a message."""
    return ssl.create_default_context()
