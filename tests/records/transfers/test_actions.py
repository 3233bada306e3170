"""A home changes hands: who owes what stays true, both sides are told, and nothing is edited."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from portal.arrears.climbing.jobs import arrears
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.plans.actions import request_plan
from portal.fees.bills.queries import bills_of
from portal.fees.runs.actions import publish_run
from portal.fees.runs.preview import preview_run
from portal.homes.residents.actions import ask_binding
from portal.homes.residents.answering import refuse_binding
from portal.homes.units.queries import homes_of
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience
from portal.people.persons.queries import principal_of
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.records.transfers.actions import change_owners
from portal.records.transfers.outlook import outlook_of
from portal.records.transfers.queries import transfers_of
from portal.records.transfers.states import OpenThing
from portal.run.verify import verify
from tests import builders, cast
from tests.homes.residents.world import wanted as binding_of
from tests.pictures import Sent, a_photo
from tests.records.transfers.changing import FROM, buyer, change, owner_called, ties, wanted

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_the_old_owner_ends_the_day_before_and_the_new_one_begins(estate):
    await change(estate, wanted())
    assert await ties(estate) == {
        ("陈静", "owner", Decimal(1), None, date(2026, 11, 30)),
        ("何芳", "owner", Decimal(1), FROM, None),
    }
    assert (await verify())["ok"]


async def test_the_buyer_owes_from_the_day_on_and_the_seller_what_was_before(estate):
    await change(estate, wanted())
    buyer_ = await owner_called(estate, "何芳")
    assert (await bills_of(buyer_)).bills == []
    clock.start_at(datetime(2026, 12, 1, 4, tzinfo=UTC))
    await publish_run(estate.community, Month(2026, 12), FROM, approver="staff:x")
    assert [str(bill.period) for bill in (await bills_of(buyer_)).bills] == ["2026-12"]
    assert [str(bill.period) for bill in (await bills_of(estate["陈静"])).bills] == ["2026-10", "2026-11"]
    assert await homes_of(estate["陈静"], clock.now()) == []
    assert [home.name for home in await homes_of(buyer_, clock.now())] == ["1栋101"]


async def test_a_change_inside_the_month_leaves_the_whole_month_to_the_seller(estate):
    what = wanted(starts_on=date(2026, 11, 15))
    outlook = await outlook_of(estate["沈平"], estate.units["1栋101"], what)
    assert [(row.turn.first, row.turn.stays) for row in outlook.turns] == [(Month(2026, 11), True)]
    assert [(str(bill.first), bill.reaches) for bill in outlook.bills] == [("2026-10", False), ("2026-11", True)]
    await change(estate, what)
    report = await preview_run(estate.community, Month(2026, 12), FROM)
    assert report.ok


async def test_what_the_outlook_says_of_the_next_month_is_what_the_run_does(estate):
    what = wanted(starts_on=date(2026, 12, 10))
    outlook = await outlook_of(estate["沈平"], estate.units["1栋101"], what)
    assert [(row.turn.first, row.turn.stays) for row in outlook.turns] == [(Month(2026, 12), True)]
    await change(estate, what)
    await publish_run(estate.community, Month(2026, 12), FROM, approver="staff:x")
    await publish_run(estate.community, Month(2027, 1), date(2027, 1, 1), approver="staff:x")
    clock.start_at(datetime(2027, 1, 2, 4, tzinfo=UTC))
    assert str((await bills_of(estate["陈静"])).bills[-1].period) == "2026-12"
    assert [str(bill.period) for bill in (await bills_of(await owner_called(estate, "何芳"))).bills] == ["2027-01"]


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 10, 15), date(2015, 1, 1), date(2029, 1, 1)])
async def test_a_day_that_bills_or_facts_forbid_is_refused_and_nothing_is_saved(estate, day):
    before = await ties(estate)
    with pytest.raises(Invalid) as refused:
        await outlook_of(estate["沈平"], estate.units["1栋101"], wanted(starts_on=day))
    assert refused.value.field == "starts_on"
    assert await ties(estate) == before


async def test_a_billed_day_names_the_first_day_that_is_free(estate):
    with pytest.raises(Invalid) as refused:
        await outlook_of(estate["沈平"], estate.units["1栋101"], wanted(starts_on=date(2026, 10, 20)))
    assert refused.value.sentence.facts == {"last": date(2026, 11, 1), "next": date(2026, 11, 2)}
    await change(estate, wanted(starts_on=date(2026, 11, 2)))


async def test_everything_open_is_named_and_stays_with_the_seller(estate):
    unit, seller = estate.units["1栋101"], estate["陈静"]
    bills = {str(bill.period): bill.id for bill in (await bills_of(seller)).bills}
    (line,) = await builders.lines_of(estate.community, bills["2026-10"])
    await open_dispute(seller, line, reason=DisputeReason.poor_quality, body="没扫", amount=Money(1000))
    await request_plan(seller, [bills["2026-11"]], 3, date(2026, 12, 20), "")
    await arrears(date(2026, 11, 20))
    outlook = await outlook_of(estate["沈平"], unit, wanted())
    assert {thing.kind for thing in outlook.things} == {OpenThing.dispute, OpenThing.plan, OpenThing.case}
    assert {thing.names for thing in outlook.things} == {"陈静"}
    await change(estate, wanted())
    async with unit_of_work(estate.community):
        owing = await fetch(
            "SELECT DISTINCT n.names FROM bill b JOIN debtor_names n ON n.debtor = b.debtor WHERE b.unit = $1", unit
        )
        cases = await fetch(
            "SELECT n.names FROM arrears_case c JOIN debtor_names n ON n.debtor = c.debtor WHERE c.unit = $1", unit
        )
    assert [row["names"] for row in owing] == [row["names"] for row in cases] == ["陈静"]


async def test_a_binding_that_waits_is_named_with_who_asked(estate):
    binding = await ask_binding(estate["陈静"], binding_of(estate), "")
    outlook = await outlook_of(estate["沈平"], estate.units["1栋101"], wanted())
    assert [(thing.kind, thing.id, thing.names) for thing in outlook.things] == [(OpenThing.binding, binding, "陈静")]
    await change_owners(estate["沈平"], estate.units["1栋101"], wanted(), seen=outlook.seal)
    await refuse_binding(estate["沈平"], binding, "已过户")
    again = wanted(buyer("韩梅", "+8619900000108"), starts_on=date(2026, 12, 2))
    assert (await outlook_of(estate["沈平"], estate.units["1栋101"], again)).things == []


async def test_what_changed_since_it_was_seen_is_not_confirmed(estate):
    unit, what = estate.units["1栋101"], wanted()
    seen = (await outlook_of(estate["沈平"], unit, what)).seal
    (line,) = await builders.lines_of(estate.community, (await bills_of(estate["陈静"])).bills[0].id)
    await open_dispute(estate["陈静"], line, reason=DisputeReason.other, body="不对", amount=Money(500))
    with pytest.raises(Refused):
        await change_owners(estate["沈平"], unit, what, seen=seen)
    with pytest.raises(Refused):
        await change_owners(
            estate["沈平"],
            unit,
            replace(what, document="另一份"),
            seen=(await outlook_of(estate["沈平"], unit, what)).seal,
        )
    assert len(await ties(estate)) == 1


async def test_sent_twice_it_happens_once(estate):
    unit, what = estate.units["1栋101"], wanted()
    seen = (await outlook_of(estate["沈平"], unit, what)).seal
    made = [await change_owners(estate["沈平"], unit, what, seen=seen, once="k" * 20) for _ in range(2)]
    assert made[0] == made[1]
    assert len(await ties(estate)) == 2
    with pytest.raises(Invalid):
        await change_owners(estate["沈平"], unit, what, seen=seen)


async def test_co_owners_somebody_who_stays_and_a_tenant_who_buys(estate):
    third = Fraction(1, 3)
    people = [
        buyer("孙强", "+8619900000104", third),
        buyer("赵敏", "+8619900000105", third, number=2),
        buyer("新人", None, third, number=4),
    ]
    await change(estate, wanted(*people), unit="1栋103")
    found = await ties(estate, "1栋103")
    assert {(name, role, end) for name, role, _s, start, end in found if start != FROM} == {
        ("孙强", "owner", date(2026, 11, 30)), ("赵敏", "tenant", date(2026, 11, 30)),
    }  # fmt: skip
    new = {name: (role, share) for name, role, share, start, _e in found if start == FROM}
    assert {name: role for name, (role, _share) in new.items()} == {
        "孙强": "owner",
        "赵敏": "co_owner",
        "新人": "co_owner",
    }
    assert sum(share for _role, share in new.values()) == 1
    async with unit_of_work(estate.community):
        told = await fetch(
            "SELECT p.name, n.kind FROM notice n JOIN person p ON p.id = n.person WHERE n.subject LIKE 'transfer:%'"
        )
    assert {(row["name"], row["kind"]) for row in told} == {
        (name, "ownership_began") for name in ("孙强", "赵敏", "新人")
    }


async def test_both_sides_are_told_and_the_audit_names_the_document(estate):
    transfer = await change(estate, wanted(), photos=[Sent("a.jpg", a_photo())])
    async with unit_of_work(EVERYWHERE):
        told = await fetch(
            "SELECT p.name, n.kind, n.facts::jsonb -> 'amount' ->> '$Money' AS amount"
            " FROM notice n JOIN person p ON p.id = n.person WHERE n.subject = $1 ORDER BY n.kind",
            f"transfer:{transfer}",
        )
        reason = await fetch_value("SELECT reason FROM audit_entry WHERE verb = 'owners_changed'")
    assert [tuple(row) for row in told] == [("何芳", "ownership_began", None), ("陈静", "ownership_ended", "50048")]
    assert reason == "不动产权第0001号"
    (row,) = await transfers_of(estate["冯丽"], estate.units["1栋101"])
    assert (row.before, row.after, row.starts_on, row.made_by, len(row.photos)) == ("陈静", "何芳", FROM, "沈平", 1)


async def test_who_goes_is_not_told_what_an_earlier_owner_still_owes(estate):
    await change(estate, wanted(), unit="1栋104")
    async with unit_of_work(EVERYWHERE):
        owed = await fetch_value(
            "SELECT n.facts::jsonb -> 'amount' ->> '$Money' FROM notice n JOIN person p ON p.id = n.person"
            " WHERE n.kind = 'ownership_ended' AND p.name = '吴霞'"
        )
    outlook_sums = {
        bill.names: bill.outstanding.fen
        for bill in (
            await outlook_of(
                estate["沈平"], estate.units["1栋104"], wanted(buyer("另一人", None), starts_on=date(2026, 12, 5))
            )
        ).bills
    }
    assert outlook_sums == {"周杰": 25024, "吴霞": 25024}
    assert owed == "25024"


async def test_a_mistake_is_put_right_by_another_change(estate):
    await change(estate, wanted())
    back = wanted(buyer("陈静", "+8619900000101"), starts_on=date(2026, 12, 2))
    await change(estate, back)
    assert ("陈静", "owner", Decimal(1), date(2026, 12, 2), None) in await ties(estate)
    assert [row.after for row in await transfers_of(estate["沈平"], estate.units["1栋101"])] == ["陈静", "何芳"]


@pytest.mark.parametrize(
    ("people", "field"),
    [
        ([buyer("陈静", "+8619900000101")], "name_1"),
        ([buyer("", None)], "name_1"),
        ([buyer("何芳", share=Fraction(1, 2)), buyer("何芳", share=Fraction(1, 2), number=2)], "name_2"),
        ([buyer("", None, roll="nobody")], "roll_1"),
        ([buyer("别人", None, roll="p-102")], "roll_1"),
        ([buyer(share=Fraction(1, 2)), buyer("二", None, Fraction(1, 4), number=3)], "share_1"),
    ],
)
async def test_what_was_typed_wrongly_is_said_at_its_field(estate, people, field):
    with pytest.raises(Invalid) as refused:
        await outlook_of(estate["沈平"], estate.units["1栋101"], wanted(*people))
    assert refused.value.field == field


async def test_one_number_of_two_persons_is_one_sign_in_and_said_before(estate):
    outlook = await outlook_of(estate["沈平"], estate.units["1栋101"], wanted(buyer("何芳", "+8619900000102")))
    assert (outlook.coming[0].person, outlook.coming[0].shared_with) == (None, "李明")
    await change(estate, wanted(buyer("何芳", "+8619900000102")))
    assert (await owner_called(estate, "何芳")).human == estate["李明"].human


async def test_staff_without_the_role_and_staff_elsewhere_find_nothing(estate):
    other = await cast.donghu()
    for who in (estate["冯丽"], other["韩冰"]):
        with pytest.raises(Missing):
            await outlook_of(who, estate.units["1栋101"], wanted())
        with pytest.raises(Missing):
            await change_owners(who, estate.units["1栋101"], wanted(), seen="x")


async def test_family_that_was_to_come_later_is_signed_out_with_the_owner_who_goes(estate):
    child = await builders.owner(estate.community, "陈星", "19900000120")
    await builders.occupies(estate.community, estate.units["1栋101"], child, role="family",
                            starts_on=date(2026, 12, 15), family_of=estate["陈静"])  # fmt: skip
    token = await start_session(child.human, Audience.owner, "tests")
    await change(estate, wanted())
    assert await principal_of(token) is None
    assert (await verify())["ok"]
