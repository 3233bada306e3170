"""Pay as a person would: the real pages, the real Stripe client, the sandbox over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import httpx

from portal.money.stripe.gateway import gateway
from portal.money.stripe_events.jobs import settle_event
from portal.money.stripe_events.states import EventState
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser
from tests.sandbox.running import SETTINGS, RunningSandbox


@dataclass
class Till:
    """One portal at one sandbox; `bill` is 陈静's for 1栋101 with lines of 231.24 and 18.30 yuan."""

    settings: Settings
    sandbox: RunningSandbox
    estate: cast.Estate
    bill: UUID
    lines: list[UUID]

    def retune(self, *, patience: float = 5.0, retries: int = 0) -> None:
        """How patient the portal is with Stripe."""
        gateway.point_at(self.settings, timeout=patience, retries=retries)

    @asynccontextmanager
    async def browser(
        self, who: str = "陈静", *, retries: int = 0, patience: float = 5.0
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Signed in as one of the estate."""
        async with self.browser_of(self.estate[who], retries=retries, patience=patience) as client:
            yield client

    @asynccontextmanager
    async def browser_of(
        self, who: Principal | None, *, retries: int = 0, patience: float = 5.0
    ) -> AsyncIterator[httpx.AsyncClient]:
        async with browser(self.settings, who) as client:
            self.retune(retries=retries, patience=patience)
            yield client

    def settle_after(self, seconds: float) -> None:
        """How long Stripe takes to decide a late payment from now on."""
        self.sandbox.state.settings = replace(self.sandbox.state.settings, settle_after=seconds)

    async def faults(self, **wanted: object) -> None:
        """Let something go wrong."""
        self.sandbox.state.faults.merge(wanted)

    async def pay_at(self, url: str, outcome: str = "paid", method: str = "alipay") -> str:
        """What the person does on the hosted page; the address they are sent back to."""
        async with httpx.AsyncClient(trust_env=False) as stripe:
            answer = await stripe.post(url, data={"outcome": outcome, "method": method})
            assert answer.status_code == 303, answer.text
            return answer.headers["location"]

    @property
    def sessions(self) -> list[dict]:
        """What Stripe knows."""
        return self.sandbox.state.books.all("cs")

    def events(self, *types: str) -> list[dict]:
        """Events as Stripe would send them, oldest first."""
        found = list(reversed(self.sandbox.state.books.all("evt")))
        return [event for event in found if not types or event["type"] in types]

    async def settle_all(self) -> None:
        """What the worker would do with the inbox now."""
        async with unit_of_work():
            rows = await fetch("SELECT id FROM stripe_event WHERE state = $1", EventState.pending.value)
        for row in rows:
            await settle_event(row["id"])


async def open_till(settings: Settings, sandbox: RunningSandbox) -> Till:
    """The estate, its first bill, and the portal pointed at the sandbox."""
    settings = replace(
        settings,
        stripe_api_base=sandbox.url,
        stripe_api_key=SETTINGS.api_key,
        stripe_webhook_secret=SETTINGS.webhook_secret,
    )
    estate = await cast.mingxi()
    items = [await builders.charge_item(estate.community, code) for code in ("service", "energy")]
    bill = await builders.bill(
        estate.community, estate.units["1栋101"], [estate["陈静"]], [(items[0], 23124), (items[1], 1830)]
    )
    till = Till(settings, sandbox, estate, bill, await builders.lines_of(estate.community, bill))
    till.retune()
    return till


async def attempts() -> list[dict]:
    """Every attempt, oldest first."""
    async with unit_of_work(EVERYWHERE):
        rows = await fetch("SELECT id, state, session, url, amount, method, trouble FROM attempt ORDER BY created_at")
        return [dict(row) for row in rows]


async def events_stored() -> list[dict]:
    """The inbox."""
    async with unit_of_work():
        return [dict(row) for row in await fetch("SELECT id, type, state, why FROM stripe_event ORDER BY received_at")]
