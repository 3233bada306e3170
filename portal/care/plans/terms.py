"""The text of the agreement. The same facts always give the same text."""

from __future__ import annotations

from collections.abc import Sequence

from portal.care.plans.rules import GRACE_DAYS, Part
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.estates.creditor import Creditor
from portal.people.persons.states import DebtorStanding

PARTIES = N_("%(company)s, credit code %(code)s, %(address)s, and %(people)s, owners of %(estate)s %(unit)s, agree:")
# Former owners and heirs are called that, not owners.
PARTIES_BESIDES = {
    DebtorStanding.former: N_(
        "%(company)s, credit code %(code)s, %(address)s, and %(people)s, former owners of %(estate)s %(unit)s, agree:"
    ),
    DebtorStanding.heir: N_(
        "%(company)s, credit code %(code)s, %(address)s, and %(people)s, heirs of the owner of %(estate)s %(unit)s,"
        " agree:"
    ),
}
PAID_TO = N_("Payments are made to the account of %(name)s at %(bank)s, number %(number)s, or in the portal.")
ONE_MONTH = N_("It covers %(total)s of the bill for %(first)s.")
MONTHS = N_("It covers %(total)s of the bills from %(first)s to %(last)s.")
APART = N_("It includes no money owed to the maintenance fund, and nothing that is covered by credit.")
ACKNOWLEDGED = N_(
    "The owners acknowledge this amount. The limitation period starts anew on the day of this "
    "agreement (Civil Code, article 195)."
)
PART = N_("Instalment %(number)s: %(amount)s, by %(day)s.")
EARLY = N_("The owners may pay more, or earlier, at any time.")
ORDER = N_("Payments settle the oldest charges first. Charges due on the same day share a payment in proportion.")
KEPT = N_(
    "While the plan is kept, nothing owed for this home is chased and no late charge is added. New "
    "bills are due on their own dates."
)
BROKEN = N_(
    "If an instalment is not paid within %(days)s days of its date, the plan ends and the rest of "
    "these bills becomes due as before the plan."
)
ONCE = N_("Once the missed instalments have been paid, the property office may resume the plan, one time only.")
RIGHTS = N_("This agreement does not affect the right to dispute a charge.")


def terms(
    creditor: Creditor,
    people: str,
    standing: DebtorStanding,
    unit: str,
    amount: Money,
    parts: Sequence[Part],
    months: Sequence[Month],
) -> tuple[Sentence, ...]:
    """The sentences of an agreement between the company and people with this standing towards the home.

    `months` are those of its bills, in order.
    """
    account = {"name": creditor.account_name, "bank": creditor.bank, "number": creditor.account_no}
    sides = {"company": creditor.company, "code": creditor.credit_code, "address": creditor.address}
    about = {"total": amount, "first": months[0], "last": months[-1]}
    return (
        Sentence(
            PARTIES_BESIDES.get(standing, PARTIES),
            {**sides, "people": people, "estate": creditor.estate, "unit": unit},
        ),
        Sentence(ONE_MONTH if len(months) == 1 else MONTHS, about),
        Sentence(APART),
        Sentence(ACKNOWLEDGED),
        *(Sentence(PART, {"number": part.number, "amount": part.amount, "day": part.due_on}) for part in parts),
        Sentence(EARLY),
        Sentence(ORDER),
        Sentence(PAID_TO, account),
        Sentence(KEPT),
        Sentence(BROKEN, {"days": GRACE_DAYS}),
        Sentence(ONCE),
        Sentence(RIGHTS),
    )
