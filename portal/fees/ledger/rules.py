"""Which accounts a charge or a payment moves."""

from __future__ import annotations

from functools import cache

from portal.fees.ledger.states import Account, Fund

FUND_OF_KIND = {
    "service_fee": Fund.service,
    "parking": Fund.service,
    "refuse": Fund.service,
    "other": Fund.service,
    "utility": Fund.pass_through,
    "pass_through": Fund.pass_through,
    "fund": Fund.maintenance,
    "deposit": Fund.deposit,
    "rent": Fund.common_area,
}


@cache
def receivable(kind: str) -> Account:
    """The account that holds what owners owe for items of this kind."""
    return Account(f"receivable:{FUND_OF_KIND[kind]}")


@cache
def charged(kind: str) -> Account:
    """The opposite account: income, or money that is passed on to whom it belongs."""
    return Account(f"charged:{FUND_OF_KIND[kind]}")


def clearing(channel: str) -> Account:
    """The account that money of a channel arrives in."""
    return Account(f"clearing:{channel}")
