"""Stripe's objects after a payment, with every key of the pinned API version: movements, refunds, disputes, payouts."""

from typing import Any

from sandbox.wire import Json

SETTLES_IN = 2 * 86400  # seconds until a payment is available for payout


def balance_transaction(
    *, id: str, created: int, type: str, amount: int, currency: str, source: str, fee: int, category: str | None = None
) -> Json:
    """One movement of the Stripe balance; net = amount − fee, all in minor units."""
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe fees",
        "type": "stripe_fee",
    }
    return {
        "id": id,
        "object": "balance_transaction",
        "created": created,
        "available_on": created + SETTLES_IN,
        "amount": amount,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "currency": currency,
        "type": type,
        "reporting_category": category or type,
        "balance_type": "payments",
        "source": source,
        "status": "pending",
        "description": None,
        "exchange_rate": None,
    }


def refund(*, id: str, created: int, amount: int, charge: Json, reason: str | None, metadata: Json) -> Json:
    """A refund that has not ended yet."""
    method = charge["payment_method_details"]["type"]
    return {
        "id": id,
        "object": "refund",
        "created": created,
        "amount": amount,
        "currency": charge["currency"],
        "status": "pending",
        "charge": charge["id"],
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "balance_transaction": None,
        "destination_details": {"type": method, method: {}},
        "metadata": metadata,
        "reason": reason,
        "customer": None,
        "customer_account": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "transfer_reversal": None,
    }


EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)


def dispute(*, id: str, created: int, amount: int, charge: Json) -> Json:
    """A chargeback that asks for an answer within nine days."""
    return {
        "id": id,
        "object": "dispute",
        "created": created,
        "livemode": False,
        "amount": amount,
        "currency": charge["currency"],
        "charge": charge["id"],
        "payment_intent": charge["payment_intent"],
        "balance_transactions": [],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": created + 9 * 86400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "metadata": {},
        "payment_method_details": None,
        "reason": "general",
        "status": "needs_response",
    }


def payout(*, id: str, created: int, amount: int, currency: str, **ends: Any) -> Json:
    """An automatic payout that is already decided: `ends` says status and failure."""
    return {
        "id": id,
        "object": "payout",
        "created": created,
        "arrival_date": created,
        "livemode": False,
        "amount": amount,
        "currency": currency,
        "automatic": True,
        "balance_transaction": None,
        "destination": None,
        "application_fee": None,
        "application_fee_amount": None,
        "description": "STRIPE PAYOUT",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid",
        "trace_id": None,
        "type": "bank_account",
        **ends,
    }
