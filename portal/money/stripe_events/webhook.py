"""The webhook for Stripe: verifies the raw bytes, stores the event, and only then acknowledges it."""

from litestar import MediaType, Response, Router, post
from litestar.exceptions import HTTPException

from portal.money.stripe.gateway import Crowded, Forged, Turnstile, gateway
from portal.money.stripe_events.actions import take_event
from portal.web.request.request_context import Request

MOST_BYTES = 262_144
AT_ONCE, IN_LINE = 4, 12  # a process has ten connections and 64 requests at once; most of both are kept for people
turnstile = Turnstile(AT_ONCE, IN_LINE)


@post("/stripe", name="checkout:webhook", status_code=200, media_type=MediaType.TEXT, request_max_body_size=MOST_BYTES,
      opt={"public": True, "cross_site": True, "machine": True, "skip_session": True})  # fmt: skip
async def stripe_webhook(request: Request) -> Response[str]:
    """Take one event: 200 once it is committed, 400 if Stripe did not sign it, 429 in a flood (Stripe retries)."""
    body = await request.body()
    try:
        event = gateway.verify(body, request.headers.get("stripe-signature"))
        async with turnstile.passage():
            await take_event(event, body)
    except Forged as error:
        raise HTTPException(status_code=400) from error
    except Crowded:
        return Response("busy", status_code=429, headers={"Retry-After": "5"})  # raising would cost twice as much
    return Response("ok")


router = Router("/webhooks", route_handlers=[stripe_webhook])
