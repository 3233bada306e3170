"""Record contacts, promises and reasons for non-payment. Records never change."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from asyncpg import Record

from portal.arrears.cases.actions import refresh_cases
from portal.arrears.cases.facts import facts_of
from portal.arrears.cases.queries import case_at_desk
from portal.arrears.cases.reaching import may_turn_to
from portal.arrears.cases.states import (
    ATTEMPTS,
    MAY_COME_OF,
    PAPER,
    TELLS,
    CaseState,
    ContactChannel,
    ContactOutcome,
    Reason,
)
from portal.arrears.climbing.facts import known_of
from portal.arrears.climbing.gates import Reached, contact_cap
from portal.arrears.ladder.rules import SEED
from portal.care.holds.actions import leave_alone
from portal.kit import clock
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money, total
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import colleague, staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, retrying, unit_of_work

PROMISE_WITHIN_DAYS = 60

AT_THE_LETTER = N_(
    "Delivery of a letter is recorded at the letter itself, with its proof. Issue one, or open it there."
)
DOES_NOT_FIT = N_("This outcome does not fit the way you contacted them. Choose one that does.")
TWO_PEOPLE = N_("A visit, or leaving a sealed envelope at the door, takes two people. Choose who was with you.")
NO_COLLEAGUE = N_("Enter the sign-in name of a colleague on this estate.")
YOURSELF = N_("The second person must be someone other than you.")
ENOUGH = N_(
    "This home was called %(today)s times today and contacted %(week)s times this week. Leave it alone for now."
)
CLOSED = N_("This case is closed. Nothing can be chased.")
NOT_YET = N_("That day is in the future. Enter the day on which it happened.")
TOO_OLD = N_("It cannot have happened before %(day)s. Enter the correct day.")
PAST = N_("A promised day must be today or later.")
TOO_FAR = N_("A promised day can be at most %(days)s days ahead (%(day)s). For longer, offer instalments.")
TOO_MUCH = N_("At most %(most)s can be chased. Enter that amount or less.")
NOTHING = N_("Nothing can be chased now, so there is nothing to promise.")


@retrying
async def record_contact(
    by: Principal,
    case: UUID,
    channel: ContactChannel,
    outcome: ContactOutcome,
    body: str = "",
    witness: str = "",
    happened_on: date | None = None,
) -> UUID:
    """Record a contact on a day (by default today), and return its id. `witness` is the second person's login.

    Raises Missing; Refused for a closed case and above the limit of calls and visits; Invalid for paper, for an outcome
    that the channel cannot have, without a second person where two are needed, and for a day in the future or before
    the case was opened.
    """
    async with unit_of_work(*by.where(May.contact_debtors)):
        row = await case_at_desk(by, case, May.contact_debtors)
        return await log_contact(
            by, row, channel=channel, outcome=outcome, body=body, witness=witness, happened_on=happened_on
        )


async def log_contact(
    by: Principal,
    case: Record,
    channel: ContactChannel,
    outcome: ContactOutcome,
    body: str = "",
    witness: str = "",
    happened_on: date | None = None,
) -> UUID:
    """The same in the caller's unit of work, about a case that is locked."""
    if channel in PAPER:
        raise Invalid("channel", AT_THE_LETTER)
    if outcome not in MAY_COME_OF[channel]:
        raise Invalid("outcome", DOES_NOT_FIT)
    if case["state"] == CaseState.closed:
        raise Refused(CLOSED)
    await may_turn_to(case["debtor"], channel, clock.today(case["timezone"]))
    on = day_of(happened_on, case["opened_on"], clock.today(case["timezone"]))
    me = await staff_of(by, case["community"])
    other = await second_person(case["community"], witness, me, needed=channel is ContactChannel.visit)
    if channel in ATTEMPTS:
        contacts = [*(await known_of([case["id"]], on))[case["id"]].contacts, *await _neighbouring(case["id"])]
        cap = contact_cap(contacts, SEED, on)
        if not cap.open:
            raise Refused(ENOUGH, **cap.facts)
    made = await keep_contact(case, channel, outcome=outcome, on=on, staff=me, witness=other, body=body, actor=by.actor)
    if outcome in TELLS:
        await _reason(by, case, reason=TELLS[outcome], me=me, contact=made, body=body)
    return made


def day_of(happened_on: date | None, first: date, today: date) -> date:
    """The day on which something happened, by default today. Raises Invalid before `first` and for a future day.

    A later day may have been looked at already (`run arrears --on`), so that `first` is in the future: then today is
    accepted.
    """
    if happened_on is None:
        return today
    if happened_on > today:
        raise Invalid("happened_on", NOT_YET)
    if happened_on < (earliest := min(first, today)):
        raise Invalid("happened_on", TOO_OLD, day=earliest)
    return happened_on


async def keep_contact(
    case: Record,
    channel: ContactChannel,
    outcome: ContactOutcome,
    on: date,
    staff: UUID | None,
    witness: UUID | None = None,
    body: str = "",
    *,
    person: UUID | None = None,
    proves: bool = False,
    actor: str,
) -> UUID:
    """Write a contact with its audit row, without checks; in the caller's unit of work.

    Only letters set `proves` and `person`; what that person opened was opened by no member of `staff`.
    """
    made = uuid4()
    await fetch(
        "INSERT INTO contact (id, community, arrears_case, channel, outcome, body, by_staff, witness, on_day, at,"
        " proves, person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        made,
        case["community"],
        case["id"],
        channel.value,
        outcome.value,
        body.strip() or None,
        staff,
        witness,
        on,
        clock.now(),
        proves,
        person,
    )
    facts = {"channel": channel, "outcome": outcome, "contact": made, "on": on} | ({"person": person} if person else {})
    await record(
        actor, AuditVerb.CONTACT_RECORDED, f"case:{case['id']}", community=case["community"], reason=None, **facts
    )  # fmt: skip
    return made


async def second_person(community: int, witness: str, me: UUID, *, needed: bool, field: str = "staff") -> UUID | None:
    """The second person by their login. Raises Invalid if one is needed and missing, or is oneself."""
    if not witness:
        if needed:
            raise Invalid(field, TWO_PEOPLE)
        return None
    result = await colleague(community, witness)
    if result is None:
        raise Invalid(field, NO_COLLEAGUE)
    if result == me:
        raise Invalid(field, YOURSELF)
    return result


async def _neighbouring(case: UUID) -> list[Reached]:
    """Calls and visits for other cases of the same home, because the limit is for the home."""
    rows = await fetch(
        "SELECT o.channel, o.outcome, o.on_day FROM contact o JOIN arrears_case k ON k.id = o.arrears_case"
        " WHERE k.unit = (SELECT unit FROM arrears_case WHERE id = $1) AND k.id <> $1",
        case,
    )
    return [
        Reached(channel=ContactChannel(r["channel"]), outcome=ContactOutcome(r["outcome"]), on=r["on_day"])
        for r in rows
    ]


@retrying
async def promise(by: Principal, case: UUID, on_day: date, amount: Money) -> UUID:
    """Record that the debtor promised to pay `amount` by a day, and return the promise's id.

    Raises Missing; Refused if nothing may be chased; Invalid for a day in the past or too far ahead, and for more than
    may be chased.
    """
    async with unit_of_work(*by.where(May.contact_debtors)):
        return await log_promise(by, await case_at_desk(by, case, May.contact_debtors), on_day, amount)


async def log_promise(by: Principal, case: Record, on_day: date, amount: Money) -> UUID:
    """The same in the caller's unit of work, about a case that is locked."""
    today = clock.today(case["timezone"])
    if on_day < today:
        raise Invalid("on", PAST)
    if on_day > (last := today + timedelta(days=PROMISE_WITHIN_DAYS)):
        raise Invalid("on", TOO_FAR, days=PROMISE_WITHIN_DAYS, day=last)
    most = await _chaseable(case["debtor"], today)
    if not most:
        raise Refused(NOTHING)
    if not Money(0) < amount <= most:
        raise Invalid("amount", TOO_MUCH, most=most)
    made = uuid4()
    await fetch(
        "INSERT INTO payment_promise (id, community, arrears_case, on_day, amount, by_staff, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        made,
        case["community"],
        case["id"],
        on_day,
        amount.fen,
        await staff_of(by, case["community"]),
        clock.now(),
    )
    facts = {"community": case["community"], "on": on_day, "amount": amount}
    await record(by.actor, AuditVerb.PAYMENT_PROMISED, f"case:{case['id']}", **facts)
    return made


async def _chaseable(debtor: UUID, on: date) -> Money:
    facts = (await facts_of([debtor], [on]))[debtor].overdue_on(on)
    return Money(0) if facts.whole_hold else total(debt.chaseable for debt in facts.debts)


@retrying
async def set_reason(by: Principal, case: UUID, reason: Reason) -> None:
    """Record why the debtor does not pay; the newest counts. Raises Missing, Refused for a closed case."""
    async with unit_of_work(*by.where(May.contact_debtors)):
        row = await case_at_desk(by, case, May.contact_debtors)
        if row["state"] == CaseState.closed:
            raise Refused(CLOSED)
        await _reason(by, row, reason, await staff_of(by, row["community"]), None)


async def _reason(by: Principal, case: Record, reason: Reason, me: UUID, contact: UUID | None, body: str = "") -> None:
    """Write the reason. Whoever says that they cannot pay is left alone for two weeks, however we heard of it."""
    community = case["community"]
    await fetch(
        "INSERT INTO case_reason (id, community, arrears_case, reason, contact, by_staff, at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)",
        community,
        case["id"],
        reason.value,
        contact,
        me,
        clock.now(),
    )
    await record(by.actor, AuditVerb.REASON_SET, f"case:{case['id']}", community=community, cause=reason)
    if reason is Reason.hardship:
        await leave_alone(community, case["debtor"], contact or uuid4(), by.actor, body)
        on = max(clock.today(case["timezone"]), case["looked_on"])
        await refresh_cases(community, [case["debtor"]], on, actor=by.actor)
