"""What all desk actions share: who may handle a dispute, what counts as an answer, audit and notice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from asyncpg import Record

from portal.care.disputes import steps
from portal.care.disputes.rules import CREDITS_ADD_UP_DAYS
from portal.care.disputes.states import LIVE, DisputeState, Outcome
from portal.homes.units.debtors import tell_debtor
from portal.kit import clock
from portal.kit.errors import Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value

OPENER = N_("You opened this dispute for the owner, so someone else has to decide it.")
OWN = N_("You are one of the owners concerned, so someone else has to handle this dispute.")
DECIDED = N_("%(who)s decided this dispute on %(when)s: %(outcome)s, %(amount)s credited. Reason: %(reason)s")
WITHDRAWN = N_("The owner has since withdrawn this dispute. There is nothing left to decide.")


async def live(by: Principal, dispute: UUID, *, deciding: bool = False) -> Record:
    """A dispute that they may handle and that is undecided; Refused otherwise says who decided what, and when.

    A member of staff who is one of its owners handles nothing of it; whoever opened it for them does not decide it.
    """
    row = await steps.dispute_at_desk(by, dispute)
    if row["state"] == DisputeState.withdrawn:
        raise Refused(WITHDRAWN)
    if row["state"] not in LIVE:
        raise Refused(DECIDED, **await last_decision(row["id"]))
    concerned = await fetch(
        "SELECT FROM debtor_member m JOIN person p ON p.id = m.person WHERE m.debtor = $1 AND p.human = $2",
        row["debtor"],
        by.human,
    )
    if concerned:
        raise Refused(OWN)
    if deciding and row["opened_by"] == by.human:
        raise Refused(OPENER)
    return row


async def last_decision(dispute: UUID) -> dict[str, object]:
    """The last decision or proposal: by whom, when and why, as facts for a sentence."""
    row = await fetch_one(
        "SELECT s.name, x.outcome, x.amount, x.body, coalesce(x.final_at, x.decided_at) AS at FROM decision x"
        " JOIN staff s ON s.id = x.decided_by WHERE x.dispute = $1 ORDER BY x.round DESC LIMIT 1",
        dispute,
    )
    assert row is not None
    facts = {"who": row["name"], "when": row["at"], "outcome": Outcome(row["outcome"])}
    return facts | {"amount": Money(row["amount"]), "reason": row["body"]}


async def credited_within_a_year(debtor: UUID) -> Money:
    """The sum that final decisions credited to this debtor in the last 365 days, on all lines."""
    return Money(
        await fetch_value(
            "SELECT coalesce(sum(x.amount), 0)::bigint FROM decision x JOIN dispute d ON d.id = x.dispute"
            " WHERE d.debtor = $1 AND x.final_at > $2",
            debtor,
            clock.now() - timedelta(days=CREDITS_ADD_UP_DAYS),
        )
    )


def acknowledged(dispute: Record) -> dict[str, object]:
    """The columns that record that somebody has taken it on, if nobody had."""
    return {} if dispute["acknowledged_at"] else {"acknowledged_at": clock.now()}


def replied(dispute: Record, staff: UUID) -> dict[str, object]:
    """The columns of a reply: the first one in a round also acknowledges it and takes it on."""
    changes = acknowledged(dispute) | ({} if dispute["replied_at"] else {"replied_at": clock.now()})
    return changes if dispute["claimed_by"] else changes | {"claimed_by": staff}


async def tell(dispute: Record, kind: NoticeKind, step: UUID, **facts: object) -> None:
    """Notify the owners, once for each step."""
    await tell_debtor(
        dispute["debtor"],
        kind,
        community=dispute["community"],
        subject=f"dispute:{dispute['id']}",
        link=f"/disputes/{dispute['id']}",
        period=str(step),
        channels=(Channel.inbox, Channel.sms),
        **await steps.facts_of(dispute),
        **facts,
    )
