"""A crash between commit and call, or after it: made good with the same key."""

from datetime import timedelta

import pytest

from portal.kit import clock
from portal.kit.errors import Refused
from portal.money.checkout import records
from portal.money.checkout.attempts import reach, start_payment
from portal.money.online.states import AttemptState, Method
from portal.money.stripe_events.jobs import attempts as look_at_attempts
from tests.money.checkout.telling import stays_paid_once
from tests.money.checkout.test_pages import start
from tests.money.checkout.till import Till, attempts

pytestmark = pytest.mark.anyio
TODAY = clock.today("Asia/Shanghai")


async def crash_before_the_call(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies after the attempt is committed."""
    with monkeypatch.context() as patch:
        patch.setattr("portal.money.checkout.attempts.reach", None)
        with pytest.raises(TypeError):
            await start_payment(till.estate["陈静"], bills=[till.bill], lines=[], amount=None, method=Method.alipay)
    assert [one["state"] for one in await attempts()] == ["creating"]


async def test_a_crash_between_commit_and_call_is_made_good_with_the_same_key(
    till: Till, monkeypatch: pytest.MonkeyPatch
):
    await crash_before_the_call(till, monkeypatch)
    await look_at_attempts(TODAY)
    assert [one["state"] for one in await attempts()] == ["open"]
    async with till.browser() as client:
        leave = await start(client, till)
        assert leave.headers["location"] == till.sessions[0]["url"]
        await client.get(await till.pay_at(leave.headers["location"]))
    assert len(till.sessions) == 1
    await stays_paid_once(till)


async def test_a_crash_after_the_call_finds_the_same_session_again(till: Till, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr("portal.money.checkout.attempts._keep", None)
        with pytest.raises(TypeError):
            await start_payment(till.estate["陈静"], bills=[till.bill], lines=[], amount=None, method=Method.alipay)
    assert len(till.sessions) == 1
    attempt = (await attempts())[0]
    assert (attempt["state"], attempt["session"]) == ("creating", None)
    started = await reach(attempt["id"])
    assert started.url == till.sessions[0]["url"]
    assert len(till.sessions) == 1


async def test_an_attempt_that_never_reached_stripe_is_given_up_when_its_time_is_over(
    till: Till, monkeypatch: pytest.MonkeyPatch, admin: object
):
    await crash_before_the_call(till, monkeypatch)
    await admin.execute("UPDATE attempt SET expires_at = now() - interval '1 second'")
    assert await look_at_attempts(TODAY) == 1
    assert [one["state"] for one in await attempts()] == ["expired"]
    assert till.sessions == []


async def test_an_attempt_ended_while_stripe_thought_gives_no_address(till: Till, monkeypatch: pytest.MonkeyPatch):
    await crash_before_the_call(till, monkeypatch)
    known = await records.read_attempt((await attempts())[0]["id"])
    real = records.read_attempt

    async def stale(attempt):  # what `reach` read before the other process ended the attempt
        return known if attempt == known.id else await real(attempt)

    await look_at_attempts(TODAY)
    async with till.browser() as client:
        await start(client, till, method="card")
    assert [one["state"] for one in await attempts()] == ["expired", "open"]
    with monkeypatch.context() as patch:
        patch.setattr("portal.money.checkout.attempts.read_attempt", stale)
        with pytest.raises(Refused):
            await reach(known.id)
    assert known.state is AttemptState.creating
    assert timedelta(minutes=3) > records.PATIENCE
