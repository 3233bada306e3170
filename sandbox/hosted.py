"""The hosted payment page: it shows what is to be paid and lets a person choose how it ends."""

import asyncio
from urllib.parse import urlsplit

from litestar import MediaType, Response, get, post
from litestar.response import Redirect

from sandbox import checkout
from sandbox.hosted_page import render
from sandbox.params import METHODS
from sandbox.state import Request, State, state_of
from sandbox.wire import Json, StripeRefusal

OUTCOMES = ("paid", "failed", "async_paid", "async_failed", "abandoned")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


@get("/c/pay/{session_id:str}", name="hosted:show")
async def show(request: Request) -> Response[str]:
    """The page of one session: open, paid, or expired."""
    return _page(request, _session(request))


@post("/c/pay/{session_id:str}", name="hosted:pay")
async def pay(request: Request) -> Response[str] | Redirect:
    """Let the payment end as `outcome` by `method`, and send the browser back. Nothing is ever paid twice."""
    session, form = _session(request), await request.form()
    method, outcome = form.get("method") or session["allowed_payment_method_types"][0], form.get("outcome")
    if method not in METHODS or outcome not in OUTCOMES:
        return _page(request, session, status=422)
    if session["status"] == "expired":
        return Redirect(request.url.path, status_code=303)
    if session["status"] == "open":
        _end_as(state_of(request), session, method, outcome)
    return _back(state_of(request), session, "success_url" if session["status"] == "complete" else "cancel_url")


def _end_as(state: State, session: Json, method: str, outcome: str) -> None:
    if outcome == "paid":
        checkout.pay(state.books, session, method)
    elif outcome == "failed":
        checkout.decline(state.books, session)
    elif outcome != "abandoned":
        checkout.promise(state.books, session)
        state.courier.spawn(_settle(state, session, method, outcome == "async_paid"))


async def _settle(state: State, session: Json, method: str, arrived: bool) -> None:
    await asyncio.sleep(state.settings.settle_after)
    checkout.settle(state.books, session, method, arrived)


def _session(request: Request) -> Json:
    state = state_of(request)
    checkout.expire_due(state.books)
    return state.books.get("cs", request.path_params["session_id"])


def _back(state: State, session: Json, address: str) -> Redirect:
    """303 to the portal, or to this page when the session names no such address."""
    target = (session[address] or f"/c/pay/{session['id']}").replace("{CHECKOUT_SESSION_ID}", session["id"])
    allowed = state.settings.allowed_return_origins
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(target))
    if allowed and origin not in allowed and not target.startswith("/c/"):
        raise StripeRefusal(f"{origin} is no return address of this sandbox.", param=address)
    return Redirect(target, status_code=303)


def _page(request: Request, session: Json, status: int = 200) -> Response[str]:
    goods = state_of(request).books.asked[session["id"]]["line_items"]
    page = render(session, goods, request.headers.get("accept-language", ""))
    return Response(page, media_type=MediaType.HTML, status_code=status, headers=HEADERS)
