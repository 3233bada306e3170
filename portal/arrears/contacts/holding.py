"""Put a case or a part of it on hold by hand, with a reason and an end; pause two weeks for hardship."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from portal.arrears.cases.actions import refresh_cases
from portal.arrears.cases.facts import facts_of
from portal.arrears.cases.queries import case_at_desk, own_case
from portal.arrears.cases.states import CaseState
from portal.care.holds.actions import hold_case, hold_line, last_time, leave_alone
from portal.care.holds.rules import AGAIN_AFTER, HELD_FOR, LONGEST_DAYS
from portal.fees.receivables.states import HoldReason
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.kit.money import ZERO, Money, total
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch_one, reading, retrying, unit_of_work

ENDED = N_("The last day of a hold must be today or later.")
TOO_LONG = N_("A hold can last at most %(days)s days (until %(day)s). Review it then.")
TOO_MUCH = N_("Only %(most)s is overdue and not on hold already.")
CLOSED = N_("This case is closed. There is nothing to hold.")


@retrying
async def hold_by_hand(by: Principal, case: UUID, reason: str, until: date, amount: Money | None = None) -> None:
    """Hold the whole case, or `amount` of its overdue lines (the oldest first), up to and including `until`.

    The case is looked at again in the same unit of work. Raises Missing, Refused for a closed case, Invalid for an end
    in the past or beyond the longest time, and above what is overdue and free.
    """
    async with unit_of_work(*by.where(May.hold_cases)):
        row = await case_at_desk(by, case, May.hold_cases)
        today = clock.today(row["timezone"])
        if row["state"] == CaseState.closed:
            raise Refused(CLOSED)
        if until < today:
            raise Invalid("until", ENDED)
        if until > (last := today + timedelta(days=LONGEST_DAYS)):
            raise Invalid("until", TOO_LONG, days=LONGEST_DAYS, day=last)
        where = row["community"], row["debtor"]
        how: Any = {
            "reason": HoldReason.manual, "source": uuid4(), "placed_by": by.actor, "until": until, "note": reason,
        }  # fmt: skip
        if amount is None:
            await hold_case(*where, **how)
        else:
            for line, part in await _parts(row["debtor"], amount, today):
                await hold_line(*where, line, part, **how)
        await refresh_cases(row["community"], [row["debtor"]], max(today, row["looked_on"]), actor=by.actor)


async def _parts(debtor: UUID, amount: Money, on: date) -> list[tuple[UUID, Money]]:
    """The sum spread over the overdue lines, the earliest due first. Raises Invalid for more than is free."""
    debts = [debt for debt in (await facts_of([debtor], [on]))[debtor].overdue_on(on).debts if debt.chaseable.fen > 0]
    most = total(debt.chaseable for debt in debts)
    if not ZERO < amount <= most:
        raise Invalid("amount", TOO_MUCH, most=most)
    parts, rest = [], amount
    for debt in debts:
        if rest:
            parts.append((debt.line, min(rest, debt.chaseable)))
            rest = rest - parts[-1][1]
    return parts


NOTHING_OVERDUE = N_("Nothing is overdue, so there is nothing to hold.")
TOLD = N_(
    "You already told us on %(day)s. You can tell us again from %(again)s; you can ask for instalments at any time."
)

_MINE = """
SELECT k.state, c.timezone, coalesce(c.hotline, c.phone) AS hotline, u.name AS unit FROM arrears_case k
JOIN community c ON c.id = k.community JOIN unit u ON u.id = k.unit
WHERE k.id = $1 AND EXISTS (SELECT FROM debtor_member m WHERE m.debtor = k.debtor AND m.person = ANY($2::uuid[]))
"""


@dataclass(frozen=True)
class Hardship:
    """A live case of the reader, and the day until which it would be paused."""

    case: UUID
    unit: str
    until: date
    hotline: str | None


@reading
async def case_to_hold(by: Principal, case: UUID) -> Hardship:
    """The case as the page shows it before anything is sent. Raises Missing for another's or a closed case."""
    row = await fetch_one(_MINE, case, list(by.persons))
    if row is None or row["state"] == CaseState.closed:
        raise Missing
    return Hardship(case=case, unit=row["unit"], until=clock.today(row["timezone"]) + HELD_FOR, hotline=row["hotline"])


@retrying
async def tell_hardship(by: Principal, case: UUID, text: str, *, once: str | None = None) -> date:
    """Hold the whole case for 14 days, and return the last day. Only finance and managers read the words.

    Raises Missing for a case of others, Refused for a closed one and within 90 days of the last time.
    """
    async with unit_of_work(by):
        row = await own_case(by, case)
        today, source = clock.today(row["timezone"]), id_of(by.human, once)
        if row["state"] == CaseState.closed:
            raise Refused(NOTHING_OVERDUE)
        last = await last_time(row["debtor"])
        if last and last["source"] == source:
            return last["until"]  # type: ignore[no-any-return]
        if last and today < (again := last["on_day"] + AGAIN_AFTER):
            raise Refused(TOLD, day=last["on_day"], again=again)
        until = await leave_alone(row["community"], row["debtor"], source, by.actor, text)
        assert until
        await refresh_cases(row["community"], [row["debtor"]], max(today, row["looked_on"]), actor=by.actor)
    return until
