"""Vouchers behind the lines: added to a draft, kept through an import, published with it, shown to owners alone."""

from __future__ import annotations

import io
from uuid import uuid4

import asyncpg
import pytest
from PIL import Image

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.vouchers import add_documents, document_of, remove_document
from portal.accounts.statement_pages import queries
from portal.kit.errors import Invalid, Missing, Refused
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.accounts.statements import books
from tests.client import browser
from tests.pictures import Sent, a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


def voucher() -> list[Sent]:
    return [Sent("voucher.jpg", a_photo())]


async def test_owners_see_what_was_published_and_nobody_else_does(settings: Settings) -> None:
    mingxi, donghu = await cast.mingxi(), await cast.donghu()
    statement = await books.draft(mingxi.community)
    address = f"/desk/statements/{statement}"
    async with browser(settings, mingxi["蒋涛"]) as client:
        sent = {"photos": ("v.jpg", a_photo(), "image/jpeg")}
        for wrong in ({"data": {"line": "99"}, "files": sent}, {"data": {"line": "3"}},
                      {"data": {"line": "3"}, "files": {"photos": ("v.jpg", b"no photo", "image/jpeg")}}):  # fmt: skip
            assert (await client.post(f"{address}/documents", **wrong)).status_code == 422  # type: ignore[arg-type]
        assert (await client.post(f"{address}/documents", data={"line": "3"}, files=sent)).status_code == 303
        (one,) = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.documents
        assert f"/documents/{one.photo}" in (await client.get(address)).text
        assert (await client.get(f"{address}/documents/{one.photo}")).headers["content-type"] == "image/jpeg"
    with pytest.raises(Missing):
        await document_of(mingxi["陈静"], statement, one.photo)
    await books.publish(mingxi, statement)
    async with browser(settings, mingxi["陈静"]) as client:
        page = (await client.get(f"/statements/{statement}")).text
        assert f"/statements/{statement}/documents/{one.photo}" in page and "凭证 1" in page
        assert (await client.get(f"/statements/{statement}/documents/{one.photo}")).content[:3] == b"\xff\xd8\xff"
        assert (await client.get(f"/statements/{statement}/documents/{uuid4()}")).status_code == 404
    async with browser(settings, donghu["郑伟"]) as client:
        assert (await client.get(f"/statements/{statement}/documents/{one.photo}")).status_code == 404
    async with browser(settings) as client:
        assert str(one.photo) not in (await client.get(f"/e/mingxi/statements/{statement}")).text
        assert (await client.get(f"/statements/{statement}/documents/{one.photo}")).status_code == 303


async def test_it_belongs_to_the_line_and_to_what_is_signed() -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    before = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.sha256
    await sign_statement(statement, mingxi["蒋涛"])
    await add_documents(mingxi["蒋涛"], statement, 3, voucher())
    found = (await queries.statement_at(mingxi["沈平"], statement)).shown
    assert found.sha256 != before and found.documents[0].about == "service_fee:expense:人员:薪酬"
    async with unit_of_work(mingxi.community):  # another import changes places and sums
        await fetch(
            "UPDATE statement_line SET position = position + 10, amount = amount + 1 WHERE statement = $1", statement
        )
    found = (await queries.statement_at(mingxi["沈平"], statement)).shown
    lines = [line for fund in found.funds for side in fund.sides for line in side.lines]
    assert [line.item.zh for line in lines if found.documents_of(line)] == ["薪酬"]


async def test_it_is_taken_away_only_from_a_draft(admin: asyncpg.Connection) -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    for _ in range(2):
        await add_documents(mingxi["蒋涛"], statement, 1, voucher())
    first, second = (await queries.statement_at(mingxi["蒋涛"], statement)).shown.documents
    with pytest.raises(Missing):
        await remove_document(mingxi["冯丽"], statement, first.id)
    with pytest.raises(Missing):
        await remove_document(mingxi["蒋涛"], statement, uuid4())
    await remove_document(mingxi["蒋涛"], statement, first.id)
    with pytest.raises(Missing):
        await document_of(mingxi["蒋涛"], statement, first.photo, desk=True)
    await books.publish(mingxi, statement)
    with pytest.raises(Refused):
        await remove_document(mingxi["蒋涛"], statement, second.id)
    with pytest.raises(Refused):
        await add_documents(mingxi["蒋涛"], statement, 1, voucher())
    with pytest.raises(asyncpg.RestrictViolationError):
        async with unit_of_work(mingxi.community):
            await fetch("DELETE FROM statement_document")
    assert (await queries.statement_of(mingxi["陈静"], statement)).intact
    await admin.execute("ALTER TABLE statement_document DISABLE TRIGGER USER; DELETE FROM statement_document;"
                        " ALTER TABLE statement_document ENABLE TRIGGER USER")  # fmt: skip
    assert not (await queries.statement_of(mingxi["陈静"], statement)).intact, "a document taken away is noticed"


async def test_a_photo_of_forty_megapixels_is_refused_before_it_is_drawn() -> None:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    with pytest.raises(Invalid, match="too many pixels"):
        await add_documents(mingxi["蒋涛"], statement, 1, [Sent("large.png", forty_megapixels())])
    async with unit_of_work(mingxi.community):
        assert await fetch_value("SELECT count(*) FROM photo") == 0


def forty_megapixels() -> bytes:
    """A PNG that says so in its header; it is never drawn."""

    kept = io.BytesIO()
    Image.new("1", (8000, 5000)).save(kept, "PNG")
    return kept.getvalue()
