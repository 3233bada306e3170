"""Drafts of statements: taken from an import or from the books, saved, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from portal.accounts.findings.queries import books_say, few_corrected, together, whole_months
from portal.accounts.publishing.actions import draft_for_update, keep_finding
from portal.accounts.publishing.queries import content_of, lines_of
from portal.accounts.statements.rules import Line
from portal.accounts.statements.states import (
    Basis,
    LineKind,
    RemunerationBase,
    Side,
    StatementFund,
    StatementKind,
    StatementState,
)
from portal.homes.units.personal_data import no_personal_data
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_, Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, retrying, unit_of_work

CATEGORY = "物业服务收费"
NAMES = {
    "bill": Bilingual("账单应收", "Bills issued"),
    "adjustment": Bilingual("更正、减收与减免", "Corrections and waivers"),
    "payment": Bilingual("收到的款项", "Payments received"),
    "credit_use": Bilingual("以预存抵付", "Paid from credit"),
    "reversal": Bilingual("冲正", "Reversals"),
}
NET = {"bill": Bilingual("账单应收净额（已计更正、减收与减免）", "Bills issued, corrections and waivers counted in")}


@dataclass(frozen=True)
class Wish:
    """The statement to draft: its code and title, first and last day, and basis."""

    code: str
    title: str
    first: date
    last: date
    basis: Basis


@retrying
async def draft_from_books(by: Principal, community: int, wish: Wish) -> UUID:
    """Make a draft, or renew its service-fee income from the books and keep all other lines. Returns its id.

    After a publication the draft is the next version, with the lines of the last one. Raises Missing without a
    publishing role there; Invalid if the days are in the wrong order or not whole months, the books have nothing for
    them, or the code is that of a budget.
    """
    if wish.last < wish.first:
        raise Invalid("last", N_("The last day is before the first day."))
    if not whole_months(wish.first, wish.last):
        raise Invalid(
            "last",
            N_(
                "Choose whole months. Otherwise, single payments could be worked out by comparing two statements "
                "a few days apart."
            ),
        )
    if community not in by.where(May.publish_statements):
        raise Missing
    async with unit_of_work(community):
        await advisory_lock(f"statement:{community}:{wish.code}")
        now = await books_say(community, wish.basis, wish.first, wish.last)
        if not now:
            raise Invalid("first", N_("The books have no entries for this period."))
        earlier = _before(wish.first, wish.last)
        before = await books_say(community, wish.basis, *earlier)
        names = NAMES
        if await few_corrected(community, wish.first, wish.last) or await few_corrected(community, *earlier):
            now, before, names = together(now), together(before), NAMES | NET
        statement, kept = await _draft(community, wish)
        await _put(community, statement, [*_income(now, before, names), *kept])
        await record(
            by.actor, AuditVerb.STATEMENT_DRAFTED, f"statement:{statement}", community=community, code=wish.code,
            basis=wish.basis.value,
        )  # fmt: skip
    return statement


def _before(first: date, last: date) -> tuple[date, date]:
    """The same number of months before."""
    opening, months = Month.of(first), Month.of(last).since(Month.of(first)) + 1
    return (opening + -months).first, (opening + -1).last


def _income(now: dict[str, Money], before: dict[str, Money], names: dict[str, Bilingual]) -> list[Line]:
    return [
        Line(
            position=0,
            fund=StatementFund.service_fee,
            side=Side.income,
            category=CATEGORY,
            item=names[kind],
            amount=amount,
            prior=before.get(kind, Money(0)) if before else None,
            kind=LineKind.fee,
            from_books=True,
        )
        for kind, amount in now.items()
    ]


async def _draft(community: int, wish: Wish) -> tuple[UUID, list[Line]]:
    """The draft, made if there is none, and the lines of its latest version that do not come from the books."""
    known = await fetch(
        "SELECT id, version, state, kind FROM statement WHERE community = $1 AND code = $2 ORDER BY version DESC"
        " LIMIT 1",
        community,
        wish.code,
    )
    if known and known[0]["kind"] == StatementKind.budget:
        raise Invalid("code", N_("This number belongs to a budget. Choose another one."))
    lines = await lines_of(known[0]["id"]) if known else []
    kept = [line for line in lines if not _renewed(line)]
    if known and known[0]["state"] == StatementState.draft:
        await fetch(
            "UPDATE statement SET title = $2, starts_on = $3, ends_on = $4, basis = $5, kind = $6,"
            " outside_base = NULL WHERE id = $1",
            known[0]["id"],
            wish.title,
            wish.first,
            wish.last,
            wish.basis.value,
            StatementKind.actual.value,
        )
        return known[0]["id"], kept
    made = await fetch_value(
        "INSERT INTO statement (id, community, code, version, title, starts_on, ends_on, state, basis, kind)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, 'draft', $7, $8) RETURNING id",
        community,
        wish.code,
        known[0]["version"] + 1 if known else 1,
        wish.title,
        wish.first,
        wish.last,
        wish.basis.value,
        StatementKind.actual.value,
    )
    return made, kept


def _renewed(line: Line) -> bool:
    """Whether the books replace this line; a balance carried over is not income."""
    place = (line.fund, line.side) == (StatementFund.service_fee, Side.income)
    return place and line.kind not in (LineKind.opening, LineKind.closing)


async def _put(community: int, statement: UUID, lines: Sequence[Line]) -> None:
    placed = [replace(line, position=n) for n, line in enumerate(lines, start=1)]
    await fetch("DELETE FROM statement_line WHERE statement = $1", statement)
    columns = [
        (line.position, line.fund.value, line.side.value, line.category, line.item.zh, line.item.en, line.amount.fen,
         _fen(line.budget), _fen(line.prior), line.note or None, line.is_total, line.kind.value, line.from_books,
         line.said)
        for line in placed
    ]  # fmt: skip
    await fetch(
        "INSERT INTO statement_line (id, community, statement, position, fund, side, category, item_zh, item_en,"
        " amount, budget, prior, note, is_total, kind, from_books, said) SELECT gen_random_uuid(), $1, $2, l.* FROM"
        " unnest($3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],"
        " $10::bigint[], $11::bigint[], $12::text[], $13::boolean[], $14::text[], $15::boolean[],"
        " $16::boolean[]) AS l",
        community,
        statement,
        *(list(column) for column in zip(*columns, strict=True)),
    )


def _fen(amount: Money | None) -> int | None:
    return None if amount is None else amount.fen


_NEEDS = {RemunerationBase.received: Basis.cash, RemunerationBase.receivable: Basis.accrual}


@retrying
async def explain_finding(by: Principal, statement: UUID, finding: str, words: str) -> None:
    """Explain a finding (by its key) to everybody; another explanation replaces the first.

    Raises Missing without a publishing role there; Refused for anything but a draft or a finding that is gone; Invalid
    if the words name a person, a home or a number.
    """
    scope = by.where(May.publish_statements)
    async with unit_of_work(*scope):
        draft = await draft_for_update(statement, scope)
        chosen = next((one.finding for one in (await content_of(draft)).explained if one.finding.key == finding), None)
        if chosen is None:
            raise Refused(N_("The figures have changed since. Look at the checks again."))
        await no_personal_data(draft["community"], text=words)
        await keep_finding(draft["community"], statement, chosen, words, await staff_of(by, draft["community"]))
        await record(
            by.actor, AuditVerb.STATEMENT_EXPLAINED, f"statement:{statement}", community=draft["community"],
            finding=finding, words=words,
        )  # fmt: skip


@retrying
async def set_terms(
    by: Principal,
    statement: UUID,
    basis: Basis,
    base: RemunerationBase | None = None,
    rate: Decimal | None = None,
    outside: Sequence[int] = (),
) -> None:
    """Set what a draft's figures are based on: cash or accrual, and the rate (a ratio) and base of the manager's share.

    Raises Missing without a publishing role there; Refused for anything but a draft; Invalid for a base without a rate,
    a rate without a base, or a base that the basis does not show.
    """
    if (base is None) != (rate is None):
        raise Invalid("rate", N_("Enter both the base and the rate of the remuneration."))
    if base in _NEEDS and _NEEDS[base] is not basis:
        raise Invalid("base", N_("Fees received go with the cash basis, fees receivable with the accrual basis."))
    scope = by.where(May.publish_statements)
    async with unit_of_work(*scope):
        draft = await draft_for_update(statement, scope)
        await fetch(
            "UPDATE statement SET basis = $2, remuneration_base = $3, remuneration_rate = $4, outside_base = $5"
            " WHERE id = $1",
            statement,
            basis.value,
            base,
            rate,
            sorted(outside) if base else None,
        )
        await record(
            by.actor, AuditVerb.STATEMENT_TERMS_SET, f"statement:{statement}", community=draft["community"],
            basis=basis.value, base=base, rate=None if rate is None else str(rate), outside=sorted(outside),
        )  # fmt: skip
