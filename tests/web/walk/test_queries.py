"""How many statements a page costs, the look-up of the session and BEGIN and COMMIT among them."""

from __future__ import annotations

import pytest

from tests.web.walk.conftest import Stage

pytestmark = pytest.mark.anyio

# Ceilings: a page that grows with its rows breaks them at once, since the world has several of everything.
MOST = {
    "陈静": {"/": 31, "/bills": 14, "/bills/{bill}": 14, "/bills/{bill}/lines/{line}": 16, "/services": 13},
    "沈平": {
        "/desk": 22,
        "/desk/bills": 16,
        "/desk/bills/{bill}": 16,
        "/desk/cases": 15,
        "/desk/disputes": 12,
        "/desk/plans": 12,
        "/desk/corrections": 12,
        "/desk/limitation": 12,
        "/desk/holds": 12,
        "/desk/late-charges": 13,
        "/desk/letters": 18,
        "/desk/legal": 12,
        "/desk/calls": 12,
        "/desk/visits": 12,
        "/desk/services/rounds": 11,
        "/desk/questions": 8,
        "/desk/imports": 14,
        "/desk/imports/{upload}": 10,
    },
}


@pytest.mark.parametrize(("name", "path", "most"), [(n, p, m) for n, pages in MOST.items() for p, m in pages.items()])
async def test_a_page_costs_no_more_than_this(
    stage: Stage, queries: list[str], name: str, path: str, most: int
) -> None:
    ids = {
        key.split(".")[-1]: value
        for key, value in stage.world.here.ids.items()
        if key.startswith(("bills.", "imports."))
    }
    address = path.format(**ids)
    await stage[name].get(address)
    queries.clear()
    answer = await stage[name].get(address)
    assert answer.status_code == 200
    assert 0 < len(queries) <= most, "\n".join(["", *queries])
