"""Record a call or a visit with its outcome and next step; open disputes and request instalments for debtors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from portal.arrears.case_file.case_file import DebtRow
from portal.arrears.case_file.queries import CasePage
from portal.arrears.cases.queries import case_at_desk
from portal.arrears.cases.states import ContactChannel, ContactOutcome, NextStep
from portal.arrears.contacts.actions import log_contact, log_promise
from portal.arrears.contacts.next_action import keep_next
from portal.care.disputes.states import LIVE
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos

PROMISE_OF_WHAT = N_("Enter the promised day and amount.")
NO_PROMISE = N_("A day and an amount are only for a promise to pay. Leave them empty, or choose “promises to pay”.")
WHEN_NEXT = N_("Enter both the next step and its date, or leave both empty.")
MOST_PHOTOS = 5
TOO_MANY = N_("Please choose no more than %(most)s photos.")


@dataclass(frozen=True)
class Talk:
    """The outcome of a call or visit. `promised_on` comes with `promised`, and `next_step` with `next_on`.

    `witness` is the login of the second person, `who` of the person who does the next step (empty: oneself). The day is
    today unless `happened_on` says otherwise.
    """

    outcome: ContactOutcome
    text: str = ""
    witness: str = ""
    promised_on: date | None = None
    promised: Money | None = None
    next_step: NextStep | None = None
    next_on: date | None = None
    who: str = ""
    happened_on: date | None = None


@retrying
async def record_talk(
    by: Principal, case: UUID, channel: ContactChannel, talk: Talk, photos: Sequence[Sent] = ()
) -> UUID:
    """Record a call or a visit with its outcome, and return the contact's id.

    Raises as `record_contact`, `promise` and `set_next` do, and Invalid for an incomplete promise or next step.
    """
    _complete(talk)
    if len(photos) > MOST_PHOTOS:
        raise Invalid("photos", TOO_MANY, most=MOST_PHOTOS)
    drawn = await encode(photos)
    async with unit_of_work(*by.where(May.contact_debtors)):
        row = await case_at_desk(by, case, May.contact_debtors)
        contact = await log_contact(
            by,
            row,
            channel=channel,
            outcome=talk.outcome,
            body=talk.text,
            witness=talk.witness,
            happened_on=talk.happened_on,
        )
        await keep_photos(row["community"], f"contact:{contact}", by.actor, drawn)
        if talk.promised_on and talk.promised:
            await log_promise(by, row, talk.promised_on, talk.promised)
        if talk.next_step and talk.next_on:
            await keep_next(by, row, talk.next_step, talk.next_on, talk.who)
    return contact


def _complete(talk: Talk) -> None:
    promised = talk.outcome is ContactOutcome.promised
    if promised and not (talk.promised_on and talk.promised):
        raise Invalid("on" if not talk.promised_on else "amount", PROMISE_OF_WHAT)
    if not promised and (talk.promised_on or talk.promised):
        raise Invalid("on" if talk.promised_on else "amount", NO_PROMISE)
    if bool(talk.next_step) is not bool(talk.next_on):
        raise Invalid("next_on" if talk.next_step else "next_step", WHEN_NEXT)


@reading
async def speaking_for(by: Principal, case: UUID) -> Principal:
    """The same member of staff, acting for the persons of a case's debtor.

    The audit names the member of staff (`actor`), who cannot decide what they opened. Raises Missing for a case of an
    estate where they may not contact debtors.
    """
    rows = await fetch(
        "SELECT k.community, m.person FROM arrears_case k JOIN debtor_member m ON m.debtor = k.debtor"
        " WHERE k.id = $1 AND k.community = ANY($2::int[]) AND k.state <> 'closed' ORDER BY m.person",
        case,
        list(by.where(May.contact_debtors)),
    )
    if not rows:
        raise Missing
    return replace(by, persons=tuple(row["person"] for row in rows), communities=(rows[0]["community"],))


def disputable(case_view: CasePage) -> list[DebtRow]:
    """The charges of a case that can be disputed now: partly free of holds, and without an open dispute."""
    disputed = {one.line for one in case_view.file.disputes if one.state in LIVE}
    return [d for d in case_view.file.debts if d.balance.outstanding > d.balance.held and d.line not in disputed]
