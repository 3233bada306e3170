"""Letters for their readers: one with its facts and proofs, a case's letters, and the desk's work list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.arrears.case_file.contact_log import hands
from portal.arrears.case_file.rows import CaseRow, rows_where, standing_cases
from portal.arrears.cases.states import ContactOutcome
from portal.collection.letters.facts import ARRIVED, SUPERSEDED, AskedLine, asked_lines, named, recipients_of
from portal.collection.letters.states import LetterKind, LetterState, number_of
from portal.homes.units.standing import Member
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import fetch, fetch_one, reading
from portal.platform.files.queries import PhotoRow, photos_of

PER_PAGE = 50
MOVED = N_(
    "This letter was addressed to them as owners of the home, which they no longer are. Issue a new "
    "one to their own address."
)
SETTLED = (LetterState.delivered, LetterState.superseded)  # nothing has to be delivered any more


@dataclass(frozen=True)
class ProofRow:
    """An attempt to deliver it: how, when, by which member of staff (None: the recipient opened it), with whom.

    `mail_number` is that of a registered letter; `proves` whether this proves that it arrived.
    """

    on: date
    outcome: ContactOutcome
    person: UUID | None
    recipient: str | None
    by: str | None
    witness: str | None
    mail_number: str | None
    proves: bool

    @property
    def hands(self) -> str:
        """The people who handed it over and received it."""
        return hands(self.by, self.witness, self.recipient)


@dataclass(frozen=True)
class ToWhom:
    """A recipient of a letter, and whether it has reached them."""

    person: UUID
    name: str
    state: LetterState


@dataclass(frozen=True)
class LetterRow:
    """A letter with its state; `late` if its deadline passed before it arrived."""

    id: UUID
    case: UUID
    unit: str
    estate: str
    kind: LetterKind
    called: str
    issued_on: date
    pay_by: date
    amount: Money
    state: LetterState
    late: bool

    @property
    def superseded(self) -> bool:
        """Whether less is owed now than it asks for."""
        return self.state is LetterState.superseded


@dataclass(frozen=True)
class LetterPage:
    """A letter with its facts, recipients, attempts of delivery and their photos.

    `moved` if it was addressed to owners of the home and none of them owns it any more.
    """

    row: LetterRow
    facts: dict[str, Any]
    at: datetime
    to: list[ToWhom]
    proofs: list[ProofRow]
    photos: list[PhotoRow]
    moved: bool

    @property
    def misses_them(self) -> bool:
        """Whether it must not go out any more, because they have left the home to which it is addressed."""
        return self.moved and self.to_deliver

    @property
    def lines(self) -> list[AskedLine]:
        """The charges in it, one by one."""
        return asked_lines(self.facts)

    @property
    def to_deliver(self) -> bool:
        """Whether a proof of its delivery may still be recorded."""
        return self.row.kind is not LetterKind.lawyer_draft and self.row.state not in SETTLED


_STATE = f"""
CASE WHEN {SUPERSEDED} THEN 'superseded'
     WHEN {ARRIVED} THEN 'delivered'
     WHEN EXISTS (SELECT FROM letter_proof p JOIN contact o ON o.id = p.contact
       WHERE p.letter = l.id AND o.outcome = 'returned') THEN 'returned' ELSE 'issued' END
"""
ROWS = (
    "SELECT l.*, k.debtor, u.name AS unit, c.name AS estate, c.timezone, "
    + _STATE
    + " AS state FROM letter l JOIN arrears_case k ON k.id = l.arrears_case JOIN unit u ON u.id = k.unit"
    " JOIN community c ON c.id = l.community"
)
_ONE = ROWS + " WHERE l.id = $1 AND l.community = ANY($2::int[])"
_MINE = (
    ROWS + " WHERE l.id = $1 AND l.kind <> 'lawyer_draft'"
    " AND EXISTS (SELECT FROM debtor_member m WHERE m.debtor = k.debtor AND m.person = ANY($2::uuid[]))"
)
_OF_CASE = ROWS + " WHERE l.arrears_case = $1 ORDER BY l.number DESC"
_PROOFS = """
SELECT o.on_day, o.outcome, o.person, n.name AS recipient, s.name AS by, w.name AS witness, p.mail_number, o.proves
FROM letter_proof p JOIN contact o ON o.id = p.contact LEFT JOIN person n ON n.id = o.person
LEFT JOIN staff s ON s.id = o.by_staff LEFT JOIN staff w ON w.id = o.witness WHERE p.letter = $1 ORDER BY p.at
"""


def row_of(row: Record) -> LetterRow:
    kind, state = LetterKind(row["kind"]), LetterState(row["state"])
    return LetterRow(
        id=row["id"],
        case=row["arrears_case"],
        unit=row["unit"],
        estate=row["estate"],
        kind=kind,
        called=number_of(kind, row["issued_on"].year, row["number"]),
        issued_on=row["issued_on"],
        pay_by=row["pay_by"],
        amount=Money(row["amount"]),
        state=state,
        late=state not in SETTLED and clock.today(row["timezone"]) > row["pay_by"],
    )


async def _page(by: Principal, row: Record | None) -> LetterPage:
    if row is None:
        raise Missing
    proofs = [
        ProofRow(*{**one, "outcome": ContactOutcome(one["outcome"])}.values())
        for one in await fetch(_PROOFS, row["id"])
    ]
    to = await recipients_of(row["debtor"], clock.today(row["timezone"]))
    photos = await photos_of(by, f"letter:{row['id']}")
    facts = json.loads(row["facts"])
    here = any(one.standing is DebtorStanding.owner for one in to)
    moved = facts.get("standing") == DebtorStanding.owner and not here
    return LetterPage(
        row=row_of(row),
        facts=facts,
        at=row["at"],
        to=[_to(one, proofs) for one in to],
        proofs=proofs,
        photos=photos,
        moved=moved,
    )


def _to(one: Member, proofs: list[ProofRow]) -> ToWhom:
    tries = [proof for proof in proofs if proof.person == one.person]
    if any(proof.proves for proof in tries):
        return ToWhom(one.person, named(one), LetterState.delivered)
    came_back = any(proof.outcome is ContactOutcome.returned for proof in tries)
    return ToWhom(one.person, named(one), LetterState.returned if came_back else LetterState.issued)


@reading
async def letter_of(by: Principal, letter: UUID) -> LetterPage:
    """A letter, for its debtor. Raises Missing for anybody else's, and for a draft."""
    return await _page(by, await fetch_one(_MINE, letter, list(by.persons)))


@reading
async def letter_at_desk(by: Principal, letter: UUID) -> LetterPage:
    """A letter, for staff. Raises Missing in communities where they may not read cases."""
    return await _page(by, await fetch_one(_ONE, letter, list(by.where(May.read_cases))))


async def letter_to_print(by: Principal, letter: UUID) -> LetterPage:
    """The same for printing. Raises Refused if they have left the home to which it is addressed."""
    letter_view = await letter_at_desk(by, letter)
    if letter_view.misses_them:
        raise Refused(MOVED)
    return letter_view


@reading
async def letters_of_case(by: Principal, case: UUID) -> tuple[CaseRow, list[LetterRow]]:
    """A case and its letters, the newest first. Raises Missing."""
    rows = await rows_where("k.id = $1 AND k.community = ANY($2::int[])", case, list(by.where(May.read_cases)))
    if not rows:
        raise Missing
    return (await standing_cases(rows))[0], [row_of(row) for row in await fetch(_OF_CASE, case)]


async def letters_for(case: UUID) -> list[tuple[LetterRow, dict[str, Any], datetime]]:
    """All letters of a case with their facts, the oldest first; in the caller's transaction."""
    rows = await fetch(_OF_CASE, case)
    return [(row_of(row), json.loads(row["facts"]), row["at"]) for row in reversed(rows)]
