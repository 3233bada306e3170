"""What staff have to review: money set aside, overpayments, and messages that match nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money
from portal.money.stripe_events.states import EventState
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import reading

_FOR_A_PERSON = "state IN ('failed', 'quarantined')"
# Sums of the communities $1 and messages that fit nothing; a surplus has an owner, so it raises no alarm.
UNMATCHED = (
    "SELECT (SELECT count(*) FROM suspense WHERE community = ANY($1::int[]) AND resolved_at IS NULL)"
    f" + (SELECT count(*) FROM stripe_event WHERE {_FOR_A_PERSON})"
)
MOST = 100  # messages on the page, the newest

_SUSPENDED = {
    "amount": N_(
        "The amount received differs from the amount requested. Compare it with the payment service's records."
    ),
    "currency": N_("The money arrived in a different currency. Compare it with the payment service's records."),
    "attempt": N_("The money refers to a different payment from the one it came for. Compare the two before deciding."),
    "livemode": N_("Test money and real money were mixed up. Inform the system administrator."),
}
_FOREIGN = N_(
    "This message is from another account or another version of the payment service. Inform the "
    "system administrator. The payment itself will still be found, because the portal asks for it."
)
_TAKEN_BACK = N_(
    "Money was returned, or may be returned, to a payer. Look up the number with the payment service "
    "and enter the result in your own books: the portal does not book it yet."
)
_STRANGE = N_(
    "The payment service reported a payment that did not start here. Look up the number there: it "
    "may belong to another system, or someone created a payment link."
)


@dataclass(frozen=True)
class Suspended:
    """Money that is not what was asked for; `unit` is the home it came for, `intent` its number at Stripe."""

    id: UUID
    unit: str
    unit_id: UUID | None
    estate: str
    amount: Money
    currency: str
    intent: str
    at: datetime
    why: str

    @property
    def reason(self) -> Sentence:
        """What happened, and what to do about it."""
        return Sentence(_SUSPENDED.get(self.why, _SUSPENDED["amount"]))


@dataclass(frozen=True)
class Surplus:
    """More than a home owed, kept as credit until somebody agrees with the owners what to do with it."""

    unit: str
    unit_id: UUID
    estate: str
    amount: Money
    at: datetime


@dataclass(frozen=True)
class Message:
    """An event that waits for a person; without its body, which may be about somebody of another estate."""

    id: str
    type: str
    state: EventState
    at: datetime

    @property
    def reason(self) -> Sentence:
        """What it means, and what to do about it."""
        if self.state is EventState.quarantined:
            return Sentence(_FOREIGN)
        return Sentence(_STRANGE if self.type.startswith("checkout.") else _TAKEN_BACK)


@dataclass(frozen=True)
class Unmatched:
    """The page /desk/unmatched, oldest first."""

    suspended: list[Suspended]
    surplus: list[Surplus]
    messages: list[Message]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to check."""
        return not (self.suspended or self.surplus or self.messages)


@reading
async def unmatched_of(by: Principal) -> Unmatched:
    """What fits nothing, in the communities where the reader settles money."""
    communities = list(by.where(May.read_unmatched))
    suspended = await fetch_as(
        Suspended,
        "SELECT s.id, coalesce(u.name, '') AS unit, u.id AS unit_id, c.name AS estate, s.amount, s.currency, s.intent,"
        " s.created_at AS at, s.why FROM suspense s JOIN community c ON c.id = s.community"
        " LEFT JOIN debtor d ON d.id = s.debtor LEFT JOIN unit u ON u.id = d.unit"
        " WHERE s.community = ANY($1::int[]) AND s.resolved_at IS NULL ORDER BY s.created_at",
        communities,
    )
    surplus = await fetch_as(
        Surplus,
        "SELECT u.name AS unit, u.id AS unit_id, e.name AS estate, sum(c.amount)::bigint AS amount,"
        " min(c.created_at) AS at FROM credit c JOIN debtor d ON d.id = c.debtor JOIN unit u ON u.id = d.unit"
        " JOIN community e ON e.id = d.community"
        " WHERE c.community = ANY($1::int[]) AND c.refund_asked GROUP BY u.id, e.name HAVING sum(c.amount) > 0"
        " ORDER BY min(c.created_at)",
        communities,
    )
    messages = await fetch_as(
        Message,
        f"SELECT id, type, state, received_at AS at FROM stripe_event WHERE {_FOR_A_PERSON}"
        " ORDER BY received_at DESC LIMIT $1",
        MOST,
    )
    return Unmatched(suspended, surplus, messages[::-1])
