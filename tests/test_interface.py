"""docs/interface.md says what the program is."""

from __future__ import annotations

import re
from difflib import unified_diff
from pathlib import Path

from portal.fees.runs.drafts import RunTotals
from portal.fees.runs.preview import RunReport
from portal.kit.period import Month
from portal.records.reading.report import Report
from portal.run.verify import _told
from tests.interface.attributes import FACTS, INNER, NAME, TEMPLATES, THINGS, elements, objects
from tests.interface.commands import ANSWERS
from tests.interface.fields import fields_of
from tests.interface.page import page
from tests.interface.routes import AREAS, lines

PAGE = Path(__file__).parents[1] / "docs/interface.md"
AGAIN = "write it anew: .venv/bin/python -m tests.interface > docs/interface.md"


def test_the_page_is_what_the_program_is() -> None:
    there, made = PAGE.read_text().splitlines(), page().splitlines()
    assert there == made, "\n".join(
        [AGAIN, *unified_diff(there, made, "docs/interface.md", "the program", lineterm="")]
    )


def test_every_route_is_on_the_page_once() -> None:
    ours, _of_the_sandbox = PAGE.read_text().split("## The sandbox")
    shown = re.findall(r"^\| `((?:GET|POST) /[^`]*)`", ours, re.M)
    assert sorted(shown) == sorted(f"{line.route.method} {line.path}" for line in lines())
    assert {line.area for line in lines()} == AREAS.keys()


def test_the_fields_of_a_handler_are_found_wherever_it_reads_them() -> None:
    """In its form, in one of several forms, word by word, in the query, and in a function that it hands the request."""
    read = {line.route.name: {field.name for field in fields_of(line.route.handler)} for line in lines()}
    assert read["disputes:answer"] == {"text"}
    assert read["disputes:open"] == {"line", "service", "amount", "reason", "text", "photos", "hardship"}
    assert read["desk.disputes:approve"] == {"text", "agree"}
    assert read["bindings:ask"] >= {"unit", "confirmed", "photos"}
    assert read["payments:new"] == {"bill", "line", "amount", "method"}
    assert read["desk.cases:list"] == {"page", "state", "stage", "q", "order"}
    assert read["desk.calls:list"] == {"page", "whose", "building", "waiting"}
    assert read["desk.imports:upload"] == {"community", "files"}
    assert read["plans:withdraw"] == set()


def test_who_may_knock_is_whoever_all_guards_of_a_route_let_in() -> None:
    who = {line.route.name: line.who for line in lines()}
    assert who["desk:show"] == "any role"
    assert who["desk.audit:list"] == "manager, auditor; one estate"  # an admin counts as every role
    assert who["desk.cases:step"] == "service, manager, legal"  # of the guard of its router and its own
    assert who["desk.phones:approve"] == "manager; proof"
    assert {line.about for line in lines() if line.route.name == "settings:new-phone"} == {
        "Send a code to the new number. Needs a fresh proof."
    }


def test_every_attribute_of_a_template_is_explained_and_every_explained_one_is_in_a_template() -> None:
    written = {name for file in TEMPLATES.rglob("*.html") for name in NAME.findall(file.read_text())}
    assert written - INNER == {name for name in THINGS if name.startswith("data-")} | FACTS.keys()
    assert {name for _source, names in elements() for name in names} == written - INNER


def test_whatever_shows_a_state_is_an_object_with_words_for_it() -> None:
    found = objects()
    assert found.keys() == THINGS.keys()
    assert not [name for name, shown in found.items() if ("data-state" in shown.ever) != bool(THINGS[name].values)]


def test_the_commands_print_what_the_page_says() -> None:
    month = Month.parse("2026-11")
    assert list(Report(dry_run=True).as_json()) == ANSWERS["import"].split(", ")
    assert list(RunReport(RunTotals(month), preview=True).as_json()) == ANSWERS["bill"].split(", ")
    assert list(_told({}, checked=0, estates=0)) == ANSWERS["verify"].split(", ")
