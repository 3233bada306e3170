"""The daily work: a job for each estate and business day, so that workers share it and no estate waits for another."""

from __future__ import annotations

import logging
from datetime import date
from time import perf_counter

from portal.accounts.disclosures.jobs import disclosures
from portal.arrears.climbing.jobs import arrears
from portal.care.dispute_desk.jobs import rounds
from portal.care.holds.jobs import holds
from portal.care.plan_pages.jobs import plans
from portal.collection.late_charges.jobs import late_charges
from portal.overview.kept_figures.jobs import figures
from portal.people.delivery.jobs import notices
from portal.people.estates.days import day_seen_to, days_to_see_to
from portal.platform.audit.actions import begin_request
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.jobs.each import Job as DailyJob
from portal.platform.jobs.queue import enqueue_once, forget_held

log = logging.getLogger("portal.daily")

# Jobs that ensure a business date, in the order in which one builds on the other.
DAILY: tuple[DailyJob, ...] = (plans, holds, late_charges, arrears, rounds, disclosures, notices, figures)
LAST = -1  # before it comes whatever somebody waits for


async def ask_for_days() -> None:
    """Put a job into the queue for every estate whose business day nobody has seen to; to be repeated every hour.

    Each estate has the date of its own zone, so that nobody is late before their own midnight. One that is imported in
    the course of a day is first looked at on the next: time to check what was imported. A job that was given up on is
    tried again, so that trouble that lasted an hour needs nobody.
    """
    wanted = {
        _key(community, on): {"community": str(community), "on": str(on)}
        for community, on in (await days_to_see_to()).items()
    }
    async with unit_of_work():
        await enqueue_once("see_to_day", wanted, priority=LAST)


async def see_to_day(community: str, on: str) -> None:
    """Do the whole daily work of an estate as of a day; a job that fails keeps no other from its turn.

    Safe to run twice, at once, and late. Raises an ExceptionGroup of what went wrong, and then the day is not done.
    """
    estate, day = int(community), date.fromisoformat(on)
    troubles = [trouble for job in DAILY if (trouble := await _trouble(job, day, estate))]
    if troubles:
        raise ExceptionGroup(f"estate {estate}", troubles)
    async with unit_of_work(estate):
        await day_seen_to(estate, day)
        await forget_held(_key(estate, ""), before=_key(estate, day))


async def _trouble(job: DailyJob, on: date, community: int) -> Exception | None:
    begin_request(job.__name__)
    began = perf_counter()
    try:
        await job(on, community)
    except Exception as trouble:
        log.warning("%s of %s failed in estate %s", job.__name__, on, community, exc_info=trouble)
        return trouble
    took = 1000 * (perf_counter() - began)
    log.info("job %s of %s in estate %s is done, %.0f ms", job.__name__, on, community, took)
    return None


def _key(community: int, on: date | str) -> str:
    return f"day:{community}:{on}"
