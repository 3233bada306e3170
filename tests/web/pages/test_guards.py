"""Who may knock where: deny by default, a door for each audience, the way back after signing in."""

import httpx
import pytest

from tests.web.conftest import HOST, browser

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("token", "path", "status"),
    [
        ("li", "/note", 200), ("clerk", "/note", 403), ("li", "/committee", 403), ("ann", "/committee", 200),
        ("li", "/desk/any", 403), ("clerk", "/desk/any", 200), ("clerk", "/desk/money", 403),
        ("li", "/forgotten", 403), ("clerk", "/forgotten", 403), ("li", "/sample", 200), ("unknown", "/sample", 200),
    ],
)  # fmt: skip
async def test_who_may_knock(token: str, path: str, status: int) -> None:
    async with browser(cookies={"sid": token}) as client:
        assert (await client.get(path)).status_code == status


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/note", "/sign-in?next=/note"),
        ("/note?line=7&x=%E4%B8%80", "/sign-in?next=/note%3Fline%3D7%26x%3D%25E4%25B8%2580"),
        ("/desk/any", "/desk/sign-in?next=/desk/any"),
    ],
)
async def test_the_signed_out_are_shown_the_door_and_come_back(
    client: httpx.AsyncClient, path: str, target: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, target)


async def test_htmx_leaves_the_page_instead_of_swapping_a_sign_in_into_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/note", headers={"hx-request": "true", "hx-request-type": "partial"})
    assert answer.status_code == 200
    assert answer.headers["hx-redirect"] == "/sign-in?next=/note"
    assert answer.text == ""


async def test_a_signed_out_post_goes_back_to_the_page_of_its_form(client: httpx.AsyncClient) -> None:
    answer = await client.post("/note", data={"text": "x"}, headers={"referer": f"{HOST}/note?line=7"})
    assert answer.headers["location"] == "/sign-in?next=/note%3Fline%3D7"
    foreign = await client.post("/note", data={"text": "x"}, headers={"referer": "https://evil.example/note"})
    assert foreign.headers["location"] == "/sign-in?next=/note"
