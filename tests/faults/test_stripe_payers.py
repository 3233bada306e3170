"""Double clicks, two tabs, two devices, two co-owners (F-30)."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from uuid import UUID

import httpx
import pytest

from portal.kit import clock
from portal.money.stripe_events.jobs import attempts as look_at_attempts
from tests.faults.counts import SEED, note, times
from tests.faults.paying import assert_true_to_stripe, more_bills, rows
from tests.money.checkout.test_pages import start
from tests.money.checkout.till import Till
from tests.money.payments.books import owed

pytestmark = pytest.mark.anyio
TODAY = clock.today("Asia/Shanghai")
SCENES = ("double_click", "two_tabs", "two_devices", "two_co_owners")


async def test_whoever_clicks_how_often_one_session_is_open_and_the_bill_is_paid_once(till: Till):
    chance, tries = random.Random(SEED), times(sample=8, landing=500)
    seen: Counter = Counter()
    async with till.browser("李明") as one, till.browser("李明") as device, till.browser("王芳") as other:
        for n, bill in enumerate(await more_bills(till, tries, "李明", "王芳")):
            scene = SCENES[n % len(SCENES)]
            clicks = {
                "double_click": [(one, "alipay"), (one, "alipay")],
                "two_tabs": [(one, "alipay"), (one, "card")],
                "two_devices": [(one, "alipay"), (device, "alipay"), (device, "wechat_pay")],
                "two_co_owners": [(one, "alipay"), (other, "card")] * 2,
            }[scene]
            chance.shuffle(clicks)
            answers = await asyncio.gather(*(start(who, till, bill=str(bill), method=how) for who, how in clicks))
            assert {answer.status_code for answer in answers} <= {303, 409}
            given = {a.headers["location"] for a in answers if a.headers.get("location", "").startswith("http")}
            assert given, "nobody can pay"
            await everybody_pays(till, given, (one, device, other), chance)
            assert (await owed(bill)).fen == 0
            assert await live(bill) == 0
            seen[scene] += 1
    books = await assert_true_to_stripe(till)
    assert books["posted"] >= tries
    note("F-30", tries, **seen, captured_twice=books["credited"])


async def everybody_pays(
    till: Till, given: set[str], browsers: tuple[httpx.AsyncClient, ...], chance: random.Random
) -> None:
    """At every address that was given, whether or not it is still open, at the same time; all come back."""
    sessions = {one["id"]: one for one in till.sessions}
    opened = [url for url in given if sessions[url.rsplit("/", 1)[-1]]["status"] == "open"]
    assert len(opened) == 1, "one session is open for a bill"
    await asyncio.gather(*(till.pay_at(url) for url in given))
    backs = [f"/payments/return?cs={url.rsplit('/', 1)[-1]}" for url in given]
    await asyncio.gather(*(chance.choice(browsers).get(back) for back in backs for _ in range(2)))
    await look_at_attempts(TODAY)


async def live(bill: UUID) -> int:
    return (await rows("SELECT count(*) AS n FROM attempt_bill WHERE live AND bill = $1", bill))[0]["n"]
