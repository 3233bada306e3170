"""Small pieces of an estate, each with a meaning; money always goes through the real actions."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID, uuid4

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import explain_finding
from portal.accounts.publishing.vouchers import add_documents
from portal.accounts.statement_pages.queries import statement_at
from portal.fees.bills.actions import NewBill, NewLine, issue_bills
from portal.fees.receivables.states import BillKind
from portal.homes.units.debtors import ensure_debtors
from portal.kit import clock
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Audience, Principal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from tests.pictures import Sent, a_photo

# The company of every estate here: all that its papers must name.
COMPANY = {
    "company": "青岚物业服务有限公司",
    "credit_code": "91330100MA0000000X",
    "address": "青岚市测试路 1 号",
    "phone": "0571-00000000",
    "bank": "青岚银行测试支行",
    "account_name": "青岚物业服务有限公司",
    "account_no": "6200000000000000",
}


async def community(code: str, name: str, *, due_rule: str = "day:15") -> int:
    """An estate in Shanghai time that charges on the commission basis; open 8:30 to 17:30, its COMPANY known."""
    async with unit_of_work():
        return await fetch_value(
            "INSERT INTO community (code, name, fee_mode, jurisdiction, timezone, currency, due_rule, hotline,"
            " opens_at, closes_at, acknowledge_hours, reply_hours, close_days, approval_limit,"
            f" last_bill_number, last_payment_number, created_at, {', '.join(COMPANY)})"
            " VALUES ($1, $2, 'commission', 'CN', 'Asia/Shanghai', 'CNY', $3, '400-000-0000',"
            " $4, $5, 1, 24, 3, 50000, 0, 0, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
            code,
            name,
            due_rule,
            time(8, 30),
            time(17, 30),
            clock.real_now(),
            *COMPANY.values(),
        )


async def without_company(community: int, *fields: str) -> None:
    """These fields of an estate's company are not known, or none of them are."""
    async with unit_of_work(community):
        for field in fields or COMPANY:
            await fetch(f"UPDATE community SET {field} = NULL WHERE id = $1", community)


async def unit(community: int, name: str, *, area: str = "89.37", use: str = "residential") -> UUID:
    """A home of 89.37 m² unless said otherwise, lived in by its owner, handed over long ago."""
    async with unit_of_work(community):
        return await fetch_value(
            "INSERT INTO unit (id, community, name, sort_key, building, use, billable_area, occupancy, handed_over_on)"
            " VALUES (gen_random_uuid(), $1, $2, $2, $3, $4, $5::text::numeric, 'owner', '2015-06-30') RETURNING id",
            community,
            name,
            name.split("栋")[0],
            use,
            area,
        )


async def _human(phone: str | None, login: str | None) -> UUID:
    async with unit_of_work(EVERYWHERE):
        return await fetch_value(
            "INSERT INTO human (id, phone, login, language, large_text, totp_confirmed, created_at)"
            " VALUES (gen_random_uuid(), $1, $2, 'zh-CN', false, false, $3) RETURNING id",
            phone,
            login,
            clock.real_now(),
        )


async def owner(community: int, name: str, phone: str) -> Principal:
    """A person on the roll who can sign in by phone."""
    human = await _human(f"+86{phone}", None)
    async with unit_of_work(community):
        person = await fetch_value(
            "INSERT INTO person (id, community, external_id, name, human, phone, language)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, 'zh-CN') RETURNING id",
            community,
            f"p-{phone[-3:]}",
            name,
            human,
            f"+86{phone}",
        )
    return Principal(
        human=human,
        session=uuid4(),
        audience=Audience.owner,
        name=name,
        language="zh-CN",
        persons=(person,),
        communities=(community,),
    )


async def staff(community: int, name: str, login: str, *roles: Role, department: str = "客服部") -> Principal:
    """A member of staff with these roles."""
    human = await _human(None, login)
    async with unit_of_work(community):
        await fetch_value(
            "INSERT INTO staff (id, community, human, name, roles, department)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5) RETURNING id",
            community,
            human,
            name,
            [role.value for role in roles],
            department,
        )
    return Principal(
        human=human,
        session=uuid4(),
        audience=Audience.staff,
        name=name,
        language="zh-CN",
        communities=(community,),
        roles={community: frozenset(roles)},
        departments={community: department},
    )


async def occupies(
    community: int,
    unit: UUID,
    who: Principal,
    *,
    role: str = "owner",
    starts_on: date | None = None,
    ends_on: date | None = None,
    family_of: Principal | None = None,
) -> None:
    """Tie a person to a unit, from and to inclusive."""
    async with unit_of_work(community):
        await fetch_value(
            "INSERT INTO occupancy (id, community, unit, person, role, share, starts_on, ends_on, family_of)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, 1, $5, $6, $7) RETURNING id",
            community,
            unit,
            who.persons[0],
            role,
            starts_on,
            ends_on,
            family_of.persons[0] if family_of else None,
        )


async def charge_item(
    community: int, code: str = "service", kind: str = "service_fee", name: str = "物业服务费"
) -> UUID:
    """A charge item, 物业服务费 unless said otherwise."""
    async with unit_of_work(community):
        return await fetch_value(
            "INSERT INTO charge_item (id, community, code, name_zh, name_en, kind, tax_rate, voucher)"
            " VALUES (gen_random_uuid(), $1, $2, $4, 'Service fee', $3, 0.06, 'invoice') RETURNING id",
            community,
            code,
            kind,
            name,
        )


async def tariff(community: int, item: UUID, *, rate: str = "2.80", formula: str = "per_area", **more: object) -> UUID:
    """A monthly rate in yuan for every use, from 2025 on, resolved by the owners' assembly."""
    row = {
        "use": "*",
        "cycle_months": 1,
        "timing": "advance",
        "proration": "full_month",
        "vacancy_rate": None,
        "rounding": "fen",
        "starts_on": date(2025, 1, 1),
        "ends_on": None,
        "source": "业主大会 2024 年第 3 号决议",
    } | more
    async with unit_of_work(community):
        return await fetch_value(
            "INSERT INTO tariff (id, community, item, rate, formula, use, cycle_months, timing, proration,"
            " vacancy_rate, rounding, starts_on, ends_on, source, per)"
            " VALUES (gen_random_uuid(), $1, $2, $3::text::numeric, $4, $5, $6, $7, $8, $9::text::numeric, $10, $11,"
            " $12, $13, '㎡') RETURNING id",
            community,
            item,
            rate,
            formula,
            *row.values(),
        )


async def bill(
    community: int,
    unit: UUID,
    owners: list[Principal],
    lines: list[tuple[UUID, int]],
    *,
    period: str = "2026-11",
    due_on: date = date(2026, 11, 15),
    issued_on: date = date(2026, 11, 1),
    replaces: UUID | None = None,
) -> UUID:
    """An issued bill; lines are (charge item, fen)."""
    async with unit_of_work(community):
        key = (unit, tuple(owner.persons[0] for owner in owners))
        debtors = await ensure_debtors(community, [key])
        month = Month.parse(period)
        kinds = {row["id"]: row["kind"] for row in await fetch("SELECT id, kind FROM charge_item")}
        drafts = [NewLine(item, kinds[item], month, month, Money(fen), part=n) for n, (item, fen) in enumerate(lines)]
        new = NewBill(unit, debtors[key], month, due_on, drafts, replaces=replaces)
        return (await issue_bills(community, [new], kind=BillKind.run, issued_on=issued_on))[0]


async def lines_of(community: int, bill: UUID) -> list[UUID]:
    """The ids of a bill's lines in their order."""
    async with unit_of_work(community):
        return [row["id"] for row in await fetch("SELECT id FROM bill_line WHERE bill = $1 ORDER BY position", bill)]


async def asked_whether_fixed(community: int, dispute: UUID) -> None:
    """Ask the owners whether it is really fixed, as if four weeks had passed."""
    async with unit_of_work(community):
        await fetch(
            "INSERT INTO follow_up (id, community, dispute, round_began_at, asked_at)"
            " SELECT gen_random_uuid(), community, id, round_began_at, opened_at FROM dispute WHERE id = $1",
            dispute,
        )


async def published_statement(community: int, manager: Principal) -> UUID:
    """A statement of a quarter with one line on each side and a voucher, signed by finance, published by a manager."""
    finance = await staff(community, "谢朗", f"xie-{community}", Role.finance)
    async with unit_of_work(community):
        statement = await fetch_value(
            "INSERT INTO statement (id, community, code, version, title, starts_on, ends_on, state)"
            " VALUES (gen_random_uuid(), $1, '2026-q3', 1, '2026年第三季度收支', '2026-07-01', '2026-09-30', 'draft')"
            " RETURNING id",
            community,
        )
        for position, side in enumerate(("income", "expense"), 1):
            await fetch(
                "INSERT INTO statement_line (id, community, statement, position, fund, side, category, item_zh,"
                " item_en, amount)"
                " VALUES (gen_random_uuid(), $1, $2, $3, 'service_fee', $4, '合计', '物业费', 'Fees', 100000)",
                community,
                statement,
                position,
                side,
            )
    await add_documents(finance, statement, 1, [Sent("voucher.jpg", a_photo())])
    for one in (await statement_at(finance, statement)).shown.open_findings:
        await explain_finding(finance, statement, one.finding.key, "此前的账由旧系统记录。")
    for signer in (finance, manager):
        await sign_statement(statement, signer)
    return statement
