"""An estate of the cast and the files that its manager sends from the desk."""

from __future__ import annotations

import io
from collections.abc import Mapping
from uuid import UUID

import httpx

from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch_one, fetch_value, unit_of_work
from portal.records.import_requests.actions import upload_import
from portal.records.import_requests.forms import Sent
from portal.records.import_requests.jobs import see_to_import
from tests import builders, cast

UNITS = "unit,building,use,billable_area\n9栋901,9,residential,88.8\n9栋902,9,residential,90\n"
PEOPLE = "person,name,phone\nP901,何芳,19900000901\n"
TIES = "unit,person,role,share\n9栋901,P901,owner,1\n"
GOOD = {"units.csv": UNITS, "people.csv": PEOPLE, "occupancies.csv": TIES}
BAD = {"units.csv": "unit,use,billable_area\n9栋901,residential,much\n"}
STAFF = {"staff.csv": "login,name,roles\nnew,新来,clerk\n"}


async def estate() -> cast.Estate:
    """The usual one, with a second manager."""
    mingxi = await cast.mingxi()
    mingxi.people["施文"] = await builders.staff(mingxi.community, "施文", "shiwen", cast.Role.manager)
    return mingxi


def sent(files: Mapping[str, str | bytes]) -> list[Sent]:
    """Files as the form hands them on."""
    raw = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    return [Sent(name, len(content), io.BytesIO(content)) for name, content in raw.items()]


def parts(files: Mapping[str, str | bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    """Files as httpx sends them."""
    return [("files", (name, text.encode() if isinstance(text, str) else text)) for name, text in files.items()]


async def send(client: httpx.AsyncClient, files: Mapping[str, str | bytes], code: str = "mingxi") -> httpx.Response:
    """The answer to the form."""
    return await client.post("/desk/imports", data={"community": code}, files=parts(files))


async def uploaded(client: httpx.AsyncClient, files: Mapping[str, str | bytes]) -> str:
    """The address of an import that was sent."""
    answer = await send(client, files)
    assert answer.status_code == 303, answer.text[-3000:]
    return answer.headers["location"]


async def work(mingxi: cast.Estate, address: str | UUID) -> None:
    """What the worker does with the job."""
    await see_to_import(request=str(address).rsplit("/", 1)[-1], community=str(mingxi.community))


async def checked(mingxi: cast.Estate, by: Principal, files: Mapping[str, str | bytes] = GOOD) -> UUID:
    """An import that waits to be confirmed."""
    asked = await upload_import(by, mingxi.code, sent(files))
    await work(mingxi, asked)
    return asked


async def row_of(address: str | UUID) -> dict[str, object]:
    """The import's row."""
    async with unit_of_work(EVERYWHERE):
        row = await fetch_one("SELECT * FROM import_request WHERE id = $1", UUID(str(address).rsplit("/", 1)[-1]))
    assert row
    return dict(row)


async def count(table_and_condition: str) -> int:
    """How many rows there are, of any estate."""
    async with unit_of_work(EVERYWHERE):
        return await fetch_value("SELECT count(*) FROM " + table_and_condition)
