"""Jobs that follow deliveries: the daily one, and the one that asks the SMS gateway for receipts."""

from __future__ import annotations

import logging
import time
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from asyncpg import Record

from portal.kit import clock
from portal.people.channels.provider import NotSent
from portal.people.channels.sms import client
from portal.people.notices.states import DeliveryState
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.jobs.queue import enqueue, of_each_estate
from portal.platform.process.settings import Settings

STUCK_AFTER = timedelta(minutes=10)


@of_each_estate
async def notices(on: date, community: int) -> dict[str, int]:
    """Put what is stuck back into the queue; `on` changes nothing. Safe to repeat, as sending claims first."""
    async with unit_of_work(community):
        stuck = await fetch(
            "SELECT DISTINCT notice FROM delivery WHERE state = 'queued' AND coalesce(not_before, changed_at) < $1",
            clock.real_now() - STUCK_AFTER,
        )
        for row in stuck:
            await enqueue("send_notice", notice=str(row["notice"]), community=str(community))
    return {"queued_again": len(stuck)}


log = logging.getLogger("portal.notices")

AT_ONCE = 50  # in a minute, so that a morning's reminders of a large estate are through within the hour
ALTOGETHER = 20  # seconds of that minute; whom a slow gateway leaves over is asked for ten minutes later
FIRST, AGAIN, AT_LAST = timedelta(seconds=30), timedelta(minutes=10), timedelta(days=3)  # as long as networks try
CHINA = ZoneInfo("Asia/Shanghai")  # whose days the gateway counts


async def ask_receipts(settings: Settings) -> int:
    """Ask for the receipts that are due, those never asked for first; returns how many came. Safe to repeat."""
    if not settings.sms_key_id:
        return 0
    came, until = 0, time.monotonic() + ALTOGETHER
    for row in await _due():
        if time.monotonic() > until:
            break
        try:
            came += await _ask(settings, row)
        except NotSent as silent:
            log.warning("no receipts now: %s", silent)
            break
        except Exception as trouble:  # of one estate, or one message: the others have their turn
            log.warning("the receipt of %s could not be kept", row["id"], exc_info=trouble)
    return came


async def _due() -> list[Record]:
    now = clock.real_now()
    async with unit_of_work(EVERYWHERE):
        return await fetch(
            "UPDATE delivery SET asked_at = $1 WHERE id IN (SELECT id FROM delivery WHERE state = 'sent'"
            " AND channel = 'sms' AND receipt IS NOT NULL AND changed_at BETWEEN $2 AND $3"
            " AND (asked_at IS NULL OR asked_at < $4) ORDER BY asked_at NULLS FIRST, id LIMIT $5"
            " FOR UPDATE SKIP LOCKED)"
            " RETURNING id, community, receipt, changed_at,"
            " (SELECT t.address FROM sent_text t WHERE t.delivery = delivery.id ORDER BY t.tried DESC LIMIT 1) AS to",
            now,
            now - AT_LAST,
            now - FIRST,
            now - AGAIN,
            AT_ONCE,
        )


async def _ask(settings: Settings, row: Record) -> bool:
    sent_on = row["changed_at"].astimezone(CHINA).date()
    receipt = await client().receipt(settings, row["to"], row["receipt"], sent_on)
    if receipt is None:
        return False
    state, why = receipt
    async with unit_of_work(row["community"]):
        await fetch(
            "UPDATE delivery SET state = $2, trouble = $3, changed_at = $4 WHERE id = $1 AND state = 'sent'",
            row["id"],
            state.value,
            why if state is DeliveryState.failed else None,
            clock.real_now(),
        )
    return True
