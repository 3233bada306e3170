"""What is the same however it is typed, in Python and in PostgreSQL."""

import pytest

from portal.kit.text import plain
from portal.platform.db.unit_of_work import EVERYWHERE, fetch_value, unit_of_work

SLIPS = [
    "0012345",
    "No.0012345",
    "№ 0012345",
    "编号：0012345",
    "００１２３４５",
    " 0012 345 ",
    "no 0012345",
    "#0012345",
]
DOTS = [
    "买买提·阿不都",
    "买买提•阿不都",
    "买买提・阿不都",
    "买买提‧阿不都",
    "买买提･阿不都",
    "买买提 · 阿不都",
    "买买提阿不都",
]
OTHERS = [
    "12345",
    "00123456",
    "0012345-1",
    "00.12345",
    "nova12",
    "Nora",
    "编",
    "ＡＢ-１２",
    "a‑b",
    "",
    "Straße",
    "\u3000x",
]


@pytest.mark.parametrize("typed", SLIPS)
def test_a_number_is_the_same_in_every_spelling(typed):
    assert plain(typed) == "0012345"


@pytest.mark.parametrize("typed", DOTS)
def test_a_name_is_the_same_with_every_middle_dot(typed):
    assert plain(typed) == "买买提阿不都"


def test_what_differs_by_more_than_its_spelling_stays_apart():
    assert len({plain(typed) for typed in [*OTHERS, SLIPS[0]]}) == len(OTHERS) + 1
    assert plain("Nora") == "nora"


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("typed", [*SLIPS, *DOTS, *OTHERS])
async def test_a_column_is_compared_as_python_compares(typed):
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT plain_text($1)", typed) == plain(typed)
