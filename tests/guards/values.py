"""Rows that single CHECKs refuse, and what a CHECK wants beside a key so that nothing else is in the way."""

from __future__ import annotations

import re

A = "'00000000-0000-0000-0000-00000000000a'"

# Columns that a CHECK wants together with the key.
COMES_WITH: dict[object, dict[str, str]] = {
    ("hold", "line"): {"amount": "5"},
    ("person_standing", "represented_by"): {"standing": "'heir'"},
    ("follow_up", "answered_by"): {"answer": "'yes'", "answered_at": "now()"},
    ("dispute", "service"): {"line": "NULL", "amount": "NULL"},
    ("occupancy", "family_of"): {"role": "'family'"},
    ("binding", "occupancy"): {"state": "'approved'"},
    ("correction", "adjustment"): {"state": "'approved'"},
    ("service_round", "explained_by"): {"reason": "'x'"},
    ("disclosure", "recorded_by"): {"place": "'x'", "recorded_at": "now()", "published_on": "'2026-11-02'"},
    ("statement", "signed_by"): {"signed_at": "now()", "signed_sha256": "'x'"},
}

BROKEN: dict[tuple[str, str], dict[str, str]] = {
    ("statement", "two_people"): {
        "signed_by": A,
        "published_by": A,
        "signed_at": "now()",
        "signed_sha256": "'x'",
    },
    ("common_contract", "a_building_is_named"): {"beneficiary": "'building'"},
    ("common_contract", "in_order"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'"},
    ("common_receipt", "in_order"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'"},
    ("disclosure", "said_by_somebody"): {"place": "'x'"},
    ("statement_line", "told_is_not_counted"): {"kind": "'total'", "is_total": "false"},
    ("statement", "whole_signature"): {"signed_at": "now()"},
    ("statement", "a_base_has_its_rate"): {"remuneration_base": "'paid'"},
    ("statement", "a_correction_is_said_whole"): {"found_by": "'audit'"},
    ("statement", "known_found_by"): {"found_by": "'nonsense'", "objections_until": "'2026-11-02'"},
    ("statement", "known_base"): {"remuneration_base": "'nonsense'", "remuneration_rate": "0.1"},
    ("letter_batch", "every_home_is_counted"): {"issued": "1"},
    ("letter_batch", "no_more_than_its_homes"): {"issued": "1", "done": "1", "cases": "'{}'"},
    ("contact", "only_paper_proves"): {"proves": "true", "channel": "'call'"},
    ("contact", "staff_open_nothing"): {"outcome": "'opened'", "by_staff": A},
    ("claim_change", "claim_asks_for_nothing_or_more"): {"amount": "-1"},
    ("contact", "two_people"): {"by_staff": A, "witness": A},
    ("contact", "two_on_a_visit"): {"channel": "'visit'", "outcome": "'reached'", "witness": "NULL"},
    ("arrears_case", "known_stage"): {"stage": "5"},
    ("plan", "two_to_twelve"): {"instalments": "13"},
    ("follow_up", "answered_by_somebody"): {"answer": "'yes'"},
    ("follow_up", "known_answer"): {"answer": "'nonsense'", "answered_by": A, "answered_at": "now()"},
    ("dispute", "about_one_thing"): {"service": A},
    ("person_standing", "an_heir_is_somebody"): {"standing": "'heir'", "represented_by": "NULL"},
    ("person_standing", "nobody_inherits_from_themselves"): {"standing": "'heir'", "person": A, "represented_by": A},
    ("hold", "line_with_amount"): {"amount": "5"},
    ("occupancy", "in_order"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'"},
    ("correction", "correction_approved_moves_money"): {"state": "'approved'"},
    ("correction", "two_people"): {"asked_by": A, "answered_by": A},
    ("decision", "two_people"): {"decided_by": A, "approved_by": A},
    ("binding", "in_order"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'"},
    ("binding", "binding_approved_has_tie"): {"state": "'approved'"},
    ("occupancy", "family_of_somebody"): {"role": "'family'"},
    ("occupancy", "owners_are_not_revoked"): {"role": "'owner'", "revoked_at": "now()"},
    ("vacancy", "not_filed_by_both"): {"filed_by": A, "filed_at_desk": A},
    ("vacancy", "two_people"): {"filed_at_desk": A, "answered_by": A},
    ("vacancy", "approved_counts"): {"state": "'approved'"},
    ("vacancy", "in_order"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'", "state": "'approved'"},
    ("phone_change", "two_people"): {"asked_by": A, "answered_by": A},
    ("late_terms", "late_terms_are_lawful"): {"daily_rate": "0.02"},
    ("prime_rate", "prime_rate_in_reason"): {"rate": "0.2"},
    ("service_rating", "service_rating_one_to_five"): {"stars": "6"},
    ("service_round", "service_round_has_days"): {"number": "0"},
    ("service_round", "service_round_is_kept_explained_or_made_up"): {"reason": "'x'"},
    ("service_standard", "service_standard_counts"): {"frequency": "0"},
    ("service_standard", "service_standard_has_days"): {"starts_on": "'2026-11-02'", "ends_on": "'2026-11-01'"},
    ("ladder_rule", "ladder_rule_for_whom"): {"position": "1"},
    ("ladder_rule", "ladder_rule_is_fair"): {"grace_days": "6"},
    ("ladder_rule", "known_use"): {"position": "1", "use": "'nonsense'"},
    ("ladder_rule", "known_occupancy"): {"position": "1", "occupancy": "'nonsense'"},
    ("ladder_rule", "known_history"): {"position": "1", "history": "'nonsense'"},
}


def out_of_list(said: str) -> dict[str, str] | None:
    """A value that is not in the list of a CHECK, or on the wrong side of its zero."""
    if found := re.search(r"\(\(?(\w+) = ANY \(ARRAY", said):
        return {found[1]: "'nonsense'"}
    if found := re.search(r"\(\((\w+) (>|>=|<>) 0\)\)", said):
        return {found[1]: "-1" if found[2] == ">=" else "0"}
    return None
