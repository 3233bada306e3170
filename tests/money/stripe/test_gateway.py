"""What leaves for Stripe and what is believed of what comes: held to the wheel's own types."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest
import stripe
from hypothesis import example, given, strategies as st
from stripe.params.checkout import SessionCreateParams

from portal.kit.money import Money
from portal.money.stripe import gateway
from portal.money.stripe.gateway import Forged, Gateway, Order, StripeSilent, _params
from portal.platform.process.settings import Settings

ORDER = Order(
    attempt=UUID(int=7),
    key="attempt-7",
    method="wechat_pay",
    currency="CNY",
    goods=[("物业账单 Bill 1", Money(23124)), ("物业账单 Bill 2", Money(1830))],
    expires_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    success_url="http://127.0.0.1/payments/return?cs={CHECKOUT_SESSION_ID}",
    cancel_url="http://127.0.0.1/payments/7",
)


@pytest.mark.anyio
async def test_a_payer_does_not_wait_for_all_tries_of_a_hanging_stripe(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gateway, "PATIENCE", 0.05)
    with pytest.raises(StripeSilent):
        await Gateway()._session(asyncio.sleep(30))


@pytest.fixture(scope="module")
def pointed(settings: Settings) -> Gateway:
    one = Gateway()
    one.point_at(settings)
    return one


def test_everything_asked_is_a_parameter_of_the_pinned_version():
    asked = _params(ORDER)
    assert set(asked) <= set(SessionCreateParams.__annotations__)
    assert "payment_method_types" not in asked
    assert set(asked["line_items"][0]) <= {"quantity", "price_data"}
    assert sum(item["price_data"]["unit_amount"] for item in asked["line_items"]) == 24954
    assert asked["payment_method_options"]["wechat_pay"]["client"] == "web"


def test_the_same_order_is_asked_the_same_way_again():
    assert _params(ORDER) == _params(ORDER)


def test_a_gateway_that_points_nowhere_says_so():
    with pytest.raises(RuntimeError, match="not pointed"):
        Gateway().verify(b"{}", "t=1,v1=x")


@given(body=st.binary(max_size=300), header=st.none() | st.text(max_size=120))
@example(body=b"\xff", header="t=1,v1=\xff")
@example(body=b"{}", header="t=,v1=")
@example(body=b"{}", header="t=1=2,v1")
def test_whatever_arrives_is_refused_and_never_anything_worse(pointed: Gateway, body: bytes, header: str | None):
    with pytest.raises(Forged):
        pointed.verify(body, header)


@given(body=st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(repr))
def test_what_is_signed_but_no_event_is_refused_too(pointed: Gateway, settings: Settings, body: str):
    header = stripe.WebhookSignature.generate_signature_header(body, settings.stripe_webhook_secret, int(time.time()))
    with pytest.raises(Forged):
        pointed.verify(body.encode("utf-8", "surrogatepass"), header)


def test_both_secrets_of_a_rotation_are_believed(pointed: Gateway, settings: Settings):
    body = '{"id":"evt_1","object":"event","type":"x","livemode":false,"api_version":"2026-10-28.endive"}'
    now = int(time.time())
    old, new = (
        stripe.WebhookSignature.generate_signature_header(body, secret, now).split(",")[1]
        for secret in ("whsec_old", settings.stripe_webhook_secret)
    )
    assert pointed.verify(body.encode(), f"t={now},{old},{new}").id == "evt_1"
    with pytest.raises(Forged):
        pointed.verify(body.encode(), f"t={now},{old}")
