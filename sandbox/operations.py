"""The calls under /v1: path, parameters, and what each answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import params as shapes
from sandbox.aftermath import refund_payment
from sandbox.books import Books
from sandbox.checkout import expire_due, expire_session, open_session
from sandbox.listing import listed, same
from sandbox.wire import Json, StripeRefusal


@dataclass(frozen=True)
class Call:
    """One call with its parameters read; `id` is the one in the path, if any."""

    books: Books
    params: Json
    path: str
    id: str
    base_url: str


@dataclass(frozen=True)
class Operation:
    """One line of Stripe's reference."""

    method: str
    path: str
    shape: dict[str, Any]
    run: Callable[[Call], Json]

    def match(self, method: str, path: str) -> str | None:
        """The id in the path (empty if it has none), or None when another operation is meant."""
        found = re.fullmatch(self.path.replace("{id}", "([A-Za-z0-9_]+)"), path)
        if found is None or method != self.method:
            return None
        return found.group(1) if found.groups() else ""


def find(method: str, path: str) -> tuple[Operation, str]:
    """The operation and the id in its path; raises StripeRefusal (404) as Stripe does for an unknown address."""
    for operation in OPERATIONS:
        if (identifier := operation.match(method, path)) is not None:
            return operation, identifier
    raise StripeRefusal(f"Unrecognized request URL ({method}: {path}).", status=404)


def _retrieve(path: str, prefix: str) -> Operation:
    def run(call: Call) -> Json:
        expire_due(call.books)
        return call.books.get(prefix, call.id)

    return Operation("GET", f"{path}/{{id}}", shapes.RETRIEVE, run)


def _list(path: str, prefix: str, shape: dict[str, Any], *filters: str) -> Operation:
    def run(call: Call) -> Json:
        expire_due(call.books)
        return listed(call.books.all(prefix), call.params, path, same(call.params, *filters))

    return Operation("GET", path, shape, run)


def _create_session(call: Call) -> Json:
    return open_session(call.books, call.params, call.base_url)


def _expire(call: Call) -> Json:
    expire_due(call.books)
    return expire_session(call.books, call.id)


def _create_refund(call: Call) -> Json:
    return refund_payment(call.books, call.params)


def _events(call: Call) -> Json:
    expire_due(call.books)
    types = call.params.get("types", []) + [call.params[name] for name in ("type",) if name in call.params]
    delivered = call.params.get("delivery_success")

    def wanted(event: Json) -> bool:
        typed = not types or event["type"] in types
        return typed and (delivered is None or delivered == (event["pending_webhooks"] == 0))

    return listed(call.books.all("evt"), call.params, call.path, wanted)


def _movements(call: Call) -> Json:
    def wanted(moved: Json) -> bool:
        payout = call.params.get("payout")
        in_payout = payout is None or call.books.paid_out.get(moved["id"]) == payout
        return in_payout and same(call.params, "type", "source", "currency")(moved)

    if payout := call.params.get("payout"):
        call.books.get("po", payout)
    return listed(call.books.all("txn"), call.params, call.path, wanted)


SESSIONS = "/v1/checkout/sessions"
OPERATIONS = (
    Operation("POST", SESSIONS, shapes.SESSION_CREATE, _create_session),
    Operation("POST", f"{SESSIONS}/{{id}}/expire", shapes.RETRIEVE, _expire),
    _retrieve(SESSIONS, "cs"),
    _list(SESSIONS, "cs", shapes.SESSION_LIST, "payment_intent", "status"),
    _retrieve("/v1/payment_intents", "pi"),
    _list("/v1/payment_intents", "pi", shapes.LIST),
    _retrieve("/v1/charges", "ch"),
    _list("/v1/charges", "ch", shapes.CHARGE_LIST, "payment_intent"),
    Operation("POST", "/v1/refunds", shapes.REFUND_CREATE, _create_refund),
    _retrieve("/v1/refunds", "re"),
    _list("/v1/refunds", "re", shapes.REFUND_LIST, "charge", "payment_intent"),
    _retrieve("/v1/events", "evt"),
    Operation("GET", "/v1/events", shapes.EVENT_LIST, _events),
    _retrieve("/v1/balance_transactions", "txn"),
    Operation("GET", "/v1/balance_transactions", shapes.BALANCE_LIST, _movements),
    _retrieve("/v1/payouts", "po"),
    _list("/v1/payouts", "po", shapes.PAYOUT_LIST, "status"),
    _retrieve("/v1/disputes", "dp"),
    _list("/v1/disputes", "dp", shapes.DISPUTE_LIST, "charge", "payment_intent"),
)
