"""A debtor says that paying is hard: everything is left alone for two weeks, so that somebody can look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.arrears.cases.actions import refresh_cases
from portal.arrears.cases.locking import own_case
from portal.arrears.cases.states import CaseState
from portal.care.holds.hardship import AGAIN_AFTER, HELD_FOR, last_time, leave_alone
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch_one, reading, retrying, unit_of_work

CLOSED = N_("Nothing is overdue, so there is nothing to hold.")
TOLD = N_(
    "You told us on %(day)s, and we have it. You can tell us again from %(again)s; instalments are possible at once."
)

_MINE = """
SELECT k.state, c.timezone, coalesce(c.hotline, c.phone) AS hotline, u.name AS unit FROM arrears_case k
JOIN community c ON c.id = k.community JOIN unit u ON u.id = k.unit
WHERE k.id = $1 AND EXISTS (SELECT FROM debtor_member m WHERE m.debtor = k.debtor AND m.person = ANY($2::uuid[]))
"""


@dataclass(frozen=True)
class Hardship:
    """A live case of one's own, and until when it would be left alone."""

    case: UUID
    unit: str
    until: date
    hotline: str | None


@reading
async def case_to_hold(by: Principal, case: UUID) -> Hardship:
    """What the page shows before anything is said. Raises Missing for another's, and for a closed one."""
    row = await fetch_one(_MINE, case, list(by.persons))
    if row is None or row["state"] == CaseState.closed:
        raise Missing
    return Hardship(case, row["unit"], clock.today(row["timezone"]) + HELD_FOR, row["hotline"])


@retrying
async def tell_hardship(by: Principal, case: UUID, text: str, *, once: str | None = None) -> date:
    """Hold the whole case for 14 days with what they say, which only finance and managers read; the last day.

    Raises Missing for a case that is not theirs, Refused for a closed one and within 90 days of the last time.
    """
    async with unit_of_work(by):
        row = await own_case(by, case)
        today, source = clock.today(row["timezone"]), id_of(by.human, once)
        if row["state"] == CaseState.closed:
            raise Refused(CLOSED)
        last = await last_time(row["debtor"])
        if last and last["source"] == source:
            return last["until"]  # type: ignore[no-any-return]
        if last and today < (again := last["on_day"] + AGAIN_AFTER):
            raise Refused(TOLD, day=last["on_day"], again=again)
        until = await leave_alone(row["community"], row["debtor"], source, by.actor, text)
        assert until
        await refresh_cases(row["community"], [row["debtor"]], max(today, row["looked_on"]), actor=by.actor)
    return until
