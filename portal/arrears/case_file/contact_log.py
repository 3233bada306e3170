"""The desk's view of a case apart from its money: contacts, promises, the reason, and the gates to the next stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.arrears.case_file.rows import CaseRow
from portal.arrears.cases.facts import standings_of
from portal.arrears.cases.rules import LAST
from portal.arrears.cases.states import ContactChannel, ContactOutcome, Gate, Kept, Reason
from portal.arrears.cases.terms import policies_of
from portal.arrears.climbing.facts import known_before
from portal.arrears.climbing.gates import gates_to
from portal.arrears.climbing.words import condition
from portal.arrears.ladder.queries import ladder_of
from portal.kit.i18n import Sentence
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_value
from portal.platform.files.queries import PhotoRow, photos_of_all


def hands(by: str | None, witness: str | None, recipient: str | None) -> str:
    """The people involved, in words: the member of staff, and whom it reached."""
    staff = " · ".join(one for one in (by, witness) if one)
    return " → ".join(one for one in (staff, recipient) if one)


@dataclass(frozen=True)
class ContactRow:
    """One contact. `body` is also None if it is about hardship and the reader may not read that.

    It was made by a member of staff, or by the `recipient` of a letter who opened it.
    """

    id: UUID
    on: date
    at: datetime
    channel: ContactChannel
    outcome: ContactOutcome
    body: str | None
    by: str | None
    recipient: str | None
    witness: str | None
    confidential: bool
    photos: list[PhotoRow]

    @property
    def hands(self) -> str:
        """The people involved."""
        return hands(self.by, self.witness, self.recipient)


@dataclass(frozen=True)
class PromiseRow:
    """A sum promised by a day, and how much was paid since then."""

    on: date
    amount: Money
    paid: Money
    by: str
    kept: Kept


@dataclass(frozen=True)
class Condition:
    """A gate as the checklist shows it."""

    gate: Gate
    open: bool
    words: Sentence


@dataclass(frozen=True)
class Log:
    """The log of a case. `target` is the next stage with its `gates`; None if there is no higher one."""

    contacts: list[ContactRow]
    promises: list[PromiseRow]
    reason: Reason
    target: int | None
    gates: list[Condition]

    @property
    def may_climb(self) -> bool:
        """Whether all gates are open."""
        return all(gate.open for gate in self.gates)


async def log_of(by: Principal, case: CaseRow) -> Log:
    """The log of a case, in the caller's transaction."""
    reason = await fetch_value(
        "SELECT reason FROM case_reason WHERE arrears_case = $1 ORDER BY at DESC LIMIT 1", case.id
    )
    target = case.stage + 1 if case.live and case.stage < LAST else None
    return Log(
        await _contacts(case, keeper=by.may(case.community, May.read_confidences)),
        await _promises(case),
        Reason(reason) if reason else Reason.unknown,
        target,
        await _gates(case, target) if target else [],
    )


async def _gates(case: CaseRow, target: int) -> list[Condition]:
    ladder, debtors = await ladder_of(case.community, case.on), {case.id: case.debtor}
    standing = (await standings_of(debtors, case.on, ladder))[case.id]
    policy = (await policies_of(ladder, {case.id: standing}, debtors, case.on))[case.id]
    checks = gates_to(target, standing, await known_before(target, case.id, case.debtor, case.on), policy, case.on)
    return [Condition(check.gate, check.open, condition(check)) for check in checks]


async def _contacts(case: CaseRow, *, keeper: bool) -> list[ContactRow]:
    rows = await fetch(
        "SELECT o.id, o.on_day, o.at, o.channel, o.outcome, o.body, s.name AS by,"
        " w.name AS witness, n.name AS recipient FROM contact o LEFT JOIN person n ON n.id = o.person"
        " LEFT JOIN staff s ON s.id = o.by_staff LEFT JOIN staff w ON w.id = o.witness"
        " WHERE o.arrears_case = $1 ORDER BY o.at DESC, o.id",
        case.id,
    )
    photos = await photos_of_all(case.community, [f"contact:{row['id']}" for row in rows])
    result = []
    for row in rows:
        outcome = ContactOutcome(row["outcome"])
        hidden = outcome is ContactOutcome.hardship and not keeper
        result.append(
            ContactRow(
                id=row["id"],
                on=row["on_day"],
                at=row["at"],
                channel=ContactChannel(row["channel"]),
                outcome=outcome,
                body=None if hidden else row["body"],
                by=row["by"],
                recipient=row["recipient"],
                witness=row["witness"],
                confidential=bool(hidden and row["body"]),
                photos=photos.get(f"contact:{row['id']}", []),
            )
        )
    return result


async def _promises(case: CaseRow) -> list[PromiseRow]:
    rows = await fetch(
        "SELECT r.on_day, r.amount, s.name AS by, (SELECT coalesce(sum(a.amount), 0)::bigint FROM allocation a"
        " JOIN payment p ON p.id = a.payment JOIN bill_line l ON l.id = a.line JOIN bill b ON b.id = l.bill"
        " WHERE b.debtor = $2 AND a.created_at >= r.at AND p.received_on <= r.on_day) AS paid"
        " FROM payment_promise r JOIN staff s ON s.id = r.by_staff WHERE r.arrears_case = $1 ORDER BY r.at DESC, r.id",
        case.id,
        case.debtor,
    )
    return [
        PromiseRow(
            on=row["on_day"],
            amount=Money(row["amount"]),
            paid=Money(row["paid"]),
            by=row["by"],
            kept=_kept(row["paid"] >= row["amount"], row["on_day"], case.on),
        )
        for row in rows
    ]


def _kept(paid: bool, by_day: date, on: date) -> Kept:
    if paid:
        return Kept.kept
    return Kept.awaited if on <= by_day else Kept.missed
