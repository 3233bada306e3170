"""What closes a case, or tells a claim, in its own transaction: the state before, the act, what finds it missing."""

from __future__ import annotations

A, B, C, D = (f"'00000000-0000-0000-0000-00000000000{sign}'" for sign in "abcd")
BILL = [
    ("bill", {"id": A, "debtor": D, "community": "2"}),
    ("bill_line", {"id": B, "bill": A, "amount": "100", "community": "2"}),
]
PAID = [*BILL, ("payment", {"id": C, "amount": "500", "community": "2"})]
ALLOCATE = f"INSERT INTO allocation VALUES (gen_random_uuid(), 2, {C}, {B}, %s, NULL, now())"
ESTATE = ("community", {"id": "2", "timezone": "'Asia/Shanghai'"})
CASE = ("arrears_case", {"id": A, "community": "2", "debtor": D, "state": "'open'", "looked_on": "'2026-11-20'"})
CLAIM = [
    ("claim", {"id": A, "community": "2", "debtor": D, "amount": "100", "state": "'filed'"}),
    ("claim_line", {"claim": A, "community": "2", "line": B, "amount": "100"}),
]
REPLACE = (
    f"INSERT INTO bill SELECT {C}, community, number + 1, unit, debtor, kind, bill_run, period, issued_on, due_on,"
    f" due_moved, {A}, issued_at FROM bill"
)
WAIVE = f"INSERT INTO adjustment VALUES (gen_random_uuid(), 2, {B}, 'waiver', -100, 'x', 'x', NULL, NULL, now())"
CREDIT = f"INSERT INTO credit VALUES (gen_random_uuid(), 2, {D}, {C}, 100, 'x', false, now())"
HELD = ("hold", {"community": "2", "debtor": D, "line": B, "amount": "100", "released_at": "now()"})
# These do something instead of refusing something: trigger → (the state before, the act that has the effect).
CLOSING = {
    "allocation.allocation_closes_case": (
        [*PAID, ESTATE, CASE, ("credit", {"payment": C, "amount": "400"})],
        ALLOCATE % 100,
    ),
    "adjustment.adjustment_closes_case": (
        [*BILL, ESTATE, CASE],
        WAIVE,
    ),
    "credit.credit_closes_case": (
        [*PAID, ESTATE, CASE, ("credit", {"payment": C, "amount": "400", "debtor": A})],
        CREDIT,
    ),
    "hold.hold_closes_case": (
        [
            *PAID,
            ESTATE,
            CASE,
            ("credit", {"payment": C, "amount": "500", "debtor": D}),
            ("hold", {"community": "2", "debtor": D, "line": B, "amount": "100", "released_at": "NULL"}),
        ],
        "UPDATE hold SET released_at = now()",
    ),
}
TELLING = {
    "allocation.allocation_tells_claims": (
        [*PAID, *CLAIM, ("credit", {"payment": C, "amount": "400"})],
        ALLOCATE % 100,
    ),
    "adjustment.adjustment_tells_claims": ([*BILL, *CLAIM], WAIVE),
    "credit.credit_tells_claims": ([*PAID, *CLAIM, ("credit", {"payment": C, "amount": "400", "debtor": A})], CREDIT),
    "hold.hold_tells_claims": ([*BILL, *CLAIM, HELD], "UPDATE hold SET released_at = NULL"),
    "bill.bill_tells_claims": ([*BILL, *CLAIM], REPLACE),
}
EFFECTS = {name: (*acts, "I-C4") for name, acts in CLOSING.items()} | {
    name: (*acts, "LAW-4") for name, acts in TELLING.items()
}
