"""Audit entries in words: who, what, and the details worth reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from portal.arrears.cases.states import Why
from portal.kit.i18n import N_
from portal.people.persons.permissions import May

# subject -> its name and, where it has a page, the page's address
SUBJECTS = {
    "adjustment": (N_("Correction"), ""),
    "attempt": (N_("Online payment"), ""),
    "bill": (N_("Bill"), "/desk/bills/"),
    "binding": (N_("Access to a home"), "/desk/bindings/"),
    "bill_run": (N_("Bill run"), ""),
    "run_request": (N_("Bill run"), "/desk/bill-runs/"),
    "case": (N_("Arrears case"), "/desk/cases/"),
    "claim": (N_("Type of claim"), "/desk/legal/"),
    "committee_expense": (N_("Expenses for the committee"), "/desk/expenses/"),
    "common_contract": (N_("Common-area contract"), ""),
    "common_movement": (N_("Owners' common funds"), ""),
    "community": (N_("Estate"), ""),
    "correction": (N_("Correction"), ""),
    "day": (N_("Working day"), ""),
    "disclosure": (N_("Disclosure"), "/desk/disclosures/"),
    "dispute": (N_("Dispute"), "/desk/disputes/"),
    "hold": (N_("Hold"), ""),
    "import_request": (N_("Import"), "/desk/imports/"),
    "ladder": (N_("Collection rules"), ""),
    "late_terms": (N_("Late charge terms"), ""),
    "letter": (N_("Letter"), ""),
    "letter_batch": (N_("Notices for a building"), "/desk/letters/batches/"),
    "line": (N_("Bill line"), ""),
    "occupancy": (N_("Person with access"), ""),
    "person": (N_("Person"), ""),
    "phone_change": (N_("Phone number change"), ""),
    "payment": (N_("Payment"), ""),
    "prime_rate": (N_("Loan prime rate"), ""),
    "report": (N_("Report"), ""),
    "round": (N_("Promised service"), ""),
    "plan": (N_("Instalment plan"), "/desk/plans/"),
    "service": (N_("Service record"), "/desk/services/"),
    "staff": (N_("Member of staff"), ""),
    "statement": (N_("Statement"), "/desk/statements/"),
    "tariff": (N_("Tariff"), ""),
    "unit": (N_("Unit"), "/desk/units/"),
    "vacancy": (N_("Vacancy"), "/desk/vacancies/"),
}
# The permission for opening that page, if reading the audit trail is not enough.
OPENED_BY = {"import_request": May.import_files}
ACTORS = {
    "owner": N_("An owner"),
    "staff": N_("A member of staff"),
    "job": N_("Automatic"),
    "system": N_("Automatic"),
    "cli": N_("Server administrator"),
}
FACTS = {
    "amount": N_("Amount"),
    "bills": N_("Bills"),
    "cause": N_("Reason"),
    "changed": N_("Changed"),
    "chaseable": N_("Can be chased"),
    "department": N_("Department"),
    "due_on": N_("Due"),
    "files": N_("Files"),
    "first_on": N_("First date"),
    "instalments": N_("Instalments"),
    "lines": N_("Lines"),
    "new": N_("New"),
    "on": N_("Date"),
    "outcome": N_("Decision"),
    "outstanding": N_("Outstanding"),
    "overdue": N_("Overdue"),
    "photos": N_("Photos"),
    "rate": N_("Rate"),
    "stage": N_("Stage"),
    "state": N_("State"),
    "total": N_("Total"),
    "until": N_("Until"),
    "version": N_("Version"),
}
_CODE = re.compile(r"[a-z_]+")


def kind_of(subject: str) -> str:
    """case of case:1f0c…"""
    return subject.partition(":")[0]


def facts_told(facts: Mapping[str, Any]) -> list[tuple[str, object]]:
    """The facts that people read: (msgid of the name, the fact)."""
    return [(FACTS[name], fact) for name, fact in facts.items() if name in FACTS]


def reason_told(subject: str, reason: str | None) -> object:
    """A reason in somebody's words, an enum member, or None: a code without a name means nothing to people."""
    if kind_of(subject) == "case" and reason in set(Why):
        return Why(reason)
    return None if reason and _CODE.fullmatch(reason) else reason
