"""Where Stripe tells what happened: verified on the raw bytes, stored, and only then acknowledged."""

from litestar import MediaType, Request, Router, post
from litestar.exceptions import HTTPException

from portal.checkout.gateway import Forged, gateway
from portal.checkout.inbox import take_event

MOST_BYTES = 262_144


@post("/stripe", name="checkout:webhook", status_code=200, media_type=MediaType.TEXT, request_max_body_size=MOST_BYTES,
      opt={"public": True, "cross_site": True, "machine": True, "skip_session": True})  # fmt: skip
async def stripe_webhook(request: Request) -> str:
    """200 once the event is committed, 400 for anything that Stripe did not sign."""
    body = await request.body()
    try:
        event = gateway.verify(body, request.headers.get("stripe-signature"))
    except Forged as no:
        raise HTTPException(status_code=400) from no
    await take_event(event, body)
    return "ok"


router = Router("/webhooks", route_handlers=[stripe_webhook])
