"""Posters for the notice board in A4 and A3, each with a QR code to the public page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from portal.accounts.disclosures.queries import DisclosureRow, Told
from portal.care.standards.actions import Standard
from portal.fees.rates.rules import unit_a_month, unit_counted
from portal.fees.tariffs.queries import Price, PricedItem
from portal.fees.tariffs.states import Formula
from portal.kit.display import share
from portal.kit.i18n import N_, Sentence
from portal.kit.language import CHINESE, ENGLISH, speaking
from portal.kit.words import say
from portal.people.estates.queries import PublicEstate
from portal.platform.documents.paper import svg_qr, typeset

SIZES = ("a4", "a3")
Both = dict[str, str]
Fact = tuple[str, Sentence | str]


async def prices_poster(estate: PublicEstate, items: Sequence[PricedItem], address: str, size: str) -> bytes:
    """The price list with all that the rules on marking prices require (发改价检[2004]1428号)."""
    about: list[Fact] = [
        (N_("Property company"), estate.company or "—"),
        (N_("Service contract"), estate.contract or "—"),
        (N_("Charging basis"), Sentence("%(mode)s", {"mode": estate.fee_mode})),
        (N_("Questions and complaints"), estate.hotline or "—"),
        (N_("Price complaints"), "12315"),
    ]
    heads = (N_("Item"), N_("Rate"), N_("How it is calculated"), N_("Valid"), N_("Source"))
    return await _poster(
        estate, N_("Price list"), about=about, heads=heads, rows=_price_rows(items), address=address, size=size
    )


async def standards_poster(estate: PublicEstate, standards: Sequence[Standard], address: str, size: str) -> bytes:
    """The services promised, how often, and the source."""
    about: list[Fact] = [
        (N_("Property company"), estate.company or "—"),
        (N_("Questions and complaints"), estate.hotline or "—"),
    ]
    rows = [
        [
            both(Sentence("%(area)s", {"area": one.area})),
            plain(one.item.zh, one.item.en),
            both(one.rhythm) if one.rhythm else plain("—"),
            plain(one.source),
        ]
        for one in standards
    ]
    heads = (N_("Area"), N_("Service"), N_("How often"), N_("Source"))
    return await _poster(
        estate, N_("Service standards"), about=about, heads=heads, rows=rows, address=address, size=size
    )


async def disclosure_poster(
    estate: PublicEstate, row: DisclosureRow, statements: Sequence[Told], address: str, size: str
) -> bytes:
    """A duty for one period: its rule, and the sums of the statements that fulfil it."""
    profile = row.profile
    about: list[Fact] = [
        (N_("Property company"), estate.company or "—"),
        (N_("Period"), days(row.starts_on, row.ends_on)),
        (N_("Required by"), profile.source if profile else "—"),
        (N_("Disclosed on"), f"{row.published_on or '—'}"),
        (
            N_("Displayed for at least"),
            Sentence(N_("%(n)s days"), {"n": profile.shown_days}) if profile and profile.shown_days else "—",
        ),
        (N_("Questions and complaints"), estate.hotline or "—"),
    ]
    rows = [
        [plain(one.title), plain(days(one.starts_on, one.ends_on)), *(plain(f"{sum_.yuan:,.2f}") for sum_ in one.sums)]
        for one in statements
    ]
    sums = (N_("Income"), N_("Expense"), N_("Balance"))
    if row.duty.ahead:
        sums = (N_("Planned income"), N_("Planned expense"), N_("Planned balance"))
    heads = (N_("Statement"), N_("Period"), *sums)
    return await _poster(
        estate,
        Sentence("%(duty)s", {"duty": row.duty}),
        about=about,
        heads=heads,
        rows=rows,
        address=address,
        size=size,
    )


async def _poster(
    estate: PublicEstate,
    title: str | Sentence,
    about: Sequence[Fact],
    heads: Sequence[str],
    rows: Sequence[Sequence[Both]],
    address: str,
    size: str,
) -> bytes:
    data = {
        "title": both(title),
        "estate": estate.name,
        "about": [{"name": both(name), "value": both(value)} for name, value in about],
        "heads": [both(head) for head in heads],
        "rows": [list(row) for row in rows],
        "qr": svg_qr(address),
        "address": address,
        "size": size if size in SIZES else SIZES[0],
        "on": f"{estate.today}",
    }
    return await typeset("poster.typ", data, datetime.combine(estate.today, time(), UTC))


def both(sentence: Sentence | str) -> Both:
    """A sentence in both languages; English only if it differs."""
    given = sentence if isinstance(sentence, Sentence) else Sentence(sentence)
    with speaking(CHINESE):
        zh = say(given)
    with speaking(ENGLISH):
        return plain(zh, say(given))


def plain(zh: str, en: str = "") -> Both:
    """The words unchanged, for both languages."""
    return {"zh": zh, "en": en if en != zh else ""}


def days(first: date | None, last: date | None) -> str:
    """2026-01-01 – 2026-12-31; an open end stays empty."""
    return f"{first or ''} – {last or ''}" if first or last else "—"


def _price_rows(items: Sequence[PricedItem]) -> list[list[Both]]:
    return [
        [
            beneath(plain(item.name.zh, item.name.en), who_pays(price)),
            beneath(_rate(price), when_vacant(price)),
            both(price.formula_words),
            plain(days(price.starts_on, price.ends_on)),
            plain(price.source),
        ]
        for item in items
        for price in item.prices
    ]  # fmt: skip


def _rate(price: Price) -> Both:
    """The rate with its unit: for an area or a home it is monthly, a number of things may be charged once."""
    if not price.rate_text:
        return both(N_("actual cost"))
    if price.formula in (Formula.per_area, Formula.fixed):
        unit = unit_counted(price.per)
        a_month = " ".join(part for part in (f"¥{price.rate_text}", f"/ {unit}" if unit else "", "a month") if part)
        return plain(f"{price.rate_text} 元/{unit_a_month(price.per)}", a_month)
    return plain(f"{price.rate_text} 元/{price.per}", f"¥{price.rate_text} / {price.per}")


def who_pays(price: Price) -> Sentence | str:
    """The use of homes that a rate is for."""
    return Sentence("%(use)s", {"use": price.use}) if price.use else N_("all uses")


def when_vacant(price: Price) -> Sentence | None:
    """The part of a rate that vacant homes pay, exactly; None if they pay all of it."""
    if price.vacancy_rate is None:
        return None
    return Sentence(N_("vacant homes pay %(rate)s"), {"rate": share(price.vacancy_rate)})


def beneath(words: Both, more: Sentence | str | None) -> Both:
    """Words with a second line below."""
    if more is None:
        return words
    second = both(more)
    return {"zh": f"{words['zh']}\n{second['zh']}", "en": " · ".join(one["en"] for one in (words, second) if one["en"])}
