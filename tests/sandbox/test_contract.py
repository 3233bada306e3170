"""The sandbox keeps to the types of the `stripe` wheel, in what it takes and in what it answers."""

import typing

import pytest
import stripe
import typing_extensions
from stripe._api_version import _ApiVersion
from stripe._request_options import RequestOptions
from stripe.params import (
    BalanceTransactionListParams,
    ChargeListParams,
    DisputeListParams,
    EventListParams,
    PayoutListParams,
    RefundCreateParams,
    RefundListParams,
)
from stripe.params.checkout import SessionCreateParams, SessionListParams

from sandbox import params
from sandbox.objects import API_VERSION
from tests.sandbox.conftest import order
from tests.sandbox.contract import RESOURCES, differences, every_object, strange_keys

CALLS = [
    (params.SESSION_CREATE, SessionCreateParams),
    (params.SESSION_LIST, SessionListParams),
    (params.CHARGE_LIST, ChargeListParams),
    (params.REFUND_CREATE, RefundCreateParams),
    (params.REFUND_LIST, RefundListParams),
    (params.EVENT_LIST, EventListParams),
    (params.BALANCE_LIST, BalanceTransactionListParams),
    (params.PAYOUT_LIST, PayoutListParams),
    (params.DISPUTE_LIST, DisputeListParams),
]


def _typed(annotation: object) -> list[type]:
    """The TypedDicts in an annotation."""
    if typing_extensions.is_typeddict(annotation):
        return [annotation]
    return [found for inner in typing.get_args(annotation) for found in _typed(inner)]


def _unknown(shape: object, kinds: list[type], path: str = "") -> list[str]:
    if isinstance(shape, list):
        return _unknown(shape[0], kinds, path)
    if not isinstance(shape, dict) or not kinds:
        return []
    hints: dict[str, object] = {}
    for kind in kinds:
        # Both names belong to the request options, which are no parameters.
        hints |= typing.get_type_hints(kind, localns={"StripeContext": object, "Mapping": dict})
    hints = {name: hint for name, hint in hints.items() if name not in RequestOptions.__annotations__}
    strange = [f"{path}.{key}" for key in shape if key not in hints]
    return strange + [
        found for key in shape if key in hints for found in _unknown(shape[key], _typed(hints[key]), f"{path}.{key}")
    ]


@pytest.mark.parametrize(("shape", "kind"), CALLS, ids=lambda one: getattr(one, "__name__", ""))
def test_every_parameter_taken_is_one_of_stripes(shape: dict, kind: type):
    assert _unknown(shape, [kind]) == []


def test_the_comparison_of_parameters_would_notice_a_strange_one():
    shape = params.SESSION_CREATE | {"payment_method_types": [str], "payment_intent_data": {"colour": str}}
    assert _unknown(shape, [SessionCreateParams]) == [".payment_method_types", ".payment_intent_data.colour"]


def test_the_tests_own_order_has_only_stripes_parameters():
    assert _unknown(order(), [SessionCreateParams]) == []


@pytest.mark.anyio
async def test_every_key_answered_is_known_to_the_wheel():
    assert differences(await every_object(), None) == []


def test_the_comparison_of_answers_would_notice_a_strange_key():
    charge = {"id": "ch_1", "colour": "red", "outcome": {"taste": None}, "metadata": {"anything": "goes"}}
    assert list(strange_keys(charge, RESOURCES["charge"], "charge")) == [
        "charge.colour is unknown to the wheel",
        "charge.outcome.taste is unknown to the wheel",
    ]


def test_the_sandbox_speaks_the_version_of_the_wheel():
    assert API_VERSION == _ApiVersion.CURRENT == stripe.api_version
