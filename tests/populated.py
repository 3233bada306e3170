"""The two estates of the cast with something of everything in them, made by the real actions.

陈静 (and, next door, 郑伟; 吴霞 in the home that 周杰 sold her; 孙强 in the one he lets to 赵敏) has a paid bill, an
overdue one with a dispute and a case, and one she asks to pay by instalments. The marks are texts that nobody but
their owner and the staff of the estate may ever read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from uuid import UUID

from portal.accounts.questions.actions import ask
from portal.arrears.climbing.jobs import arrears
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.plans.actions import request_plan
from portal.care.services.actions import Work, record_service
from portal.care.standards.states import ServiceArea
from portal.fees.receivables.states import PaymentChannel
from portal.fees.run_requests.actions import ask_run
from portal.homes.residents.actions import Wanted, ask_binding
from portal.homes.residents.answering import approve_binding
from portal.homes.residents.states import BoundAs
from portal.homes.vacancies.actions import file_vacancy
from portal.kit import clock
from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.corrections.actions import ask_correction
from portal.money.corrections.states import CorrectionKind
from portal.money.counter.actions import record_counter_payment
from portal.people.persons.actions import start_session
from portal.people.persons.devices import add_device
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Principal
from portal.people.persons.queries import principal_of
from portal.people.persons.states import Language
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.records.transfers.actions import change_owners
from portal.records.transfers.buyers import Buyer, Wanted as Change
from portal.records.transfers.outlook import outlook_of
from portal.records.transfers.states import Basis
from portal.signin.staff.enrolment import make_link
from tests import builders, cast
from tests.chased import chase, looked_into
from tests.pictures import Sent, a_photo
from tests.records.imports.world import checked
from tests.shown import TODAY, documents_in, due, let, promised, wanted

WHOLE = 25024
PUSHES = "http://127.0.0.1:9"  # a push service where nobody listens
POINT = "BGJErl3fFBHVbuBlnY1Ib3uD1vG4zeDI1AYjQ7QxLwR8nk-VWK4PsLi6TeDzCMNHMMjzpU37xtx5dkR2ywJAr2A"  # on P-256
PICTURED = (  # what has photos: its noun, and the key of its id
    ("dispute", "disputes.dispute_id"), ("binding", "bindings.binding"), ("transfer", "units.transfer"),
    ("vacancy", "homes.vacancy"), ("vacancy", "vacancies.vacancy"), ("letter", "letters.letter"),
    ("claim", "legal.claim"), ("service", "services.record"), ("contact", "cases.contact"),
)  # fmt: skip


@dataclass
class Home:
    """What one owner has in one estate, by the words that stand in addresses."""

    estate: cast.Estate
    who: Principal
    unit: UUID
    unit_name: str
    name: str
    marks: set[str]
    mark: str
    planned: UUID | None = None  # the bill that instalments are asked for
    ids: dict[str, UUID | str] = field(default_factory=dict)


@dataclass
class World:
    """Both estates and everybody's door: a home, one next door, one that was sold, one that is let."""

    here: Home
    there: Home
    sold: Home
    let: Home
    people: dict[str, Principal]

    @property
    def homes(self) -> tuple[Home, Home, Home, Home]:
        """All of them."""
        return self.here, self.there, self.sold, self.let


PHONES = {
    "陈静": "19900000101",
    "李明": "19900000102",
    "王芳": "19900000103",
    "孙强": "19900000104",
    "赵敏": "19900000105",
    "周杰": "19900000106",
    "吴霞": "19900000107",
    "郑伟": "19900000801",
}
UNITS = {
    "1栋101": ("陈静",),
    "1栋102": ("李明", "王芳"),
    "1栋103": ("孙强",),
    "1栋104": ("吴霞",),
    "8栋801": ("郑伟",),
}


async def populate() -> World:
    """Everything, today being 2026-11-20 by the day the bills were made for."""
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    mingxi.people["卫兰"] = await builders.staff(mingxi.community, "卫兰", "wei", Role.clerk)
    mingxi.people["顾衡"] = await builders.staff(mingxi.community, "顾衡", "gu", Role.auditor)
    mingxi.people["褚英"] = await builders.staff(mingxi.community, "褚英", "chu")
    await _post(mingxi, "吴霞")
    items = await _prices(mingxi)
    here = await _home(mingxi, "陈静", "1栋101", mingxi["沈平"], items, "甲")
    there = await _home(donghu, "郑伟", "8栋801", donghu["韩冰"], await _prices(donghu), "乙")
    sold = await _home(mingxi, "吴霞", "1栋104", mingxi["沈平"], items, "丙")
    let = await _home(mingxi, "孙强", "1栋103", mingxi["沈平"], items, "丁")
    debtors = [mingxi[name] for name in UNITS["1栋102"]]
    await builders.bill(mingxi.community, mingxi.units["1栋102"], debtors, [(items[0], 19900)])
    world = World(here, there, sold, let, mingxi.people | donghu.people)
    for home, manager in ((here, mingxi["沈平"]), (there, donghu["韩冰"])):
        home.ids |= await _estates(home, manager)
    for home in (sold, let):
        home.ids |= {key: here.ids[key] for key in here.ids if key not in home.ids}
    await arrears(TODAY)
    link = await make_link("chu")
    for home, manager in ((here, mingxi), (there, donghu), (sold, mingxi), (let, mingxi)):
        home.ids |= await chase(home.unit, manager["沈平" if manager is mingxi else "韩冰"])
        assert home.planned  # asked for after the letter, because a request shuts the way to one
        first_on = date(2026, 12, 20)
        home.ids["plans.plan"] = await request_plan(home.who, [home.planned], 3, first_on, f"{home.mark}难：手头紧")
        await looked_into(home.estate.community)  # or no letter of theirs could be printed
    for home in world.homes:
        home.ids |= {**await _found(home), "set-up.token": link.rsplit("/", 1)[-1], "static.name": "portal.js"}
    return world


async def _prices(estate: cast.Estate) -> list[UUID]:
    items = [await builders.charge_item(estate.community, code) for code in ("service", "water")]
    await builders.tariff(estate.community, items[0])
    return items


async def _home(
    estate: cast.Estate, name: str, unit_name: str, manager: Principal, items: list[UUID], mark: str
) -> Home:
    who, unit, community = estate[name], estate.units[unit_name], estate.community
    marks = {f"{mark}{sign}" for sign in "诉难单正客亲空证偶"}
    home = Home(estate, who, unit, unit_name, name, marks, mark)

    async def billed(month: int, *fen: int) -> UUID:
        lines = list(zip(items, fen, strict=False))
        days = {"due_on": date(2026, month, 15), "issued_on": date(2026, month, 1)}
        return await builders.bill(community, unit, [who], lines, period=f"2026-{month:02}", **days)

    paid, overdue, planned = await billed(9, 31100), await billed(10, WHOLE, 3000), await billed(11, WHOLE)
    home.planned = planned
    line, other = await builders.lines_of(community, overdue)
    posted = await record_counter_payment(
        manager,
        unit=unit_name,
        bills=[paid],
        amount=Money(31100),
        channel=PaymentChannel.transfer,
        reference=f"{mark}单",
    )
    photo = Sent("bins.jpg", a_photo())
    dispute = await open_dispute(
        who,
        line,
        reason=DisputeReason.poor_quality,
        body=f"{mark}诉：垃圾桶没有清运",
        amount=Money(9000),
        photos=[photo],
    )
    await builders.asked_whether_fixed(community, dispute)
    correction = await ask_correction(
        manager, other, kind=CorrectionKind.waiver, amount=Money(500), reason=f"{mark}正：停水两天"
    )
    tie, waiting = await _bound(home, manager, mark, photo)
    vacancy = await file_vacancy(who, unit, empty_since=TODAY, body=f"{mark}空：外出半年", photos=[photo])
    home.ids = {
        "people.person": who.persons[0], "phone-changes.change": await _lost(home, manager),
        "household.binding": waiting, "household.tie": tie, "ties.tie": tie, "bindings.binding": waiting,
        "bills.bill": overdue, "bills.line": line, "payments.payment": posted.id, "payments.bill": overdue,
        "disputes.dispute_id": dispute,
        "corrections.correction": correction, "units.unit": unit, "homes.home": unit,
        "homes.vacancy": vacancy, "vacancies.vacancy": vacancy,
        "units.transfer": await _joined(home, manager, mark, photo), "tariffs.tariff": await _tariff(community),
    }  # fmt: skip
    return home


async def _estates(home: Home, manager: Principal) -> dict[str, UUID | str]:
    """What the whole estate may read: a record with a photo, a statement."""
    work = Work(ServiceArea.cleaning, "清洗垃圾桶", "北门")
    record = await record_service(manager, home.estate.community, work, [Sent("bins.jpg", a_photo())])
    statement = await builders.published_statement(home.estate.community, manager)
    voucher = await documents_in(home.estate.community, statement)
    question = await ask(home.who, statement, "1", "这一项是怎么算出来的？")
    run = await ask_run(manager, home.estate.code, Month(2026, 11), date(2026, 11, 1))
    upload = await checked(home.estate, manager)
    expense = await wanted(home.estate.community)
    return {
        "services.record": record, "statements.which": str(statement), "statements.statement": statement,
        "statements.photo": voucher["photo"], "statements.document": voucher["id"],
        "e.statement": statement, "e.code": home.estate.code, "companies.code": home.estate.code, "bill-runs.run": run,
        "imports.upload": upload, "imports.file": "units.csv",
        "estate.id": home.estate.community,
        "common-areas.contract": await let(home.estate.community, manager),
        "expenses.expense": expense, "committee.expense": expense,
        "disclosures.disclosure": await due(home.estate.community),
        "questions.question": question, "services.round_id": await promised(home.estate.community),
    }  # fmt: skip


async def _lost(home: Home, asker: Principal) -> UUID:
    """Somebody else at the desk has asked for a new number of this person."""
    async with unit_of_work(home.estate.community):
        return await fetch_value(
            "INSERT INTO phone_change (id, community, person, phone, identity, reason, state, asked_by, asked_at)"
            " SELECT gen_random_uuid(), $1, $2, '+8618700000001', 'id_card', '号码停用', 'waiting', s.id, now()"
            " FROM staff s WHERE s.community = $1 AND s.human = $3 RETURNING id",
            home.estate.community,
            home.who.persons[0],
            asker.human,
        )


async def _bound(home: Home, manager: Principal, mark: str, photo: Sent) -> tuple[UUID, UUID]:
    """A tenant's tie, and a request for a family member that waits."""
    today = clock.today("Asia/Shanghai")
    asked = []
    for name, role, last in ((f"{mark}客", BoundAs.tenant, 1), (f"{mark}亲", BoundAs.family, 2)):
        phone = f"+861880000{ord(mark) % 1000:03}{last}"
        wanted = Wanted(home.unit, name, phone, role, today, None)
        asked.append(await ask_binding(home.who, wanted, f"{name}的说明", [photo]))
    await approve_binding(manager, asked[0])
    async with unit_of_work(home.estate.community):
        return await fetch_value("SELECT occupancy FROM binding WHERE id = $1", asked[0]), asked[1]


async def _joined(home: Home, manager: Principal, mark: str, photo: Sent) -> UUID:
    """From next March the owner shares the home with somebody who is not on the roll yet."""
    half = Fraction(1, 2)
    me = Buyer(1, "", home.who.name, f"+86{PHONES[home.who.name]}", None, Language.chinese, half)
    spouse = Buyer(2, "", f"{mark}偶", None, None, Language.chinese, half)
    wanted = Change(date(2027, 3, 1), Basis.other, f"{mark}证 1 号", (me, spouse))
    seen = (await outlook_of(manager, home.unit, wanted)).seal
    return await change_owners(manager, home.unit, wanted, seen=seen, photos=[photo])


async def _tariff(community: int) -> UUID:
    async with unit_of_work(community):
        return await fetch_value("SELECT id FROM tariff ORDER BY starts_on LIMIT 1")


async def _post(estate: cast.Estate, name: str) -> None:
    async with unit_of_work(estate.community):
        await fetch(
            "INSERT INTO committee_post (id, community, person, post, votes, starts_on)"
            " VALUES (gen_random_uuid(), $1, $2, '主任', true, '2026-01-01')",
            estate.community,
            estate[name].persons[0],
        )


async def _found(home: Home) -> dict[str, UUID | str]:
    """What the actions made beside: photos, a notice, a case, a session."""
    photos = {
        f"{key.split('.')[0]}.photo": ("SELECT id FROM photo WHERE subject = $1", f"{noun}:{home.ids[key]}")
        for noun, key in PICTURED
    }
    asked = photos | {
        "r.code": ("SELECT check_code FROM payment WHERE id = $1", home.ids["payments.payment"]),
        "inbox.notice_id": ("SELECT id FROM notice WHERE person = $1 ORDER BY created_at LIMIT 1", home.who.persons[0]),
        **dict.fromkeys(("case.case", "cases.case"), ("SELECT id FROM arrears_case WHERE unit = $1", home.unit)),
        "debtors.debtor": ("SELECT debtor FROM arrears_case WHERE unit = $1", home.unit),
    }
    await start_session(home.who.human, home.who.audience, "another browser")
    await add_device(home.who, f"{PUSHES}/push/{home.who.human}", POINT, "A" * 22, sandbox=PUSHES)
    async with unit_of_work(EVERYWHERE):
        ids = {key: await fetch_value(*question) for key, question in asked.items()}
        ids["settings.device_id"] = await fetch_value("SELECT id FROM device WHERE human = $1", home.who.human)
        ids["settings.session_id"] = await fetch_value("SELECT id FROM web_session WHERE human = $1", home.who.human)
    return ids


async def signed_in(who: Principal) -> tuple[str, Principal]:
    """A new session's token, and the person as the portal knows them by it."""
    token = await start_session(who.human, who.audience, "tests", stepped_up=True)
    known = await principal_of(token)
    assert known is not None
    return token, known
