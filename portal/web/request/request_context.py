"""The request being answered, for template functions that macros call without a context."""

from contextvars import ContextVar
from dataclasses import dataclass, field

from litestar import Request

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


def web_of(request: Request) -> Web:
    """The web settings of the application that answers."""
    return request.app.state.web
