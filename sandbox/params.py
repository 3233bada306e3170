"""The parameters each call takes, a subset of Stripe's that the tests compare with the wheel's types."""

from typing import Any

from sandbox.wire import flag, metadata, moment_range, one_of, text, whole

METHODS = ("alipay", "wechat_pay", "card")

RETRIEVE: dict[str, Any] = {"expand": [text]}
LIST = RETRIEVE | {"limit": whole, "starting_after": text, "ending_before": text, "created": moment_range}

SESSION_CREATE = RETRIEVE | {
    "mode": one_of("payment"),
    "ui_mode": one_of("hosted_page"),
    "line_items": [
        {
            "quantity": whole,
            "price_data": {
                "currency": text,
                "unit_amount": whole,
                "product_data": {"name": text, "description": text, "metadata": metadata},
            },
        }
    ],
    "allowed_payment_method_types": [one_of(*METHODS)],
    "payment_method_options": {"wechat_pay": {"client": one_of("web"), "app_id": text}, "alipay": {}, "card": {}},
    "adaptive_pricing": {"enabled": flag},
    "client_reference_id": text,
    "metadata": metadata,
    "payment_intent_data": {"metadata": metadata, "description": text, "statement_descriptor": text},
    "expires_at": whole,
    "success_url": text,
    "cancel_url": text,
    "customer_email": text,
    "customer_creation": one_of("if_required", "always"),
    "billing_address_collection": one_of("auto", "required"),
    "phone_number_collection": {"enabled": flag},
    "submit_type": one_of("auto", "pay"),
    "locale": text,
}
SESSION_LIST = LIST | {"payment_intent": text, "status": one_of("open", "complete", "expired")}
CHARGE_LIST = LIST | {"payment_intent": text}
REFUND_CREATE = RETRIEVE | {
    "amount": whole,
    "charge": text,
    "payment_intent": text,
    "currency": text,
    "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
    "metadata": metadata,
    "instructions_email": text,
}
REFUND_LIST = LIST | {"charge": text, "payment_intent": text}
EVENT_LIST = LIST | {"type": text, "types": [text], "delivery_success": flag}
BALANCE_LIST = LIST | {"payout": text, "type": text, "source": text, "currency": text}
PAYOUT_LIST = LIST | {"status": text}
DISPUTE_LIST = LIST | {"charge": text, "payment_intent": text}
