"""What pages say to programs: the data attributes of templates, the states they show, and what both mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from portal.accounts.committee.states import ExpenseState
from portal.accounts.disclosures.states import DisclosureState
from portal.accounts.statements.states import StatementState
from portal.arrears.cases.states import CaseState, Gate, Kept, NextStep, Reason
from portal.arrears.claims.states import ClaimState, Task
from portal.arrears.respite.rules import Because
from portal.care.disputes.states import DisputeState, Outcome
from portal.care.plans.states import PlanState
from portal.collection.letters.states import LetterState
from portal.fees.receivables.states import BillState
from portal.fees.run_requests.states import RunState
from portal.homes.residents.states import BindingState
from portal.homes.units.states import OccupancyState, OccupantRole
from portal.homes.vacancies.states import VacancyState
from portal.money.corrections.states import CorrectionState
from portal.money.payments.states import PaymentState
from portal.money.stripe_events.states import EventState
from portal.people.notices.states import DeliveryState
from portal.people.persons.states import DebtorStanding, PhoneChangeState
from portal.records.import_requests.states import ImportState
from tests.interface.text import table

TEMPLATES = Path(__file__).parents[2] / "templates"


@dataclass(frozen=True)
class Thing:
    """What an object is, and its states: an enum's, or the words that templates write themselves."""

    words: str
    states: type[StrEnum] | tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """Its states as they are written."""
        return _written(self.states)


# By the attribute that holds its id, or by the `id` of an element without one. Of two on one element the first counts.
THINGS = {
    "data-bill": Thing("a bill", BillState),
    "data-line": Thing("a line of a bill", BillState),
    "data-payment": Thing("a payment, or the attempt at one", PaymentState),
    "data-correction": Thing("a correction that was asked for", CorrectionState),
    "data-suspense": Thing("money that nobody could place", ("waiting",)),
    "data-event": Thing("a message of the payment service", EventState),
    "data-dispute": Thing("a dispute", DisputeState),
    "data-plan": Thing("a payment plan or the request for one", PlanState),
    "data-service": Thing("a piece of service work"),
    "data-case": Thing("an arrears case", CaseState),
    "data-claim": Thing("a claim before a mediator or a court", ClaimState),
    "data-letter": Thing("a letter", LetterState),
    "data-letter-batch": Thing("the notices of a building", ("writing", "written")),
    "data-left-out": Thing("a case that the notices of a building left out, with the reason"),
    "data-statement": Thing("a statement", StatementState),
    "data-expense": Thing("an expense the committee is asked about", ExpenseState),
    "id=disclosure-…": Thing("a duty of disclosure", DisclosureState),
    "data-unit": Thing("a home"),
    "data-tie": Thing("somebody's tie to a home"),
    "data-binding": Thing("a request to bind somebody to a home", BindingState),
    "data-vacancy": Thing("a filing that a home stands empty", VacancyState),
    "data-debtor": Thing("who owes, together"),
    "data-person": Thing("one of those who owe together; at a letter, whether it has reached them", LetterState),
    "data-change": Thing("a change of a phone number", PhoneChangeState),
    "data-notice": Thing("a message in the inbox", DeliveryState),
    "data-delivery": Thing("a message that was lost", ("failed",)),
    "data-device": Thing("a browser that shows messages", ("on",)),
    "id=wechat": Thing("messages in WeChat", ("on", "off")),
    "data-session": Thing("a browser that is signed in"),
    "data-estate": Thing("an estate, by its code"),
    "data-company": Thing("the company of an estate, by the estate's code"),
    "id=run": Thing("a bill run", RunState),
    "id=import": Thing("an import", ImportState),
}


@dataclass(frozen=True)
class Fact:
    """What another attribute says, and the words it may hold; an empty one means that there is none."""

    words: str
    values: type[StrEnum] | tuple[str, ...] = ()

    @property
    def allowed(self) -> tuple[str, ...]:
        """The words as they are written; none where any value may stand."""
        return _written(self.values)


FACTS = {
    "data-state": Fact("how far the object has come; the table above has the words"),
    "data-receipt": Fact("the number of a receipt, on its public check"),
    "data-fen": Fact("its sum; of bills and lines what was issued, with every correction"),
    "data-outstanding": Fact("what of it is not paid yet, held or not"),
    "data-held": Fact("what of it is held: under review, not asked for"),
    "data-mood": Fact("what the colour of the page's head tells: well, due, late"),
    "data-due": Fact("the day it is due, or must be answered by"),
    "data-stage": Fact("the stage of a case that was reached, from 0 to 4"),
    "data-overdue": Fact("what of a case is overdue"),
    "data-chaseable": Fact("what of it may be asked for: overdue without what is held"),
    "data-next-on": Fact("the first day on which the next step of a case may follow"),
    "data-waits": Fact("what gives those who owe time", Because),
    "data-standing": Fact("how those who owe stand to the home", DebtorStanding),
    "data-reason": Fact("why nothing is paid, as the desk noted it", Reason),
    "data-gate": Fact("a condition for the next step", Gate),
    "data-open": Fact("whether a gate, or a path to a court, is open", ("yes", "no")),
    "data-next": Fact("what the desk planned next", NextStep),
    "data-on": Fact("the day of what is planned"),
    "data-promise": Fact("a promise to pay, and whether it was kept", Kept),
    "data-outcome": Fact("how a dispute was decided", Outcome),
    "data-claimed": Fact("what a claim asks for"),
    "data-left": Fact("what of that is still owed"),
    "data-task": Fact("what is to be done about a claim", Task),
    "data-role": Fact("as what somebody is tied to a home", OccupantRole),
    "data-occupancy": Fact("how a home is lived in", OccupancyState),
    "data-totp-secret": Fact("the secret of the second factor in base32, until it is confirmed"),
    "data-status": Fact("the status of a page that says no"),
}
# For our own scripts and style sheets; nobody else relies on them.
INNER = {"data-label", "data-address", "data-key"}

COMMENT = re.compile(r"{#.*?#}", re.S)
MACRO = re.compile(r"{%-? macro (\w+)\([^)]*\) -?%}\s*(data-.*?){%-? endmacro -?%}", re.S)
IMPORT = re.compile(r'{%-? from "([^"]+)" import ([^%]+?)(?: with context)? -?%}')
TAG = re.compile(r"<[a-z][a-z0-9]*(?:\s(?:{{.*?}}|{%.*?%}|[^<>{])*)?>", re.S)
CONDITION = re.compile(r"{%-? if .*?{%-? endif -?%}", re.S)
CALL = re.compile(r"{{-? (\w+)\([\w.]*\) -?}}")
NAME = re.compile(r"(?<![\w-])(data-[a-z-]+)=")
ID = re.compile(r'\sid="([\w-]+)')


@dataclass
class Shown:
    """The attributes on the elements of an object: those of each element, and those that all of them have."""

    ever: set[str] = field(default_factory=set)
    always: set[str] | None = None

    def add(self, source: str) -> None:
        """Count one element in; what stands under a condition is not always there."""
        self.ever |= set(NAME.findall(source)) & FACTS.keys()
        sure = set(NAME.findall(CONDITION.sub("", source)))
        self.always = sure & FACTS.keys() & (sure if self.always is None else self.always)


def elements() -> Iterator[tuple[str, list[str]]]:
    """(the element's source, its data attributes) of each element of a template that has any."""
    for file in sorted(TEMPLATES.rglob("*.html")):
        text, macros = COMMENT.sub("", file.read_text()), _known(file)
        for tag in TAG.findall(MACRO.sub("", text)):
            whole = CALL.sub(lambda call, known=macros: known.get(call[1], ""), tag)  # type: ignore[misc]
            if names := [name for name in NAME.findall(whole) if name not in INNER]:
                yield whole, names


def objects() -> dict[str, Shown]:
    """What stands on the elements of each object; an element with a state and without an id of its own by its `id`."""
    found = {name: Shown() for name in THINGS}
    for source, names in elements():
        thing = next((name for name in THINGS if name in names), None)
        if thing is None and "data-state" in names:
            [marked] = ID.findall(source)
            thing = f"id={marked}…" if marked.endswith("-") else f"id={marked}"
        if thing is not None:
            found.setdefault(thing, Shown()).add(source)
    return found


def things() -> Iterator[str]:
    """The table of objects."""
    rows, found = [], objects()
    for name, thing in THINGS.items():
        shown = found[name]
        sure = shown.always or set()
        beside = [f"`{one}`" for one in FACTS if one in sure - {"data-state"}]
        beside += [f"[`{one}`]" for one in FACTS if one in shown.ever - sure]
        rows.append([f"`{name}`", thing.words, ", ".join(thing.values) or "–", ", ".join(beside)])
    yield from table(["object", "what it is", "states", "beside it"], rows)


def facts() -> Iterator[str]:
    """The table of the other attributes."""
    rows = [[f"`{name}`", _said(fact)] for name, fact in FACTS.items()]
    yield from table(["attribute", "what it says"], rows)


def _said(fact: Fact) -> str:
    return f"{fact.words}: {', '.join(fact.allowed)}" if fact.values else fact.words


def _written(words: type[StrEnum] | tuple[str, ...]) -> tuple[str, ...]:
    return words if isinstance(words, tuple) else tuple(one.value for one in words)


@cache
def _known(file: Path) -> dict[str, str]:
    """The macros of attributes that a template knows, its own and those it imports, by name."""
    text = file.read_text()
    known = dict(MACRO.findall(text))
    for where, names in IMPORT.findall(text):
        other = _known(TEMPLATES / where)
        known |= {name: other[name] for name in names.replace(",", " ").split() if name in other}
    return known
