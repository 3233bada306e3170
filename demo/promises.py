"""How the demo estate kept what it promises: mostly."""

from __future__ import annotations

from datetime import date, time

from demo import cast
from demo.standards import PROMISES
from portal.care.services.actions import Work, record_service
from portal.care.services.rounds import explain_round
from portal.care.standards.actions import expect_rounds
from portal.care.standards.states import ServiceArea
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work

MISSED_ONE_IN = 9


async def keep_promises(community: int, on: date) -> None:
    """Record the work of all times that are over but one in nine; of the last one missed say why."""
    steward = await cast.staff_member("steward")
    await expect_rounds(community, on, actor="demo")
    promises = {one.zh: one for one in PROMISES}
    async with unit_of_work(community, read_only=True):
        rounds = await fetch(
            "SELECT r.id, r.standard, r.first_day, r.last_day, r.number, s.area, s.item_zh FROM service_round r"
            " JOIN service_standard s ON s.id = r.standard WHERE r.community = $1 AND r.last_day < $2"
            " ORDER BY r.last_day, s.item_zh, r.number",
            community,
            on,
        )
    for n, row in enumerate(rounds, start=1):
        if n % MISSED_ONE_IN == 0:
            continue
        promise = promises[row["item_zh"]]
        day = promise.on(row["first_day"], row["last_day"], row["number"])
        at = time(promise.hour, n * 7 % 60)
        work = Work(ServiceArea(row["area"]), promise.zh, promise.place, day, at, standard=row["standard"])
        await record_service(steward, community, work)
    # Which time stays open only the records say: later work of a period keeps the earlier of its times.
    async with unit_of_work(community, read_only=True):
        missed = await fetch_value(
            "SELECT id FROM service_round WHERE community = $1 AND record IS NULL AND last_day < $2"
            " ORDER BY last_day DESC, id LIMIT 1",
            community,
            on,
        )
    if missed:
        await explain_round(steward, missed, "连日暴雨，改到下一次一并完成")
