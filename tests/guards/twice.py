"""Rows that the unique indexes of guards.sql refuse a second time: index → (table, what is the same)."""

TWICE = {
    "arrears_case_one_open": ("arrears_case", {"unit": "$U", "debtor": "$U", "state": "'open'"}),
    "attempt_bill_one_live": ("attempt_bill", {"bill": "$U", "live": "true"}),
    "binding_one_waiting": ("binding", {"unit": "$U", "phone": "'+86'", "state": "'requested'"}),
    "bill_line_once": ("bill_line", {"unit": "$U", "item": "$U", "bill": "gen_random_uuid()"}),
    "claim_one_live": ("claim", {"debtor": "$U", "state": "'filed'"}),
    "correction_one_waiting": ("correction", {"line": "$U", "state": "'waiting'"}),
    "decision_one_adjustment": ("decision", {"adjustment": "$U"}),
    "dispute_one_live": ("dispute", {"line": "$U", "state": "'open'"}),
    "dispute_one_live_of_service": (
        "dispute",
        {"debtor": "$U", "service": "$U", "line": "NULL", "amount": "NULL", "state": "'open'"},
    ),
    "dispute_pause_one_open": ("dispute_pause", {"dispute": "$U"}),
    "hold_once_a_source": ("hold", {"debtor": "$U", "source": "$U"}),
    "import_request_one_open": ("import_request", {"community": "2", "state": "'checked'", "id": "gen_random_uuid()"}),
    "letter_code_one_live": (
        "letter_code",
        {"person": "$U", "code_hmac": "'$N'", "used_at": "NULL", "ended_at": "NULL"},
    ),
    "phone_change_one_waiting": ("phone_change", {"person": "$U", "state": "'waiting'"}),
    "plan_one_live": ("plan", {"debtor": "$U", "state": "'requested'"}),
    "vacancy_one_lasting": (
        "vacancy",
        {"unit": "$U", "filed_by": "$U", "state": "'approved'", "starts_on": "'2026-11-01'"},
    ),
    "vacancy_one_waiting": ("vacancy", {"unit": "$U", "state": "'waiting'"}),
    "statement_published_once": ("statement", {"code": "'a'", "state": "'published'", "version": "$N"}),
    "statement_drafted_once": ("statement", {"code": "'a'", "state": "'draft'", "version": "$N"}),
}
