"""The request being answered, also for template functions that macros call without a context."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import State

from portal.people.persons.principal import Principal

# `user` is whoever signed in; behind no guard it may be None. `auth` is not used.
Request = litestar.Request[Principal, None, State]
Connection = ASGIConnection[Any, Principal, None, State]  # what guards and middleware look at; also a request
# A handler answers with a page, a file, or the way to either.
Answer = litestar.Response[Any]

_here: ContextVar[Request] = ContextVar("here")


@dataclass(frozen=True)
class Web:
    """What the web layer needs to know of the settings; kept in `app.state.web`."""

    base_url: str
    secret: bytes = field(repr=False)
    sandbox: bool
    checkout_origin: str

    @property
    def https(self) -> bool:
        """Whether cookies are Secure and carry the __Host- prefix."""
        return self.base_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """The name of a cookie that only this host may set."""
        return f"__Host-{name}" if self.https else name


def arrive(request: Request) -> None:
    """Remember the request for the rest of its task."""
    _here.set(request)


def here() -> Request:
    """The present request. Raises LookupError outside of one."""
    return _here.get()


def web_of(request: Connection) -> Web:
    """The web settings of the application that answers."""
    web: Web = request.app.state.web
    return web
