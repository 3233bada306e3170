"""Rows that disagree with the one number that is asked, chased and claimed, and the invariant that must see them."""

from __future__ import annotations

U = "'00000000-0000-0000-0000-00000000000a'"
V = "'00000000-0000-0000-0000-00000000000b'"
Rows = list[tuple[str, dict[str, str]]]

ONE_NUMBER: dict[str, Rows] = {
    "I-W2a": [
        (
            "letter",
            {"arrears_case": U, "facts": """'{"fund": null, "lines": [{"bill": 1, "zh": "维修资金", "amount": 4}]}'"""},
        ),
        ("arrears_case", {"id": U, "debtor": V, "state": "'closed'"}),
        ("bill", {"id": U, "debtor": V, "number": "1"}),
        ("bill_line", {"bill": U, "item": V}),
        ("charge_item", {"id": V, "kind": "'fund'", "name_zh": "'维修资金'"}),
    ],
    "I-W3": [
        (
            "letter",
            {
                "id": U,
                "arrears_case": U,
                "at": "'2026-11-01'",
                "facts": """'{"fund": null, "lines": [{"bill": 1, "amount": 4}]}'""",
            },
        ),
        ("arrears_case", {"id": U, "debtor": V, "state": "'closed'"}),
        ("letter_proof", {"letter": U, "contact": V, "at": "'2026-11-03'"}),
        ("contact", {"id": V, "channel": "'demand'", "outcome": "'opened'", "proves": "true", "person": U}),
        ("bill", {"id": U, "debtor": V, "number": "1"}),
        ("bill_line", {"id": V, "bill": U, "item": V}),
        ("charge_item", {"id": V, "kind": "'service_fee'"}),
        ("allocation", {"line": V, "amount": "1", "created_at": "'2026-11-02'"}),
    ],
    "I-C7a": [
        ("arrears_case", {"id": U, "debtor": V, "state": "'open'", "looked_on": "'2026-11-20'"}),
        ("case_stage", {"arrears_case": U, "facts": """'{"overdue": 5, "held": 0, "debts": []}'"""}),
    ],
    "I-C7b": [
        (
            "notice",
            {
                "kind": "'arrears_reminder'",
                "facts": """'{"covered": {"$Money": 0}, "before": {"$Money": 9}, "total": {"$Money": 9},
                    "bills": []}'""",
            },
        )
    ],
    "LAW-9": [
        ("claim", {"id": U, "state": "'filed'"}),
        ("claim_line", {"claim": U, "line": V}),
        ("bill_line", {"id": V, "item": U}),
        ("charge_item", {"id": U, "kind": "'fund'"}),
    ],
}
