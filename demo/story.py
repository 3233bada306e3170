"""The demo estate's three months, lived through by the real actions: nothing here writes a table by itself."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from demo import accounts_story, cast, chasing, committee_story, desk_story, owner_story, promises
from demo.days import as_if
from demo.estate import write_estate
from demo.prices import billed_periods
from demo.sign_ins import give_sign_ins
from portal.arrears.climbing.jobs import arrears
from portal.fees.runs.actions import publish_run
from portal.kit import clock
from portal.platform.audit.jobs import seal
from portal.platform.db.engine import connect, engine
from portal.platform.db.logins import Database
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.records.saving.actions import import_estate

CODE, ZONE = cast.CODE, "Asia/Shanghai"


async def ensure_demo(settings: Settings, database: Database) -> bool:
    """Tell the story unless the estate is there already; whether it was told now."""
    engine.point_at(**database.config("portal_worker"))
    await engine.open(min_size=1, max_size=4)
    try:
        async with unit_of_work():
            if await fetch_value("SELECT id FROM community WHERE code = $1", CODE):
                return False
        if settings.starts_at:
            clock.start_at(settings.starts_at)
        await tell(settings, database, clock.today(ZONE))
        return True
    finally:
        await engine.close()


async def tell(settings: Settings, database: Database, on: date) -> None:
    """Tell it as it led to a day, into an empty database. Raises SystemExit when the estate cannot be brought in."""
    with tempfile.TemporaryDirectory() as folder:
        write_estate(Path(folder), on)
        (Path(folder) / "accounts.csv").unlink()  # of days that had not come
        async with as_if(billed_periods(on)[0].first):
            report = await import_estate(Path(folder), CODE, actor="demo")
    if report.errors:
        raise SystemExit(f"the demo estate could not be brought in: {report.errors[:3]}")
    async with unit_of_work():
        community = await fetch_value("SELECT id FROM community WHERE code = $1", CODE)
    await give_sign_ins(settings)
    finance = await cast.staff_member("finance")
    for period in billed_periods(on):
        async with as_if(period.first):
            run = await publish_run(community, period, period.first, approver=finance.actor)
        if not run.ok:
            raise SystemExit(f"the bills of {period} could not be issued: {run.totals.errors[:3]}")
    await owner_story.pay_bills(community, on)
    await _take_statistics(database)
    await chasing.chase(community, on, f"{settings.base_url}/bills")
    await desk_story.record_services(community, on)
    await promises.keep_promises(community, on)
    await accounts_story.publish_accounts(community, on)
    await committee_story.ask(community, on)
    await owner_story.dispute_and_ask(community, on)
    await arrears(on)
    await seal(on)


async def _take_statistics(database: Database) -> None:
    """The server takes them by itself, but only a minute later: what follows would take twice as long until then."""
    owner = await connect(**database.config("portal_owner"))
    try:
        await owner.execute("ANALYZE bill, bill_line, journal, posting, payment, allocation")
    finally:
        await owner.close()
