"""The planned next step of a case: what, by whom and when. The next contact completes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from asyncpg import Record

from portal.arrears.cases.queries import case_at_desk
from portal.arrears.cases.states import CaseState, NextStep
from portal.arrears.contacts.actions import CLOSED, NO_COLLEAGUE
from portal.kit import clock
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import colleague, staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, retrying, unit_of_work

WITHIN_DAYS = 90

PAST = N_("The date of the next step must be today or later.")
TOO_FAR = N_("Plan the next step within %(days)s days, by %(day)s.")


@dataclass(frozen=True)
class Todo:
    """The next action: by whom (a name), on which day; `mine` if it is the reader's own."""

    step: NextStep
    on: date
    who: str
    mine: bool


@retrying
async def set_next(by: Principal, case: UUID, step: NextStep, on: date, login: str = "") -> None:
    """Set the next action, its day, and who does it: oneself or a colleague. It replaces the one before.

    Raises Missing; Refused for a closed case; Invalid for a day in the past or more than 90 days ahead, and for
    somebody who does not work there.
    """
    async with unit_of_work(*by.where(May.contact_debtors)):
        await keep_next(by, await case_at_desk(by, case, May.contact_debtors), step, on, login)


async def keep_next(by: Principal, case: Record, step: NextStep, on: date, login: str = "") -> None:
    """The same in the caller's unit of work, about a case that is locked."""
    if case["state"] == CaseState.closed:
        raise Refused(CLOSED)
    today = clock.today(case["timezone"])
    if on < today:
        raise Invalid("next_on", PAST)
    if on > (last := today + timedelta(days=WITHIN_DAYS)):
        raise Invalid("next_on", TOO_FAR, days=WITHIN_DAYS, day=last)
    community = case["community"]
    me = await staff_of(by, community)
    who = await colleague(community, login) if login else me
    if who is None:
        raise Invalid("who", NO_COLLEAGUE)
    await fetch(
        "INSERT INTO next_action (id, community, arrears_case, step, on_day, staff, by_staff, at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7)",
        community,
        case["id"],
        step.value,
        on,
        who,
        me,
        clock.now(),
    )
    facts = {"community": community, "step": step, "on": on, "staff": who}
    await record(by.actor, AuditVerb.NEXT_ACTION_SET, f"case:{case['id']}", **facts)


async def todos_of(by: Principal, cases: Sequence[UUID]) -> dict[UUID, Todo]:
    """The next action of each of these cases that has one; in the caller's transaction."""
    rows = await fetch(
        "SELECT a.arrears_case, a.step, a.on_day, s.name, s.human FROM (SELECT DISTINCT ON (arrears_case) *"
        "   FROM next_action WHERE arrears_case = ANY($1::uuid[]) ORDER BY arrears_case, at DESC) a"
        " JOIN staff s ON s.id = a.staff"
        " WHERE NOT EXISTS (SELECT FROM contact o WHERE o.arrears_case = a.arrears_case AND o.at > a.at"
        " AND o.by_staff IS NOT NULL)",
        list(cases),
    )
    return {
        row["arrears_case"]: Todo(
            step=NextStep(row["step"]), on=row["on_day"], who=row["name"], mine=row["human"] == by.human
        )
        for row in rows
    }
