"""Rows that must never be, invented for each invariant that no guard of a single table keeps."""

from __future__ import annotations

from tests.one_number import ONE_NUMBER

U = "'00000000-0000-0000-0000-00000000000a'"
V = "'00000000-0000-0000-0000-00000000000b'"
Rows = list[tuple[str, dict[str, str]]]
SEEN = {"actor": "'x'", "rule": "'x'", "arrears_case": U}
PROOF = {"channel": "'demand'", "outcome": "'opened'", "proves": "true", "person": U}
EMPTY = {
    "unit": U, "state": "'approved'", "filed_by": U, "starts_on": "'2026-11-01'", "ends_on": "'2026-11-30'",
}  # fmt: skip
ALONE = {"dispute": U, "community": "2", "final_at": "now()", "approved_by": "NULL"}
SIGNED = {"state": "'published'", "signed_by": U, "signed_at": "now()", "signed_sha256": "'x'", "content_sha256": "'y'"}
RUNNING = SIGNED | {"community": "3", "kind": "'actual'", "ends_on": "'infinity'", "published_at": "now()"}

# Rows as they must never be, each by itself in an empty estate, and the invariant that must see them.
INVENTED: dict[str, Rows] = ONE_NUMBER | {
    "I-C2": [("case_stage", SEEN | {"stage": "4", "facts": """'{"debts": []}'"""})],
    "I-C4": [("arrears_case", {"state": "'open'"})],
    "I-C6": [("arrears_case", {"state": "'open'"})],
    "I-C7": [("case_stage", SEEN | {"facts": """'{"debts": [], "overdue": 5, "held": 0}'"""})],
    "I-P1b": [("payment", {"channel": "'stripe'"})],
    "I-P4": [("attempt", {"id": U, "state": "'posted'"}), ("attempt_bill", {"attempt": U, "live": "true"})],
    "I-P8a": [("attempt", {"state": "'posted'"})],
    "I-M3a": [
        ("bill", {"id": U, "kind": "'run'"}),
        ("bill_line", {"id": V, "bill": U, "amount": "5"}),
        ("late_charge", {"line": V, "charge": V, "amount": "5"}),
    ],
    "I-M3b": [("bill", {"id": U, "kind": "'late_charge'"}), ("bill_line", {"bill": U})],
    "I-M2": [("attempt", {"id": U, "amount": "5"}), ("attempt_line", {"attempt": U, "amount": "4"})],
    "I-M2a": [("shared_cost", {"id": U, "amount": "5"}), ("cost_split", {"cost": U})],
    "I-E2": [("import_request", {"id": U, "state": "'imported'"}), ("import_part", {"request": U})],
    "I-P13": [("stripe_event", {"state": "'pending'"})],
    "I-D1": [("dispute", {"state": "'decided'"})],
    "I-D2": [
        ("dispute", {"id": U}),
        ("decision", {"dispute": U, "outcome": "'upheld'", "amount": "5", "final_at": "now()", "approved_by": "NULL"}),
    ],
    "I-D2a": [
        ("dispute", {"id": U, "amount": "5"}),
        ("decision", {"dispute": U, "amount": "9", "final_at": "now()", "approved_by": "NULL"}),
    ],
    "I-D3": [
        ("dispute", {"id": U, "opened_by": V}),
        ("staff", {"id": U, "human": V}),
        ("decision", {"dispute": U, "decided_by": U}),
    ],
    "I-D3a": [
        ("dispute", {"id": U, "debtor": V}),
        *[("decision", ALONE | {"round": round_, "amount": "51"}) for round_ in "12"],
    ],
    "I-D3d": [("binding", {"state": "'approved'", "occupancy": U})],
    "I-A8b": [
        ("person", {"id": U, "community": "2", "human": V}),
        ("occupancy", {"person": U, "role": "'tenant'", "revoked_at": "now()"}),
    ],
    "I-D3c": [("correction", {"state": "'approved'", "adjustment": U})],
    "I-D4": [
        ("bill", {"id": U}),
        ("bill_line", {"id": V, "bill": U, "amount": "100"}),
        ("dispute", {"id": U, "line": V, "state": "'open'", "amount": "50"}),
    ],
    "I-D4c": [
        ("dispute", {"id": U, "line": "NULL", "amount": "NULL", "service": V}),
        ("hold", {"source": U}),
    ],
    "I-D5": [("dispute", {"state": "'asked'"})],
    "I-H1": [("vacancy", EMPTY), ("vacancy", EMPTY | {"starts_on": "'2026-11-30'", "ends_on": "'2026-12-31'"})],
    "I-H2": [
        ("transfer", {"unit": U, "old_debtor": V, "starts_on": "'2026-11-01'"}),
        ("bill", {"id": U, "unit": U, "debtor": V, "kind": "'run'"}),
        ("bill_line", {"bill": U, "first_month": "'2026-11'"}),
    ],
    "I-R1": [
        ("meter_reading", {"unit": U, "meter": "'W'", "period": "'2026-11'", "previous": "1", "current": "9"}),
        ("meter_reading", {"unit": U, "meter": "'W'", "period": "'2026-12'", "previous": "8", "current": "10"}),
    ],
    "PLAN-1": [("plan", {"state": "'active'"})],
    "PLAN-2": [("plan", {"state": "'requested'", "total": "100"})],
    "PLAN-3": [("plan", {"state": "'active'"})],
    "PLAN-4": [
        ("plan", {"id": U}),
        ("bill", {"id": U}),
        ("bill_line", {"id": V, "bill": U}),
        ("plan_line", {"plan": U, "line": V}),
    ],
    "I-W2": [("letter", {"amount": "5", "facts": """'{"credit": 0, "lines": [{"amount": 4}]}'"""})],
    "I-W1": [("contact", PROOF)],
    "I-C8": [
        ("arrears_case", {"id": U}),
        ("case_stage", SEEN | {"stage": "1", "changed_on": "'2026-11-01'", "at": "'2026-11-01'"}),
        ("case_stage", SEEN | {"stage": "2", "changed_on": "'2026-11-02'", "at": "'2026-11-02'"}),
        ("time_given", {"arrears_case": U, "until": "'2026-11-05'", "at": "'2026-11-01'"}),
    ],
    "I-C9": [("letter", {"kind": "'demand'"})],
    "I-Y1": [("arrears_case", {"state": "'open'"})],
    "I-Y3": [("letter", {"kind": "'notice'", "facts": '\'{"besides": [], "standing": "former", "addresses": []}\''})],
    "I-Y2": [("arrears_case", {"id": U}), ("contact", PROOF | {"arrears_case": U})],
    "LAW-3": [("claim", {"state": "'filed'"})],
    "LAW-4": [("claim", {"state": "'filed'", "amount": "5"})],
    "LAW-5": [("claim", {"id": U, "amount": "5"}), ("claim_change", {"claim": U, "amount": "6"})],
    "PLAN-6": [("plan", {"state": "'active'", "ended_at": "now()"})],
    "I-S1": [("statement", {"state": "'published'"})],
    "I-S2": [("statement", {"state": "'superseded'"})],
    "I-S3": [("statement", {"state": "'published'"})],
    "I-S5": [("statement", SIGNED)],
    "I-O1": [
        ("committee_expense", {"id": U, "amount": "5"}),
        ("common_movement", {"id": V, "amount": "-6"}),
        ("committee_spending", {"expense": U, "movement": V}),
    ],
    "I-O2": [("committee_vote", {})],
    "I-S6": [
        ("statement", {"id": U, "state": "'published'", "published_at": "'2026-11-01'"}),
        ("statement_explanation", {"statement": U, "explained_at": "'2026-11-02'"}),
    ],
    "I-S7": [("community", {"id": "3", "code": "'3'", "timezone": "'UTC'"}), ("statement", RUNNING)],
}
