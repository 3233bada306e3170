"""Record the steps of a claim: filed, accepted, answered, changed, ended; with date and documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from asyncpg import Record

from portal.arrears.cases.actions import refresh_cases
from portal.arrears.cases.queries import case_at_desk
from portal.arrears.claims.states import LIVE, MOVES, ClaimKind, ClaimState
from portal.arrears.climbing.reminders import no_sooner
from portal.arrears.climbing.words import condition
from portal.collection.court.actions import is_closed, write_step
from portal.collection.court.facts import gates_of_case
from portal.collection.court.rules import still_open
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos

MOST_PHOTOS = 5
# Steps of somebody else need their document: its number, a picture of it, or both.
ON_PAPER = frozenset(
    {
        ClaimState.accepted, ClaimState.issued, ClaimState.agreed, ClaimState.confirmed, ClaimState.effective,
        ClaimState.judged, ClaimState.settled, ClaimState.voided, ClaimState.unserved, ClaimState.dismissed,
    }
)  # fmt: skip

FUTURE = N_("The date of a step must be today or earlier.")
BEFORE = N_("The previous step was on %(day)s. Enter that day or a later one.")
NO_PAPER = N_("Enter the reference number, or add a photo of the document.")
TOO_MANY = N_("Please choose no more than %(most)s photos.")
PAID = N_("Everything is paid and the case is closed. Withdraw this claim instead.")
CHANGED = N_("Less can be claimed now than this document says. Withdraw it and prepare another one.")


@retrying
async def record_step(
    by: Principal,
    claim: UUID,
    state: ClaimState,
    on: date,
    *,
    reference: str = "",
    body: str = "",
    photos: Sequence[Sent] = (),
) -> None:
    """Record the next step of a claim on a day.

    Raises Missing; Refused for a step that cannot follow, and before filing with the first gate that is closed or if
    less may be claimed by now; Invalid for an impossible day and for a step without its document.
    """
    if len(photos) > MOST_PHOTOS:
        raise Invalid("photos", TOO_MANY, most=MOST_PHOTOS)
    drawn = await encode(photos)
    async with unit_of_work(*by.where(May.bring_claims)):
        claim_view = await claim_with_case(by, claim)
        case = await case_at_desk(by, claim_view["arrears_case"], May.bring_claims)
        now: str = await fetch_value("SELECT state FROM claim WHERE id = $1 FOR NO KEY UPDATE", claim)
        MOVES[ClaimKind(claim_view["kind"])].check(now, state)
        today = clock.today(case["timezone"])
        await possible(claim, on, today)
        if state in ON_PAPER and not (reference.strip() or drawn):
            raise Invalid("reference", NO_PAPER)
        if state is ClaimState.filed:
            await _still_right(by, claim_view, case, max(today, case["looked_on"]))
        await fetch("UPDATE claim SET state = $2 WHERE id = $1", claim, state.value)
        me = await staff_of(by, claim_view["community"])
        await write_step(claim, claim_view["community"], state=state, on=on, staff=me, reference=reference, body=body)
        await keep_photos(claim_view["community"], f"claim:{claim}", by.actor, drawn)
        facts = {"community": claim_view["community"], "kind": claim_view["kind"], "state": state, "on": on}
        await record(by.actor, AuditVerb.CLAIM_MOVED, f"claim:{claim}", **facts)
        if state is ClaimState.filed:
            await _tell(claim_view, on)


async def claim_with_case(by: Principal, claim: UUID) -> Record:
    """A claim with the newest case of its debtor."""
    row = await fetch_one(
        "SELECT c.*, u.name AS unit, e.timezone, (SELECT k.id FROM arrears_case k WHERE k.debtor = c.debtor"
        " ORDER BY k.opened_on DESC, k.id LIMIT 1) AS arrears_case"
        " FROM claim c JOIN debtor d ON d.id = c.debtor JOIN unit u ON u.id = d.unit"
        " JOIN community e ON e.id = c.community WHERE c.id = $1 AND c.community = ANY($2::int[])",
        claim,
        list(by.where(May.bring_claims)),
    )
    if row is None:
        raise Missing
    return row


async def possible(claim: UUID, on: date, today: date) -> None:
    """Raises Invalid for a future day, and for one before the last step."""
    if on > today:
        raise Invalid("on", FUTURE)
    last: date = await fetch_value("SELECT max(on_day) FROM claim_step WHERE claim = $1", claim)
    if on < last:
        raise Invalid("on", BEFORE, day=last)


async def _still_right(by: Principal, claim: Record, case: Record, on: date) -> None:
    """Raises Refused unless the claim may still be filed as it was prepared."""
    await refresh_cases(case["community"], [case["debtor"]], on, actor=by.actor)
    if await is_closed(case["id"]):
        raise Refused(PAID)
    looked = await gates_of_case(case["id"], case["debtor"], case["community"], on)
    if shut := still_open(looked.gates[ClaimKind(claim["kind"])]):
        reason = condition(shut)
        raise Refused(reason.text, **reason.facts)
    less = await fetch_value(
        "SELECT EXISTS (SELECT FROM claim_line cl LEFT JOIN owed_by($2) o ON o.line = cl.line WHERE cl.claim = $1"
        " AND (o.line IS NULL OR o.fund OR o.outstanding - o.held - o.covered < cl.amount))",
        claim["id"],
        claim["debtor"],
    )
    if less:
        raise Refused(CHANGED)


async def _tell(claim: Record, on: date) -> None:
    """Notify all debtors of what was filed and how to settle it, so that nobody hears of it from a court first."""
    people = await fetch("SELECT person FROM debtor_member WHERE debtor = $1 ORDER BY person", claim["debtor"])
    await tell(
        [one["person"] for one in people],
        NoticeKind.claim_filed,
        community=claim["community"],
        subject=f"claim:{claim['id']}",
        link="/case",
        channels=(Channel.inbox, Channel.sms),
        not_before=no_sooner(claim["timezone"]),
        path=claim["kind"],
        unit=claim["unit"],
        amount=Money(claim["amount"]),
        filed_on=on,
    )


NOT_HANDED_IN = N_("A claim can only be changed after it has been filed. Withdraw a paper that has not been filed.")
SAME = N_("It already asks for exactly this amount.")
ABOVE = N_("Only %(left)s is left of the claim. Enter that amount or less.")


@retrying
async def change_claim(
    by: Principal,
    claim: UUID,
    amount: Money,
    on: date,
    *,
    reference: str = "",
    body: str = "",
    photos: Sequence[Sent] = (),
) -> None:
    """Record the new sum that was filed with the court or the mediators, as of a day; 0 is the fee only.

    Raises Missing; Refused for a claim that is over or was not filed; Invalid above what is left, for the same sum, for
    an impossible day and without its document.
    """
    if len(photos) > MOST_PHOTOS:
        raise Invalid("photos", TOO_MANY, most=MOST_PHOTOS)
    drawn = await encode(photos)
    async with unit_of_work(*by.where(May.bring_claims)):
        claim_view = await claim_with_case(by, claim)
        case = await case_at_desk(by, claim_view["arrears_case"], May.bring_claims)
        current = await fetch_one("SELECT state FROM claim WHERE id = $1 FOR NO KEY UPDATE", claim)
        assert current
        if current["state"] not in LIVE or current["state"] == ClaimState.prepared:
            raise Refused(NOT_HANDED_IN)
        await possible(claim, on, clock.today(case["timezone"]))
        if not (reference.strip() or drawn):
            raise Invalid("reference", NO_PAPER)
        await _fits(claim, amount)
        await fetch(
            "INSERT INTO claim_change (id, community, claim, amount, on_day, reference, body, by_staff, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            uuid4(),
            claim_view["community"],
            claim,
            amount.fen,
            on,
            reference.strip() or None,
            body.strip() or None,
            await staff_of(by, claim_view["community"]),
            clock.now(),
        )
        await keep_photos(claim_view["community"], f"claim:{claim}", by.actor, drawn)
        facts = {"community": claim_view["community"], "amount": amount, "on": on}
        await record(by.actor, AuditVerb.CLAIM_CHANGED, f"claim:{claim}", **facts)


async def _fits(claim: UUID, amount: Money) -> None:
    sums = await fetch_one("SELECT claimed, left_over FROM claim_balance WHERE claim = $1", claim)
    assert sums
    if amount.fen == sums["claimed"]:
        raise Invalid("amount", SAME)
    if amount > (remaining := Money(sums["left_over"])):
        raise Invalid("amount", ABOVE, left=remaining)
