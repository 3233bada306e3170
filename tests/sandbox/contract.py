"""Do the sandbox's objects look like Stripe's? `python -m tests.sandbox.contract PATH_TO_fixtures3.json`.

Compares with the types of the `stripe` wheel and, when given, with Stripe's own published examples. It prints what
differs and exits 1 if anything does.
"""

import asyncio
import json
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import stripe
from stripe._stripe_object import StripeObject

from tests.sandbox.conftest import order
from tests.sandbox.running import running_sandbox

RESOURCES: dict[str, type[StripeObject]] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "event": stripe.Event,
    "balance_transaction": stripe.BalanceTransaction,
    "payout": stripe.Payout,
    "dispute": stripe.Dispute,
}
# Present in the examples only because they were asked for: Stripe leaves an expandable list out otherwise.
EXPANDED_ONLY = {"charge": {"refunds"}}


async def every_object() -> dict[str, list[dict[str, Any]]]:
    """A sandbox's objects by kind after payments, failures, refunds, a chargeback and payouts."""
    async with running_sandbox() as sandbox:
        async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as browser:
            for method in ("card", "alipay", "wechat_pay"):
                for outcome in ("failed", "paid"):
                    made = await sandbox.client().v1.checkout.sessions.create_async(
                        order(allowed_payment_method_types=[method])
                    )
                    await browser.post(f"/c/pay/{made.id}", data={"method": method, "outcome": outcome})
            for charge in sandbox.state.books.all("ch"):
                refund = await sandbox.client().v1.refunds.create_async({"charge": charge["id"], "amount": 100})
            await browser.post(f"/sandbox/refunds/{refund.id}", json={"outcome": "failed"})
            await browser.post("/sandbox/disputes", json={"charge": charge["id"], "outcome": "won"})
            for outcome in ("failed", "paid"):
                await browser.post("/sandbox/payouts", json={"outcome": outcome})
            books = (await browser.get("/sandbox/books")).json()
    objects: dict[str, list[dict[str, Any]]] = {kind: [] for kind in RESOURCES}
    for name, found in books.items():
        for one in found if name != "fees" else []:
            objects[one["object"]].append(one)
    return objects


def strange_keys(value: Any, annotation: Any, path: str) -> Iterator[str]:
    """Keys that the wheel's class for this place does not know, all the way down."""
    kinds = list(_classes(annotation))
    if isinstance(value, list):
        for item in value:
            yield from strange_keys(item, annotation, f"{path}[]")
    elif isinstance(value, dict) and kinds:
        hints = {name: hint for kind in kinds for name, hint in _hints(kind).items()}
        for key, inner in value.items():
            if key not in hints:
                yield f"{path}.{key} is unknown to the wheel"
            else:
                yield from strange_keys(inner, hints[key], f"{path}.{key}")


def _hints(kind: type) -> dict[str, Any]:
    namespace = vars(sys.modules[kind.__module__]) | vars(stripe) | {"stripe": stripe}
    found: dict[str, Any] = {}
    for name, annotation in kind.__annotations__.items():
        try:
            found[name] = eval(annotation, namespace) if isinstance(annotation, str) else annotation
        except NameError:  # a name imported for type checkers only
            found[name] = object
    return found


def _classes(annotation: Any) -> Iterator[type[StripeObject]]:
    """The Stripe classes in an annotation, without open-ended ones such as metadata."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if (
            issubclass(annotation, StripeObject)
            and annotation.__module__.startswith("stripe._")
            and annotation.__annotations__
        ):
            yield annotation
        return
    if typing.get_origin(annotation) is typing.Literal:
        return
    for inner in typing.get_args(annotation):
        yield from _classes(inner)


def differences(objects: dict[str, list[dict[str, Any]]], examples: dict[str, Any] | None) -> list[str]:
    """What is wrong, in sentences; examples are the published ones by resource name, if at hand."""
    wrong = [f"no {kind} was made" for kind, made in objects.items() if not made]
    for kind, resource in RESOURCES.items():
        for one in objects[kind]:
            wrong.extend(strange_keys(one, resource, kind))
            if examples is not None:
                expected = set(examples[kind]) & set(resource.__annotations__) - EXPANDED_ONLY.get(kind, set())
                wrong.extend(f"{kind}.{key} is missing" for key in expected - set(one))
    return sorted(set(wrong))


def main() -> int:
    """Compare, say what differs, and answer 1 if anything does."""
    examples = json.loads(Path(sys.argv[1]).read_text("utf-8"))["resources"] if len(sys.argv) > 1 else None
    objects = asyncio.run(every_object())
    wrong = differences(objects, examples)
    print("\n".join(wrong) or f"{sum(map(len, objects.values()))} objects of {len(objects)} kinds match")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
