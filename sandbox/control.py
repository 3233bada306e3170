"""The sandbox's own addresses, for people and tests: what was sent, what the books say, what shall go wrong."""

from dataclasses import asdict
from typing import Any

from litestar import Router, get, post

from sandbox.aftermath import charge_back, end_refund, pay_out, refund_payment
from sandbox.checkout import expire_due
from sandbox.state import Request, state_of
from sandbox.wire import Json, StripeRefusal, whole

ADDRESS = {"sms": "phone", "mail": "to", "push": "to", "wechat": "to"}


async def _asked(request: Request) -> Json:
    """The JSON object or the form that was sent; empty when nothing was."""
    if not await request.body():
        return {}
    if request.content_type[0] == "application/json":
        asked = await request.json()
        if not isinstance(asked, dict):
            raise StripeRefusal("a JSON object is expected")
        return asked
    return dict(await request.form())


def _wanted(asked: Json, name: str) -> Any:
    if name not in asked:
        raise StripeRefusal(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return asked[name]


@get(["/sms", "/mail", "/push", "/wechat"])
async def messages(request: Request) -> list[Json]:
    """Messages of a channel, newest first, to everybody or to one address."""
    channel = request.url.path.rsplit("/", 1)[-1]
    wanted = request.query_params.get(ADDRESS[channel])
    return [asdict(message) for message in state_of(request).post.to(channel, wanted)]


@post("/sms", status_code=200)
async def take_message(request: Request) -> Json:
    """Where a gateway without approved wordings takes a text message: `{to, text}`."""
    asked = await _asked(request)
    return asdict(state_of(request).post.put("sms", str(_wanted(asked, "to")), str(_wanted(asked, "text"))))


@get("/books")
async def books(request: Request) -> Json:
    """Everything Stripe would list, newest first; sums in fen."""
    kept = state_of(request).books
    expire_due(kept)
    fees = [
        detail | {"source": moved["source"], "balance_transaction": moved["id"]}
        for moved in kept.all("txn")
        for detail in moved["fee_details"]
    ]
    names = {"sessions": "cs", "payment_intents": "pi", "charges": "ch", "refunds": "re", "disputes": "dp"}
    names |= {"payouts": "po", "balance_transactions": "txn", "events": "evt"}
    return {name: kept.all(prefix) for name, prefix in names.items()} | {"fees": fees}


@post("/refunds/{identifier:str}", status_code=200)
async def refund(request: Request) -> Json:
    """Decide a refund `{outcome}`; the id of a charge starts one, as a person in Stripe's dashboard would."""
    kept, asked, identifier = state_of(request).books, await _asked(request), request.path_params["identifier"]
    if identifier.startswith("ch_"):
        identifier = refund_payment(kept, {"charge": identifier} | _sum(asked))["id"]
    return end_refund(kept, identifier, asked["outcome"]) if "outcome" in asked else kept.get("re", identifier)


def _sum(asked: Json) -> Json:
    return {"amount": whole(str(asked["amount"]), "amount")} if asked.get("amount") not in (None, "") else {}


@post("/disputes", status_code=200)
async def dispute(request: Request) -> Json:
    """A chargeback `{charge, amount, outcome}`; outcome open (default), won or lost."""
    asked = await _asked(request)
    outcome = asked.get("outcome") or "open"
    return charge_back(state_of(request).books, _wanted(asked, "charge"), _sum(asked).get("amount"), outcome)


@post("/payouts", status_code=200)
async def payout(request: Request) -> Json:
    """Pay out what is due; `{outcome}` paid (default) or failed."""
    return pay_out(state_of(request).books, (await _asked(request)).get("outcome") or "paid")


@get("/faults")
async def standing_faults(request: Request) -> Json:
    """The faults that stand."""
    return asdict(state_of(request).faults)


@post("/faults", status_code=200)
async def set_faults(request: Request) -> Json:
    """Merge faults with those that stand."""
    faults = state_of(request).faults
    faults.merge(await _asked(request))
    return asdict(faults)


@post("/clock", status_code=200)
async def advance_clock(request: Request) -> Json:
    """Move Stripe's clock on by `{seconds}`: sessions expire, keys are forgotten, refund windows close."""
    kept = state_of(request).books
    kept.shift += whole(str(_wanted(await _asked(request), "seconds")), "seconds")
    expire_due(kept)
    return {"now": kept.now()}


@post("/reset", status_code=200)
async def reset(request: Request) -> Json:
    """Clear the faults. What happened has happened: Stripe forgets no session, and a payer may be on its page."""
    state_of(request).faults.clear()
    return {"ok": True}


router = Router(
    "/sandbox",
    route_handlers=[
        messages,
        take_message,
        books,
        refund,
        dispute,
        payout,
        standing_faults,
        set_faults,
        advance_clock,
        reset,
    ],
)
