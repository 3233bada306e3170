"""Put a case, or a sum of it, on hold by hand: with a reason, and always with an end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from portal.arrears.cases.actions import refresh_cases
from portal.arrears.cases.facts import facts_of
from portal.arrears.cases.locking import case_at_desk
from portal.arrears.cases.states import CaseState
from portal.care.holds.actions import hold_case, hold_line
from portal.care.holds.states import HoldReason
from portal.kit import clock
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.money import ZERO, Money, total
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import retrying, unit_of_work

LONGEST_DAYS = 180

ENDED = N_("The last day of a hold is today or later.")
TOO_LONG = N_("A hold lasts %(days)s days at most, to %(day)s. Look at it again then.")
TOO_MUCH = N_("Only %(most)s is overdue and not on hold already.")
CLOSED = N_("This case is closed. There is nothing to hold.")


@retrying
async def hold_by_hand(by: Principal, case: UUID, reason: str, until: date, amount: Money | None = None) -> None:
    """Hold the whole case, or `amount` of its overdue lines (the oldest first), up to and including `until`.

    The case is looked at again in the same unit of work. Raises Missing, Refused for a closed case, Invalid for an end
    in the past or beyond 180 days, and above what is overdue and free.
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
    """The sum spread over the overdue lines, the earliest due first. Raises Invalid above what is free."""
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
