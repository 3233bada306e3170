"""The page of limits says what the code does."""

from __future__ import annotations

import importlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from portal.arrears.ladder.rules import SEED
from portal.arrears.limitation import rules as limitation
from portal.arrears.limitation.queries import SOON
from portal.care.disputes.rules import CREDITS_ADD_UP_DAYS
from portal.care.holds.rules import AGAIN_AFTER, HELD_FOR
from portal.care.plans import rules as plans
from portal.collection.letter_queue import actions as letters
from portal.fees.run_requests import desk_queries as runs
from portal.homes.residents.rules import LONGEST_AHEAD
from portal.overview.desk.losses import LATELY
from portal.people.delivery.actions import MOST_TRIES
from portal.people.persons import unsent_forms
from portal.people.persons.principal import Audience
from portal.people.persons.rules import LIFETIMES
from portal.records.import_requests import queries as imports
from portal.records.import_requests.rules import KEPT
from portal.signin.owners import rules as codes
from portal.web.forms.choices import PHOTO_BYTES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "limits.md"
ROWS = re.findall(r"^\| (.+?) \| (\d+)(?: (\w+))? \| `([\w.]+)` \|$", PAGE.read_text(), re.M)
UNITS = {
    "": 1,
    "fen": 1,
    "days": timedelta(days=1),
    "KiB": 2**10,
    "MiB": 2**20,
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
}


def test_every_row_is_read() -> None:
    assert len(ROWS) == PAGE.read_text().count("\n| ") - 1


@pytest.mark.parametrize(("what", "number", "unit", "place"), ROWS)
def test_a_limit_is_what_the_page_says(what: str, number: str, unit: str, place: str) -> None:
    module, name = place.rsplit(".", 1)
    value = getattr(importlib.import_module(module), name)
    assert getattr(value, "fen", value) == int(number) * UNITS[unit]  # type: ignore[operator]


IN_WORDS = {2: "two", 3: "three", 5: "five", 6: "six"}


def days(of: timedelta) -> int:
    return of // timedelta(days=1)


def hours(of: timedelta) -> int:
    return of // timedelta(hours=1)


def minutes(of: timedelta) -> int:
    return of // timedelta(minutes=1)


WEEKS, MONTHS = IN_WORDS[days(HELD_FOR) // 7], IN_WORDS[days(AGAIN_AFTER) // 30]
DIGITS = IN_WORDS[len(codes.six_digits(0))]
MEGABYTES = f"{PHOTO_BYTES // 2**20} MB"
PLAN = f"{plans.LEAST} to {plans.MOST}"
FILES = {
    "portal/care/plan_pages/forms.py": (
        f"One a month, {PLAN}",
        f"Within the next {plans.FIRST_WITHIN_DAYS} days",
        f"paused for {WEEKS} weeks, once every {MONTHS} months",
    ),
    "portal/collection/outreach/words.py": (f"in {PLAN} instalments",),
    "portal/arrears/case_file/forms.py": (f"paused for {WEEKS} weeks, once every {MONTHS} months",),
    "templates/arrears/case_file/show.html": (f"paused for {WEEKS} weeks",),
    "portal/care/disputes/forms.py": (f"everything for {WEEKS} weeks", f"Once every {MONTHS} months."),
    "templates/care/dispute_desk/dispute.html": (f"in the last {CREDITS_ADD_UP_DAYS} days",),
    "templates/collection/outreach/list.html": (
        f"No calls between {SEED.quiet_from:%H:%M} and {SEED.quiet_until:%H:%M}",
        f"at most {IN_WORDS[SEED.calls_a_day]} a day and {IN_WORDS[SEED.attempts_a_week]} contacts a week",
    ),
    "templates/arrears/case_file/desk/limitation.html": (
        f"for {IN_WORDS[limitation.YEARS]} years",
        f"within {days(SOON)} days",
    ),
    "portal/homes/residents/rules.py": (f"within the next {IN_WORDS[days(LONGEST_AHEAD) // 30]} months",),
    "templates/overview/desk/show.html": (f"tried {IN_WORDS[MOST_TRIES]} times",),
    "templates/overview/desk/messages.html": (f"in the past {days(LATELY)} days",),
    "portal/web/forms/unsent_forms.py": (f"kept for {IN_WORDS[hours(unsent_forms.KEPT)]} hours",),
    "templates/records/import_requests/_import.html": (
        f"within {hours(KEPT)} hours",
        f"for {IN_WORDS[minutes(imports.STANDS_STILL)]} minutes",
    ),
    "templates/records/import_requests/list.html": (f"after {hours(KEPT)} hours",),
    "templates/fees/run_requests/_run.html": (f"for {IN_WORDS[minutes(runs.STANDS_STILL)]} minutes",),
    "templates/collection/letter_queue/_batch.html": (f"for {IN_WORDS[minutes(letters.STANDS_STILL)]} minutes",),
    "portal/web/forms/choices.py": (f"is larger than {MEGABYTES}",),
    "portal/web/pages/errors.py": (f"up to {MEGABYTES} each",),
    "templates/ui/forms.html": (f"{MEGABYTES} each",),
    "portal/web/forms/fields.py": (f"Enter the {DIGITS} digits.",),
    "templates/signin/owners/phone.html": (f"{DIGITS}-digit code",),
    "templates/signin/owners/sessions.html": (f"after {days(LIFETIMES[Audience.owner].idle)} days",),
    "portal/signin/owners/forms.py": (f"{DIGITS.title()} digits, valid for {minutes(codes.CODE_LIFE)} minutes",),
    "portal/signin/owners/words.py": (f"valid for {minutes(codes.CODE_LIFE)} minutes",),
    "portal/signin/owners/actions.py": (f"valid for {minutes(codes.CODE_LIFE)} minutes",),
}


@pytest.mark.parametrize("file", FILES)
def test_a_sentence_repeats_the_limit_as_it_is(file: str) -> None:
    """Whoever changes a limit changes what people read of it, in both languages."""
    text = (ROOT / file).read_text()
    assert [words for words in FILES[file] if words not in text] == []
