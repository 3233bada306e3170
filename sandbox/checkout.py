"""What happens to a Checkout Session: it opens, is paid in one of several ways, or expires."""

from sandbox import objects
from sandbox.books import Books
from sandbox.params import METHODS
from sandbox.wire import Json, StripeRefusal, need

CURRENCY = "cny"
SMALLEST = 400  # fen; Stripe's minimum is about half a US dollar
LARGEST = 99_999_999  # fen; eight digits
SHORTEST, LONGEST = 30 * 60, 24 * 3600  # seconds a session may stay open
FEE_PER_MILLE, FEE_FIXED = 29, 30  # per mille of the sum, and fen

DECLINED: Json = {
    "type": "invalid_request_error",
    "code": "payment_intent_payment_attempt_failed",
    "message": "The customer did not confirm the payment.",
}


def open_session(books: Books, params: Json, base_url: str) -> Json:
    """A new open session; raises StripeRefusal for what Stripe would not take."""
    need(params, "mode")
    need(params, "success_url")
    methods = params.get("allowed_payment_method_types") or list(METHODS)
    options = params.get("payment_method_options", {})
    if "wechat_pay" in options:
        need(options["wechat_pay"], "client", "payment_method_options[wechat_pay]")
    amount = _total(need(params, "line_items"))
    _check_expiry(books, params.get("expires_at"))
    session = books.add(
        "cs", objects.session, base_url=base_url, params=params, amount=amount, currency=CURRENCY, methods=methods
    )
    books.asked[session["id"]] = params
    return session


def _total(items: list[Json]) -> int:
    total = 0
    for place, item in enumerate(items):
        within = f"line_items[{place}]"
        price = need(item, "price_data", within)
        amount = need(price, "unit_amount", f"{within}[price_data]")
        currency = need(price, "currency", f"{within}[price_data]")
        need(need(price, "product_data", f"{within}[price_data]"), "name", f"{within}[price_data][product_data]")
        if currency.lower() != CURRENCY:
            raise StripeRefusal(f"Invalid currency: {currency}", param=f"{within}[price_data][currency]")
        quantity = need(item, "quantity", within)
        if amount < 0 or quantity < 1:
            raise StripeRefusal(
                "This value must be greater than or equal to 0.", param=f"{within}[price_data][unit_amount]"
            )
        total += amount * quantity
    if total < SMALLEST:
        floor = f"¥{SMALLEST / 100:.2f} {CURRENCY}"
        raise StripeRefusal(
            f"The Checkout Session's total amount due must add up to at least {floor}", code="amount_too_small"
        )
    if total > LARGEST:
        raise StripeRefusal("The Checkout Session's total amount is too large.", code="amount_too_large")
    return total


def _check_expiry(books: Books, expires_at: int | None) -> None:
    if expires_at is None:
        return
    if expires_at < books.now() + SHORTEST:
        word = "at least 30 minutes from Checkout Session creation"
    elif expires_at > books.now() + LONGEST:
        word = "less than 24 hours from Checkout Session creation"
    else:
        return
    raise StripeRefusal(f"The `expires_at` timestamp must be {word}.", param="expires_at")


def expire_session(books: Books, identifier: str) -> Json:
    """End an open session; raises StripeRefusal when it is complete or expired already."""
    session = books.get("cs", identifier)
    if session["status"] != "open":
        raise StripeRefusal(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of {session['status']}."
        )
    _close(books, session)
    return session


def expire_due(books: Books) -> None:
    """End every open session whose time is up."""
    for session in books.all("cs"):
        if session["status"] == "open" and session["expires_at"] <= books.now():
            _close(books, session)


def _close(books: Books, session: Json) -> None:
    session["status"] = "expired"
    session["url"] = None
    books.event("checkout.session.expired", session)


def pay(books: Books, session: Json, method: str) -> None:
    """The owner confirmed and the money is there: one charge, session complete and paid."""
    intent = _intent(books, session)
    _complete(session)
    _capture(books, session, intent, method)
    books.event("checkout.session.completed", session)


def decline(books: Books, session: Json) -> None:
    """The wallet said no: the session stays open for another try."""
    intent = _intent(books, session)
    intent["last_payment_error"] = DECLINED
    books.event("payment_intent.payment_failed", intent)


def promise(books: Books, session: Json) -> None:
    """A method that settles late: complete, but nothing paid yet."""
    _intent(books, session)["status"] = "processing"
    _complete(session)
    books.event("checkout.session.completed", session)


def settle(books: Books, session: Json, method: str, arrived: bool) -> None:
    """A late method's money arrived, or never will; without effect when the books were cleared meanwhile."""
    intent = books.find(session["payment_intent"])
    if intent is None:
        return
    if arrived:
        _capture(books, session, intent, method)
        books.event("checkout.session.async_payment_succeeded", session)
        return
    intent |= {"status": "requires_payment_method", "last_payment_error": DECLINED}
    books.event("payment_intent.payment_failed", intent)
    books.event("checkout.session.async_payment_failed", session)


def _intent(books: Books, session: Json) -> Json:
    """Stripe makes the intent when the customer first confirms, and keeps it for the session's next tries."""
    if session["payment_intent"]:
        return books.get("pi", session["payment_intent"])
    intent = books.add(
        "pi",
        objects.payment_intent,
        amount=session["amount_total"],
        currency=session["currency"],
        methods=session["allowed_payment_method_types"],
        data=books.asked[session["id"]].get("payment_intent_data", {}),
    )
    session["payment_intent"] = intent["id"]
    return intent


def _complete(session: Json) -> None:
    session |= {"status": "complete", "url": None}


def _capture(books: Books, session: Json, intent: Json, method: str) -> None:
    charge = books.add("ch", objects.charge, intent=intent, method=method, method_id=f"pm_{intent['id'][3:]}")
    moved = books.movement("charge", charge["amount"], charge["currency"], charge["id"], fee=fee_of(charge["amount"]))
    charge["balance_transaction"] = moved["id"]
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "payment_method": charge["payment_method"],
        "last_payment_error": None,
    }
    session["payment_status"] = "paid"
    books.event("charge.succeeded", charge)
    books.event("payment_intent.succeeded", intent)


def fee_of(amount: int) -> int:
    """Stripe's fee in fen, half up: 2.9 % + 0.30 yuan."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED
