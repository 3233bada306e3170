"""What closes a case in its own transaction: for each trigger, the state before and the act that has the effect."""

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
# These do something instead of refusing something: trigger → (the state before, the act that has the effect).
EFFECTS = {
    "allocation.allocation_closes_case": (
        [*PAID, ESTATE, CASE, ("credit", {"payment": C, "amount": "400"})],
        ALLOCATE % 100,
    ),
    "adjustment.adjustment_closes_case": (
        [*BILL, ESTATE, CASE],
        f"INSERT INTO adjustment VALUES (gen_random_uuid(), 2, {B}, 'waiver', -100, 'x', 'x', NULL, NULL, now())",
    ),
    "credit.credit_closes_case": (
        [*PAID, ESTATE, CASE, ("credit", {"payment": C, "amount": "400", "debtor": A})],
        f"INSERT INTO credit VALUES (gen_random_uuid(), 2, {D}, {C}, 100, 'x', false, now())",
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
