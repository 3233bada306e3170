"""Publishing: once, for good, told to everyone who belongs to the estate today."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.statement_pages import queries
from portal.accounts.statements.states import StatementState
from portal.kit.errors import Missing, Refused
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders, cast
from tests.accounts.statements import books

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_publishing_freezes_tells_everyone_of_today_and_leaves_a_trace() -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    await books.publish(mingxi, statement)
    shown = await queries.statement_of(mingxi["陈静"], statement)
    assert (shown.row.state, shown.intact, shown.publisher) == (StatementState.published, True, "沈平")
    sha256 = shown.sha256
    async with unit_of_work(mingxi.community):
        told = await fetch("SELECT p.name FROM notice n JOIN person p ON p.id = n.person WHERE n.kind = $1", KIND)
        assert {row["name"] for row in told} == {"陈静", "李明", "王芳", "孙强", "赵敏", "吴霞"}  # 周杰 has sold
        entries = await fetch(
            "SELECT verb, facts FROM audit_entry WHERE subject = $1 ORDER BY verb DESC", f"statement:{statement}"
        )
    assert [row["verb"] for row in entries] == ["statement_signed", "statement_published"]
    assert all(sha256 in row["facts"] for row in entries)


async def test_one_person_alone_publishes_nothing() -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    assert await sign_statement(statement, by=mingxi["蒋涛"]) is StatementState.draft
    with pytest.raises(Refused):
        await sign_statement(statement, by=mingxi["蒋涛"])
    found = await queries.statement_at(mingxi["蒋涛"], statement)
    assert (found.shown.row.state, found.signer, found.signed_by_me) == (StatementState.draft, "蒋涛", True)
    assert not (await queries.statement_at(mingxi["沈平"], statement)).signed_by_me


async def test_it_is_published_only_once_even_by_two_at_a_time() -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    both = [sign_statement(statement, by=mingxi[who]) for who in ("蒋涛", "沈平")]
    assert {await done for done in asyncio.as_completed(both)} == {StatementState.draft, StatementState.published}
    for who in ("蒋涛", "沈平"):
        with pytest.raises(Refused):
            await sign_statement(statement, by=mingxi[who])


async def test_a_signature_holds_only_for_what_was_signed() -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    await sign_statement(statement, by=mingxi["蒋涛"])
    async with unit_of_work(mingxi.community):
        await fetch("UPDATE statement_line SET note = '改' WHERE statement = $1 AND position = 1", statement)
    assert (await queries.statement_at(mingxi["沈平"], statement)).signer == ""
    assert await sign_statement(statement, by=mingxi["沈平"]) is StatementState.draft, "a first signature again"
    assert await sign_statement(statement, by=mingxi["蒋涛"]) is StatementState.published


async def test_a_later_version_supersedes_and_says_what_it_changes() -> None:
    mingxi = await cast.mingxi()
    first = await books.draft(mingxi.community)
    await books.publish(mingxi, first)
    corrected = [("service_fee", "income", "物业收入", "管理费", 30000000, None, None, None), *books.ROWS[1:]]
    second = await books.draft(mingxi.community, corrected, version=2)
    await books.publish(mingxi, second)
    old, new = [await queries.statement_of(mingxi["陈静"], one) for one in (first, second)]
    assert (old.row.state, old.newer, old.intact) == (StatementState.superseded, second, True)
    assert new.newer is None and [change.item.zh for change in new.changes] == ["管理费"]
    assert {row.id for row in (await queries.statements_of(mingxi["陈静"])).statements} == {first, second}


async def test_an_earlier_version_is_not_published_after_a_later_one(admin: asyncpg.Connection) -> None:
    mingxi = await cast.mingxi()
    await books.publish(mingxi, await books.draft(mingxi.community, version=2))
    with pytest.raises(Refused):
        await sign_statement(await books.draft(mingxi.community, version=1), by=mingxi["蒋涛"])


async def test_a_statement_without_lines_is_not_published() -> None:
    mingxi = await cast.mingxi()
    with pytest.raises(Refused):
        await sign_statement(await books.draft(mingxi.community, []), by=mingxi["蒋涛"])


async def test_only_finance_and_managers_of_the_estate_publish() -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    statement = await books.draft(mingxi.community)
    steward = await builders.staff(mingxi.community, "杨帆", "yang", Role.steward)
    for who in (donghu["韩冰"], mingxi["冯丽"], steward, mingxi["陈静"]):
        with pytest.raises(Missing):
            await sign_statement(statement, by=who)
    with pytest.raises(Missing):
        await sign_statement(uuid4(), by=mingxi["蒋涛"])


KIND = "statement_published"
CHANGES = [
    "UPDATE statement SET title = 'x' WHERE id = $1",
    "UPDATE statement SET state = 'draft' WHERE id = $1",
    "UPDATE statement SET state = 'superseded', title = 'x' WHERE id = $1",
    "UPDATE statement SET content_sha256 = 'x' WHERE id = $1",
    "UPDATE statement_line SET amount = amount + 1 WHERE statement = $1",
    "DELETE FROM statement_line WHERE statement = $1",
    "INSERT INTO statement_line (id, community, statement, position, fund, side, category, item_zh, item_en, amount)"
    " SELECT gen_random_uuid(), community, id, 99, 'service_fee', 'income', '', 'x', 'x', 1"
    " FROM statement WHERE id = $1",
    "DELETE FROM statement WHERE id = $1",
]


@pytest.mark.parametrize("change", CHANGES)
async def test_nobody_changes_what_is_published(change: str) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    await books.publish(mingxi, statement)
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
        async with unit_of_work(mingxi.community):
            await fetch(change, statement)


async def test_a_draft_may_be_rewritten() -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    async with unit_of_work(mingxi.community):
        await fetch("UPDATE statement SET title = 'x' WHERE id = $1", statement)
        await fetch("DELETE FROM statement_line WHERE statement = $1 AND position = 5", statement)
        await fetch("UPDATE statement_line SET amount = 1 WHERE statement = $1", statement)


async def test_figures_changed_behind_our_back_are_noticed(admin: asyncpg.Connection) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    await books.publish(mingxi, statement)
    await admin.execute("UPDATE statement_line SET amount = amount + 1 WHERE statement = $1", statement)
    assert not (await queries.statement_of(mingxi["陈静"], statement)).intact


async def test_drafts_are_for_the_desk_alone() -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    statement = await books.draft(mingxi.community)
    assert (await queries.statement_at(mingxi["冯丽"], statement)).may_publish is False
    assert (await queries.statement_at(mingxi["沈平"], statement)).may_publish is True
    for question in (
        queries.statement_of(mingxi["陈静"], statement),
        queries.published_statement(mingxi.community, statement),
        queries.statement_at(donghu["韩冰"], statement),
    ):
        with pytest.raises(Missing):
            await question
    assert not (await queries.statements_of(mingxi["陈静"])).statements
    assert not (await queries.published_by(mingxi.community)).statements
    assert not (await queries.statements_at(donghu["韩冰"])).statements


async def test_the_checks_point_at_names_repeats_and_missing_budgets() -> None:
    mingxi = await cast.mingxi()
    rows = [
        ("service_fee", "expense", "赔付", "1栋101漏水赔付", 5000, None, None, None),
        ("service_fee", "expense", "退还", "退押金", 200000, 1, None, "陈静"),
        ("service_fee", "expense", "退还", "退押金", 200000, 1, None, None),
        ("service_fee", "income", "其他", "冲销", -100, 1, None, "电话19900000101"),
    ]
    checks = (await queries.statement_at(mingxi["蒋涛"], await books.draft(mingxi.community, rows))).checks
    assert sorted(line.position for line in checks.naming) == [1, 2, 4]
    assert [(line.item.zh, times) for line, times in checks.repeated] == [("退押金", 2)]
    assert [line.item.zh for line in checks.negative] == ["冲销"]
    assert (checks.unbudgeted, checks.lines) == (1, 4)
