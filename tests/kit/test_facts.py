"""Facts that are kept come back as what they were, and nothing is kept that could not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest

from portal.arrears.cases.states import CaseState
from portal.kit.facts import Word, as_json, from_json
from portal.kit.language import CHINESE, LANGUAGES, speaking
from portal.kit.money import Money
from portal.kit.period import Month
from portal.kit.words import label, worded

FACTS = {
    "total": Money(-1230),
    "month": Month(2026, 11),
    "on": date(2026, 12, 1),
    "at": datetime(2026, 12, 1, 8, 30, tzinfo=UTC),
    "state": CaseState.open,
    "bills": [{"amount": Money(0), "due_on": date(2026, 11, 1)}],
    "missed": None,
    "elsewhere": False,
    "unit": "1栋101",
    "stage": 3,
}


def test_every_fact_comes_back_as_what_it_was() -> None:
    read = from_json(as_json(FACTS))
    assert read == FACTS
    assert {name: type(fact) for name, fact in read.items() if name != "state"} == {
        name: type(fact) for name, fact in FACTS.items() if name != "state"
    }
    assert as_json(read) == as_json(FACTS), "kept again, it is the same"


def test_what_stands_in_the_database_says_its_type() -> None:
    assert json.loads(as_json({"total": Money(1230), "on": date(2026, 12, 1), "state": CaseState.open})) == {
        "total": {"$Money": 1230},
        "on": {"$date": "2026-12-01"},
        "state": {"$CaseState": "open"},
    }


def test_ids_and_decimals_are_text_and_sets_are_in_order() -> None:
    line = UUID(int=7)
    assert from_json(as_json({"line": line, "rate": Decimal("3.10"), "roles": {"b", "a"}, "parts": (1, 2)})) == {
        "line": str(line),
        "rate": "3.10",
        "roles": ["a", "b"],
        "parts": [1, 2],
    }


def test_a_word_that_was_kept_is_named_like_the_member() -> None:
    word = from_json(as_json({"state": CaseState.open}))["state"]
    assert isinstance(word, Word) and word == CaseState.open == "open"
    for tongue in LANGUAGES:
        with speaking(tongue):
            assert worded(word) == label(CaseState.open)
    with speaking(CHINESE):
        assert worded(word) != "open"


@pytest.mark.parametrize("fact", [1.5, object(), b"bytes", [object()]])
def test_a_fact_without_a_type_of_its_own_is_not_kept(fact: object) -> None:
    with pytest.raises(TypeError):
        as_json({"fact": fact})


def test_no_name_can_be_taken_for_a_type() -> None:
    with pytest.raises(ValueError, match="begins with"):
        as_json({"bills": [{"$Money": 5}]})


def test_no_enum_is_called_like_a_type_that_is_read() -> None:
    """A word of an enum of that name would come back as something else."""
    from portal.kit.facts import READ

    names = {f"${enum.__name__}" for enum in _enums(StrEnum)}
    assert "$CaseState" in names and not names & READ.keys()


def _enums(of: type[StrEnum]) -> set[type[StrEnum]]:
    return {one for enum in of.__subclasses__() for one in {enum, *_enums(enum)}}
