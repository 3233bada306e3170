"""What can be done on the desk, and the one table of who may do it."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role of a member of staff in one community; they may have several there."""

    clerk = "clerk"
    steward = "steward"
    service = "service"
    finance = "finance"
    manager = "manager"
    legal = "legal"
    auditor = "auditor"
    admin = "admin"


class May(StrEnum):
    """What can be done at the desk. `read_…` only reads; everything else is a verb and changes something."""

    read_homes = "read_homes"
    read_phones = "read_phones"
    change_owners = "change_owners"
    read_bindings = "read_bindings"
    answer_bindings = "answer_bindings"
    end_ties = "end_ties"
    read_vacancies = "read_vacancies"
    file_vacancies = "file_vacancies"
    answer_vacancies = "answer_vacancies"
    read_phone_changes = "read_phone_changes"
    ask_phone_changes = "ask_phone_changes"
    approve_phone_changes = "approve_phone_changes"
    write_access_letters = "write_access_letters"

    read_bill_runs = "read_bill_runs"
    run_bills = "run_bills"
    announce_rates = "announce_rates"
    read_payments = "read_payments"
    take_money = "take_money"
    read_unmatched = "read_unmatched"
    read_corrections = "read_corrections"
    ask_corrections = "ask_corrections"
    approve_corrections = "approve_corrections"

    record_services = "record_services"
    read_disputes = "read_disputes"
    handle_disputes = "handle_disputes"
    approve_decisions = "approve_decisions"
    read_plans = "read_plans"
    answer_plans = "answer_plans"
    read_hardship = "read_hardship"

    read_cases = "read_cases"
    contact_debtors = "contact_debtors"
    read_confidences = "read_confidences"
    read_messages = "read_messages"
    read_limitation = "read_limitation"
    read_holds = "read_holds"
    hold_cases = "hold_cases"
    climb_cases = "climb_cases"
    climb_to_calls = "climb_to_calls"
    climb_to_visits = "climb_to_visits"
    climb_to_demands = "climb_to_demands"
    read_ladder = "read_ladder"
    set_ladder = "set_ladder"
    read_late_charges = "read_late_charges"
    set_late_charges = "set_late_charges"
    read_letter_batches = "read_letter_batches"
    issue_letters = "issue_letters"
    issue_notices = "issue_notices"
    issue_demands = "issue_demands"
    issue_lawyer_drafts = "issue_lawyer_drafts"
    bring_claims = "bring_claims"
    export_evidence = "export_evidence"

    publish_statements = "publish_statements"
    answer_questions = "answer_questions"
    record_disclosures = "record_disclosures"
    read_expenses = "read_expenses"
    ask_expenses = "ask_expenses"
    read_common_areas = "read_common_areas"
    register_common_areas = "register_common_areas"

    read_reports = "read_reports"
    set_step_costs = "set_step_costs"
    read_audit = "read_audit"
    read_staff = "read_staff"
    read_calendar = "read_calendar"
    set_calendar = "set_calendar"
    read_companies = "read_companies"
    set_companies = "set_companies"
    import_files = "import_files"


R = Role
COUNTER = {R.clerk, R.steward, R.manager}
CHASING = {R.service, R.steward, R.finance, R.manager, R.legal}

# What it is, in words for docs/roles.md, and which roles may. An admin stands nowhere here and may everything, but for
# what stands in NOT_ADMIN.
TABLE: dict[May, tuple[str, set[Role]]] = {
    May.read_homes: ("homes with their people, bills and changes of owners", set(Role)),
    May.read_phones: ("telephone numbers in full; everybody else sees their ends", COUNTER | {R.finance}),
    May.change_owners: ("record a change of owners", COUNTER | {R.finance}),
    May.read_bindings: ("requests to be bound to a home, with their evidence", COUNTER | {R.auditor}),
    May.answer_bindings: ("approve or refuse them", COUNTER),
    May.end_ties: ("end somebody's access to a home", COUNTER),
    May.read_vacancies: ("filings that a home is vacant", COUNTER | {R.service, R.finance, R.auditor}),
    May.file_vacancies: ("file one for an owner, end one", COUNTER | {R.service, R.finance}),
    May.answer_vacancies: ("approve or refuse them", {R.finance, R.manager}),
    May.read_phone_changes: ("changes of telephone numbers, masked", COUNTER | {R.auditor}),
    May.ask_phone_changes: ("ask for one at the counter", COUNTER),
    May.approve_phone_changes: ("approve or refuse one that somebody else asked for", {R.manager}),
    May.write_access_letters: ("print a letter with a code to somebody without a number", COUNTER),

    May.read_bill_runs: ("bill runs", {R.finance, R.manager, R.auditor}),
    May.run_bills: ("preview a bill run, publish one that somebody else asked for", {R.finance, R.manager}),
    May.announce_rates: ("announce another rate of a tariff", {R.finance, R.manager}),
    May.read_payments: ("payments at the counter, open bills and receipts", {R.clerk, R.finance, R.manager, R.auditor}),
    May.take_money: ("record money that was taken", {R.clerk, R.finance, R.manager}),
    May.read_unmatched: ("money that somebody must decide on", {R.finance, R.manager, R.auditor}),
    May.read_corrections: ("corrections of bill lines", {R.finance, R.manager, R.auditor}),
    May.ask_corrections: ("ask for one", {R.finance, R.manager}),
    May.approve_corrections: ("approve or refuse one that somebody else asked for", {R.manager}),

    May.record_services: ("record services, say why one was missed", {R.service, R.steward, R.manager}),
    May.read_disputes: ("disputes with their history and photos", {R.service, R.finance, R.manager, R.auditor}),
    May.handle_disputes: ("take on, ask, pass on, rectify, decide", {R.service, R.finance, R.manager}),
    May.approve_decisions: ("approve a decision above the limit that somebody else proposed", {R.manager}),
    May.read_plans: ("plans of instalments", CHASING | {R.auditor}),
    May.answer_plans: ("approve, counter, refuse or resume one", {R.finance, R.manager}),
    May.read_hardship: ("what an owner wrote about their hardship when they asked for a plan", {R.finance, R.manager}),

    May.read_cases: ("arrears cases with their contacts, letters and claims", CHASING | {R.auditor}),
    May.contact_debtors: ("call, visit, record what came of it, deliver letters, speak for those who owe", CHASING),
    May.read_confidences: ("contacts and holds that tell of hardship", {R.finance, R.manager}),
    May.read_messages: ("messages that did not arrive", CHASING | {R.auditor}),
    May.read_limitation: ("lines whose limitation ends soon", {R.finance, R.manager, R.legal, R.auditor}),
    May.read_holds: ("holds by hand", {R.finance, R.manager, R.auditor}),
    May.hold_cases: ("put a case on hold", {R.finance, R.manager}),
    May.climb_cases: ("let a case climb, if a row below allows its stage", {R.service, R.manager, R.legal}),
    May.climb_to_calls: ("to stage 2, calls", {R.service, R.manager}),
    May.climb_to_visits: ("to stage 3, visits", {R.manager}),
    May.climb_to_demands: ("to stage 4, demands", {R.manager, R.legal}),
    May.read_ladder: ("the terms of the ladder", {R.service, R.finance, R.manager, R.legal, R.auditor}),
    May.set_ladder: ("set them", {R.manager}),
    May.read_late_charges: ("the terms of late charges", {R.finance, R.manager, R.legal, R.auditor}),
    May.set_late_charges: ("set them, enter a prime rate", {R.manager}),
    May.read_letter_batches: ("how far a batch of notices is", {R.service, R.finance, R.manager, R.legal, R.auditor}),
    May.issue_letters: ("issue letters, if a row below allows their kind", {R.service, R.finance, R.manager, R.legal}),
    May.issue_notices: ("notices of payment, also for a whole building", {R.service, R.finance, R.manager}),
    May.issue_demands: ("formal demands", {R.manager, R.legal}),
    May.issue_lawyer_drafts: ("drafts for a lawyer", {R.manager, R.legal}),
    May.bring_claims: ("prepare a claim, record its steps, change its sum", {R.manager, R.legal}),
    May.export_evidence: ("take the evidence of a case, with every word and number", {R.finance, R.manager, R.legal}),

    May.publish_statements: ("draft, explain, sign and publish accounts", {R.finance, R.manager}),
    May.answer_questions: ("answer questions on the accounts", {R.finance, R.manager}),
    May.record_disclosures: ("say where and when something was disclosed", {R.finance, R.manager}),
    May.read_expenses: ("expenses that the committee decides on", {R.finance, R.manager, R.auditor}),
    May.ask_expenses: ("ask for one, record what was spent", {R.finance, R.manager}),
    May.read_common_areas: ("contracts and money of common areas", {R.finance, R.manager, R.auditor}),
    May.register_common_areas: ("register them", {R.finance, R.manager}),

    May.read_reports: ("figures, their files, what steps cost", {R.finance, R.manager, R.auditor}),
    May.set_step_costs: ("say what steps cost", {R.finance, R.manager}),
    May.read_audit: ("the audit trail", {R.manager, R.auditor}),
    May.read_staff: ("who works here, with their roles", {R.manager, R.auditor}),
    May.read_calendar: ("the working calendar", {R.manager, R.auditor}),
    May.set_calendar: ("keep a day differently", {R.manager}),
    May.read_companies: ("the company that fees are owed to", {R.manager, R.auditor}),
    May.set_companies: ("enter it", {R.manager}),
    May.import_files: ("upload, check and confirm an import; its mistakes quote numbers in full", {R.manager}),
}  # fmt: skip

# An admin looks after accounts and settings and has no need of anybody's hardship.
NOT_ADMIN = {May.read_hardship}
_ROLES = {what: roles | (set() if what in NOT_ADMIN else {Role.admin}) for what, (_words, roles) in TABLE.items()}


def allows(held: frozenset[Role], what: May) -> bool:
    """Whether one of somebody's roles in a community lets them do it there."""
    return not held.isdisjoint(_ROLES[what])
