"""Coming back from the payment page: the browser says nothing that counts, Stripe is asked."""

from __future__ import annotations

from uuid import UUID

from portal.kit.errors import Missing
from portal.money.checkout.rows import look_soon
from portal.money.checkout.settling import ensure_posted
from portal.money.stripe.gateway import StripeSilent
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch_value, unit_of_work


async def come_back(by: Principal, session: str) -> UUID:
    """The payment that a session belongs to, brought up to date if Stripe answers. Raises Missing if not theirs."""
    async with unit_of_work(by, read_only=True):
        attempt = await fetch_value(
            "SELECT a.id FROM attempt a WHERE a.session = $1 AND (a.human = $2 OR a.debtor IN"
            " (SELECT debtor FROM debtor_member WHERE person = ANY($3::uuid[])))",
            session,
            by.human,
            list(by.persons),
        )
    if attempt is None:
        raise Missing
    try:
        await ensure_posted(attempt)
    except StripeSilent:  # shown as pending until the webhook comes, or the worker has asked, within a minute
        await look_soon(attempt)
    return attempt
