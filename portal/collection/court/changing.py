"""Record that a claim asks for another sum from a day on: what is left, or nothing but the court's fee."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from portal.arrears.cases.locking import case_at_desk
from portal.arrears.claims.states import LIVE, ClaimState
from portal.collection.court.steps import MOST_PHOTOS, NO_PAPER, TOO_MANY, claim_with_case, possible
from portal.kit import clock
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos

NOT_HANDED_IN = N_("A claim is changed while it is under way. Withdraw a paper that was not handed in.")
SAME = N_("It asks for exactly this already.")
ABOVE = N_("No more than %(left)s is left of what was claimed. Enter that or less.")


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
    """Record the sum that the court or the mediators were asked for instead, as of a day; 0 is the fee alone.

    Raises Missing, Refused for a claim that is not under way, Invalid above what is left, for the sum that it asks for
    already, for a day that cannot be and without its paper.
    """
    if len(photos) > MOST_PHOTOS:
        raise Invalid("photos", TOO_MANY, most=MOST_PHOTOS)
    drawn = await encode(photos)
    async with unit_of_work(*by.where(May.bring_claims)):
        found = await claim_with_case(by, claim)
        case = await case_at_desk(by, found["arrears_case"], May.bring_claims)
        now = await fetch_one("SELECT state FROM claim WHERE id = $1 FOR NO KEY UPDATE", claim)
        assert now
        if now["state"] not in LIVE or now["state"] == ClaimState.prepared:
            raise Refused(NOT_HANDED_IN)
        await possible(claim, on, clock.today(case["timezone"]))
        if not (reference.strip() or drawn):
            raise Invalid("reference", NO_PAPER)
        await _fits(claim, amount)
        await fetch(
            "INSERT INTO claim_change (id, community, claim, amount, on_day, reference, body, by_staff, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            uuid4(),
            found["community"],
            claim,
            amount.fen,
            on,
            reference.strip() or None,
            body.strip() or None,
            await staff_of(by, found["community"]),
            clock.now(),
        )
        await keep_photos(found["community"], f"claim:{claim}", by.actor, drawn)
        told = {"community": found["community"], "amount": amount, "on": on}
        await record(by.actor, AuditVerb.CLAIM_CHANGED, f"claim:{claim}", **told)


async def _fits(claim: UUID, amount: Money) -> None:
    sums = await fetch_one("SELECT claimed, left_over FROM claim_balance WHERE claim = $1", claim)
    assert sums
    if amount.fen == sums["claimed"]:
        raise Invalid("amount", SAME)
    if amount > (left := Money(sums["left_over"])):
        raise Invalid("amount", ABOVE, left=left)
