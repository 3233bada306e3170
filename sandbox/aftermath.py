"""What happens after a payment: refunds, chargebacks and payouts."""

from sandbox.books import Books
from sandbox.settlement import dispute, payout, refund
from sandbox.wire import Json, StripeRefusal

DISPUTE_FEE = 1500  # fen
REFUND_DAYS = {"alipay": 90, "wechat_pay": 180, "card": 365}


def refund_payment(books: Books, params: Json) -> Json:
    """Start a refund; by card it succeeds at once, by wallet it stays pending. Raises StripeRefusal."""
    charge = _charge_of(books, params)
    amount = params.get("amount", _left(charge))
    _check_refund(books, charge, amount)
    made = books.add(
        "re", refund, amount=amount, charge=charge, reason=params.get("reason"), metadata=params.get("metadata", {})
    )
    made["balance_transaction"] = books.movement("refund", -amount, charge["currency"], made["id"])["id"]
    _count(charge, amount)
    books.event("refund.created", made)
    books.event("charge.refunded", charge)
    if charge["payment_method_details"]["type"] == "card":
        made["status"] = "succeeded"
        books.event("refund.updated", made)
    return made


def _charge_of(books: Books, params: Json) -> Json:
    if identifier := params.get("charge"):
        return books.get("ch", identifier)
    if not params.get("payment_intent"):
        raise StripeRefusal(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    intent = books.get("pi", params["payment_intent"])
    if intent["latest_charge"] is None:
        raise StripeRefusal(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return books.get("ch", intent["latest_charge"])


def _left(charge: Json) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    return left


def _check_refund(books: Books, charge: Json, amount: int) -> None:
    if charge["disputed"]:
        raise StripeRefusal(f"Charge {charge['id']} has been charged back; cannot refund.", code="charge_disputed")
    if _left(charge) == 0:
        raise StripeRefusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise StripeRefusal("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > _left(charge):
        raise StripeRefusal(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({_left(charge)})", param="amount"
        )
    method = charge["payment_method_details"]["type"]
    if books.now() - charge["created"] > REFUND_DAYS[method] * 86400:
        raise StripeRefusal(f"Payments by {method} can be refunded for {REFUND_DAYS[method]} days only.")


def _count(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def end_refund(books: Books, identifier: str, outcome: str) -> Json:
    """Decide a refund: succeeded, or failed (also after it looked successful); repeating an end changes nothing."""
    made = books.get("re", identifier)
    if outcome not in ("succeeded", "failed"):
        raise StripeRefusal("outcome is succeeded or failed", param="outcome")
    if made["status"] in (outcome, "failed"):
        return made
    made["status"] = outcome
    if outcome == "failed":
        charge = books.get("ch", made["charge"])
        back = books.movement("refund_failure", made["amount"], made["currency"], made["id"])
        made |= {"failure_reason": "unknown", "failure_balance_transaction": back["id"]}
        _count(charge, -made["amount"])
        books.event("refund.failed", made)
    books.event("refund.updated", made)
    books.event("charge.refund.updated", made)
    return made


def charge_back(books: Books, identifier: str, amount: int | None, outcome: str) -> Json:
    """The cardholder's bank takes money back (fen, default the whole charge); outcome open, won or lost.

    A second call for the same charge decides the dispute that is open.
    """
    charge = books.get("ch", identifier)
    if outcome not in ("open", "won", "lost"):
        raise StripeRefusal("outcome is open, won or lost", param="outcome")
    standing = [made for made in books.all("dp") if made["charge"] == identifier and made["status"] == "needs_response"]
    made = standing[0] if standing else _open_dispute(books, charge, charge["amount"] if amount is None else amount)
    if outcome != "open":
        _decide(books, charge, made, outcome)
    return made


def _open_dispute(books: Books, charge: Json, amount: int) -> Json:
    if not 0 < amount <= charge["amount"]:
        raise StripeRefusal("amount lies between 1 and the charge", param="amount")
    made = books.add("dp", dispute, amount=amount, charge=charge)
    charge["disputed"] = True
    books.event("charge.dispute.created", made)
    taken = books.movement("adjustment", -amount, charge["currency"], made["id"], fee=DISPUTE_FEE, category="dispute")
    made["balance_transactions"].append(taken)
    books.event("charge.dispute.funds_withdrawn", made)
    return made


def _decide(books: Books, charge: Json, made: Json, outcome: str) -> None:
    made["status"] = outcome
    if outcome == "won":
        back = books.movement("adjustment", made["amount"], charge["currency"], made["id"], category="dispute_reversal")
        made["balance_transactions"].append(back)
        books.event("charge.dispute.funds_reinstated", made)
    books.event("charge.dispute.updated", made)
    books.event("charge.dispute.closed", made)


def pay_out(books: Books, outcome: str) -> Json:
    """Send everything not yet paid out to the bank; outcome paid or failed. Raises StripeRefusal if nothing is due."""
    if outcome not in ("paid", "failed"):
        raise StripeRefusal("outcome is paid or failed", param="outcome")
    due = [moved for moved in books.all("txn") if moved["id"] not in books.paid_out and moved["type"] not in PAYOUTS]
    amount = sum(moved["net"] for moved in due)
    if amount <= 0:
        raise StripeRefusal("There is nothing to pay out.", code="balance_insufficient")
    made = books.add("po", payout, amount=amount, currency=due[0]["currency"])
    made["balance_transaction"] = books.movement("payout", -amount, made["currency"], made["id"])["id"]
    books.event("payout.created", made)
    if outcome == "failed":
        back = books.movement("payout_failure", amount, made["currency"], made["id"])
        made |= {"status": "failed", "failure_code": "account_closed", "failure_balance_transaction": back["id"]}
        books.event("payout.failed", made)
        return made
    for moved in due:
        moved["status"] = "available"
        books.paid_out[moved["id"]] = made["id"]
    books.event("payout.paid", made)
    books.event("payout.reconciliation_completed", made)
    return made


PAYOUTS = ("payout", "payout_failure")
