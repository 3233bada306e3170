"""Who may reach a route at all. Queries check whose row it is."""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Request
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from portal.kit import clock
from portal.kit.errors import Forbidden
from portal.people.persons.permissions import May
from portal.people.persons.principal import MOST_ESTATES, Audience, Chosen
from portal.people.persons.queries import estates_of, in_estate
from portal.people.persons.rules import fresh
from portal.web.forms.unsent_forms import hold
from portal.web.request.request_context import Connection


class SignedOut(Exception):
    """Nobody is signed in, or not surely enough; `door` is the sign-in page, `back` the page to return to."""

    def __init__(self, door: str, back: str) -> None:
        super().__init__(door)
        self.door, self.back = door, back


class WhichEstate(Exception):
    """The page shows one estate at a time, and the address does not say which of these."""

    def __init__(self, estates: list[Chosen]) -> None:
        super().__init__()
        self.estates = estates


async def owner(connection: Connection, handler: BaseRouteHandler) -> None:
    """Somebody who signed in as an owner."""
    await _through(connection, Audience.owner, "/sign-in")


async def committee(connection: Connection, handler: BaseRouteHandler) -> None:
    """An owner who holds a post on a committee."""
    await _through(connection, Audience.owner, "/sign-in")
    if not connection.user.committees:
        raise Forbidden


def staff(what: May | None = None) -> Guard:
    """A member of staff who may do this in any community; any member of staff if nothing is named.

    If the address has `estate=CODE`, they have only their roles in that estate, and see nothing of any other.
    """

    async def staff_guard(connection: Connection, handler: BaseRouteHandler) -> None:
        await _through(connection, Audience.staff, "/desk/sign-in")
        if (code := connection.query_params.get("estate")) and connection.user.chosen is None:
            connection.scope["user"] = await in_estate(connection.user, code)
        if what and not connection.user.where(what):
            raise Forbidden

    staff_guard.what = what  # type: ignore[attr-defined]  # so that menus show only what opens
    return staff_guard


async def of_one_estate(connection: Connection, handler: BaseRouteHandler) -> None:
    """For pages that compute over all estates: whoever works for many has to choose one. Behind `staff(…)`."""
    by = connection.user
    open_ = [community for community in by.roles if opens_to(handler, partial(by.may, community))]
    if len(open_) > MOST_ESTATES:
        raise WhichEstate(await estates_of(by, open_))


async def stepped_up(connection: Connection, handler: BaseRouteHandler) -> None:
    """Somebody who proved who they are within the last ten minutes. Comes after `owner` or `staff(…)` (I-A5)."""
    if not fresh(connection.user.stepped_up_at, clock.real_now()):
        owner_ = connection.user.audience == Audience.owner
        raise SignedOut("/step-up" if owner_ else "/desk/step-up", await _back(connection))


async def closed(connection: Connection, handler: BaseRouteHandler) -> None:
    """For the whole application: a route without a guard of its own is closed unless it says that it is public."""
    if not handler.opt.get("public") and not has_guard(handler):
        raise Forbidden


def asked_of(handler: BaseRouteHandler) -> list[May]:
    """What somebody must be allowed to do for every staff guard of a route to let them pass."""
    asked = [getattr(guard, "what", None) for guard in handler.resolve_guards()]
    return [what for what in asked if what]


def opens_to(handler: BaseRouteHandler, may: Callable[[May], Any]) -> bool:
    """Whether every staff guard of a route lets somebody pass who may do what `may` says."""
    return all(may(what) for what in asked_of(handler))


def has_guard(handler: BaseRouteHandler) -> bool:
    """Whether the route has a guard besides `closed`."""
    return any(guard is not closed for guard in handler.resolve_guards())


async def _through(connection: Connection, audience: Audience, door: str) -> None:
    if connection.user is None:
        raise SignedOut(door, await _back(connection))
    if connection.user.audience != audience:
        raise Forbidden


async def _back(connection: Connection) -> str:
    return await hold(connection) if isinstance(connection, Request) else "/"
