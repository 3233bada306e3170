"""The page of limits says what the code does."""

from __future__ import annotations

import importlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from portal.arrears.ladder.rules import SEED
from portal.care.holds.rules import AGAIN_AFTER, HELD_FOR
from portal.care.plans import rules as plans
from portal.homes.residents.rules import LONGEST_AHEAD
from portal.people.delivery.actions import MOST_TRIES
from portal.people.persons import unsent_forms
from portal.records.import_requests.rules import KEPT

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
FILES = {
    "portal/care/plan_pages/forms.py": (
        f"One a month, {plans.LEAST} to {plans.MOST}",
        f"Within the next {plans.FIRST_WITHIN_DAYS} days",
        f"paused for {IN_WORDS[HELD_FOR.days // 7]} weeks, once every {IN_WORDS[AGAIN_AFTER.days // 30]} months",
    ),
    "portal/arrears/case_file/forms.py": (
        f"paused for {IN_WORDS[HELD_FOR.days // 7]} weeks, once every {IN_WORDS[AGAIN_AFTER.days // 30]} months",
    ),
    "portal/care/disputes/forms.py": (f"Once every {IN_WORDS[AGAIN_AFTER.days // 30]} months.",),
    "portal/collection/outreach/words.py": (f"in {plans.LEAST} to {plans.MOST} instalments",),
    "templates/collection/outreach/list.html": (
        f"No calls between {SEED.quiet_from:%H:%M} and {SEED.quiet_until:%H:%M}",
        f"at most {IN_WORDS[SEED.calls_a_day]} a day and {IN_WORDS[SEED.attempts_a_week]} contacts a week",
    ),
    "portal/homes/residents/rules.py": (f"within the next {IN_WORDS[LONGEST_AHEAD.days // 30]} months",),
    "templates/overview/desk/show.html": (f"tried {IN_WORDS[MOST_TRIES]} times",),
    "portal/web/forms/unsent_forms.py": (f"kept for {IN_WORDS[unsent_forms.KEPT // timedelta(hours=1)]} hours",),
    "templates/records/import_requests/_import.html": (f"within {KEPT // timedelta(hours=1)} hours",),
}


@pytest.mark.parametrize("file", FILES)
def test_a_sentence_repeats_the_limit_as_it_is(file: str) -> None:
    """Whoever changes a limit changes what people read of it, in both languages."""
    text = (ROOT / file).read_text()
    assert [words for words in FILES[file] if words not in text] == []
