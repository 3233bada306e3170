"""A new value of an enum is asked for wherever it must be known, in maps and in statements; one that went is missed.

Its CHECK is asked for by test_migrations, its names in both languages by test_words.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from piccolo.constraints import Check

from portal.care.plans.states import PlanState
from portal.run.invariants import all_tables

PORTAL = Path(__file__).parents[1] / "portal"
WORD = re.compile(r"\b(\w+) (?:=|<>|IS (?:NOT )?DISTINCT FROM) '([\w-]+)'")
LIST = re.compile(r"(\w+) (?:NOT )?IN \(('\w+'(?:,\s*'\w+')+)\)")
OF_THE_CATALOGUE = {"TG_TABLE_NAME", "relname", "rolname", "relkind"}
# Maps that are meant for some values: what they do not have has nothing there.
OF_SOME = {
    "accounts.findings.FROM_NOTHING", "accounts.findings.PAID_AHEAD", "accounts.findings.UNNAMED",
    "accounts.publishing._NEEDS", "accounts.statement_pages.SAID", "arrears.cases.MAY_COME_OF",
    "arrears.cases.NOTES", "arrears.cases.TELLS", "arrears.cases.VERBS", "arrears.climbing.GATES",
    "care.disputes.TONES", "care.plans.ENDINGS", "care.plans.PARTIES_BESIDES", "care.standards.MONTHS",
    "collection.evidence.ALONE", "collection.letters.CHANNEL", "collection.outreach.STAGE", "homes.units.KNOWN",
    "money.checkout.NOTHING", "people.delivery.ADDRESS", "records.transfers.EARLIER",
}  # fmt: skip
# Lists that say what they mean where they stand. All others are a set that states.py names, value for value.
IN_THEIR_PLACE = {
    ("kind", "accepted rectified"), ("kind", "bill opening"), ("kind", "closing opening part total"),
    ("reason", "dispute plan"), ("reason", "hardship manual"), ("standing", "deceased heir"),
    ("state", "accepted decided"), ("state", "active broken completed"), ("state", "approved countered requested"),
    ("state", "cancelled expired faulty imported"), ("state", "completed creating open unknown"),
    ("state", "completed posted unknown"), ("state", "countered requested"), ("state", "delivered failed sent"),
    ("state", "delivered superseded"), ("state", "draft published"), ("state", "expired failed posted"),
    ("state", "failed pending quarantined"), ("state", "failed quarantined"), ("state", "failed queued"),
    ("state", "open reopened"),
}  # fmt: skip
# What is compared with a column of the same name that no CHECK knows: of a view, a notice, a credit.
OF_NO_CHECK = {("state", "replaced"), ("kind", "arrears_reminder"), ("reason", "surplus")}


def constants(pattern: str) -> Iterator[tuple[str, Any]]:
    """What modules define at their top, as `area.slice.NAME`."""
    for file in sorted(PORTAL.glob(pattern)):
        if file.name == "__main__.py":  # runs as soon as it is imported
            continue
        module = importlib.import_module(".".join(file.relative_to(PORTAL.parent).with_suffix("").parts))
        for node in ast.parse(file.read_text()).body:
            for name in names(node):
                yield ".".join((*file.parent.relative_to(PORTAL).parts, name)), getattr(module, name)


def names(node: ast.stmt) -> list[str]:
    """What a statement gives a name."""
    match node:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.ClassDef(name=name):
            return [name]
    return []


def lacks(one: Mapping[Any, Any]) -> set[Any]:
    """The values that a map does not have, when all it has are values of one enum."""
    kinds = {type(key) for key in one}
    kind = kinds.pop() if len(kinds) == 1 else None
    return set(kind) - set(one) if kind and issubclass(kind, StrEnum) else set()


def lists(text: str) -> set[tuple[str, str]]:
    """Each list of words in statements: the column and the words in their order, as "a b"."""
    found = LIST.findall(re.sub(r'"\n\s*"', "", text))
    return {
        (column, " ".join(sorted(re.findall(r"\w+", words))))
        for column, words in found
        if column not in OF_THE_CATALOGUE
    }


def checked() -> dict[str, set[str]]:
    """The values that a column of this name may have, by the CHECKs of all tables that have one."""
    found: dict[str, set[str]] = defaultdict(set)
    for constraint in (one for table in all_tables() for one in table._meta.constraints if isinstance(one, Check)):
        if listed := re.fullmatch(r'"(\w+)" IN \((.+)\)', constraint.condition):
            found[listed[1]].update(re.findall(r"'([^']+)'", listed[2]))
    return found


def statements() -> list[str]:
    """Every file that may have one, but for the history of the tables."""
    files = [file for kind in ("py", "sql") for file in PORTAL.rglob(f"*.{kind}")]
    return [file.read_text() for file in files if file.parent.name != "migrations"]


def named() -> set[str]:
    """The words of each enum, and of each set of values that has a name in states.py."""
    found = [value for _name, value in constants("*/*/states.py")]
    enums = [[*one] for one in found if isinstance(one, type) and issubclass(one, StrEnum)]
    sets = [[*one] for one in found if isinstance(one, tuple | frozenset) and all(isinstance(v, StrEnum) for v in one)]
    return {" ".join(sorted(value.value for value in one)) for one in (*enums, *sets)}


def test_a_map_of_values_has_every_one_or_is_meant_for_some() -> None:
    maps = {name: value for name, value in constants("*/*/*.py") if isinstance(value, Mapping)}
    assert len(maps) > 50
    assert {name for name, one in maps.items() if lacks(one)} == OF_SOME


def test_a_list_in_a_statement_is_a_set_that_has_a_name() -> None:
    found = {one for text in statements() for one in lists(text)}
    assert {one for one in found if one[1] not in named()} == IN_THEIR_PLACE


def test_a_word_that_a_statement_compares_with_a_column_is_a_value_of_it() -> None:
    known = checked()
    compared = {(column, word) for text in statements() for column, word in WORD.findall(text)} | {
        (column, word) for text in statements() for column, words in lists(text) for word in words.split()
    }
    assert len({one for one in compared if one[0] in known}) > 50
    assert {one for one in compared if one[0] in known and one[1] not in known[one[0]]} == OF_NO_CHECK


def test_a_value_that_a_map_or_a_list_does_not_know_is_missed() -> None:
    assert lacks({PlanState.requested: "", PlanState.countered: ""}) == {*PlanState} - {
        PlanState.requested,
        PlanState.countered,
    }
    assert not lacks(dict.fromkeys(PlanState, "")) and not lacks({"requested": ""})
    assert lists("WHERE state IN ('requested', 'approved',\n 'active') AND relname IN ('a', 'b')") == {
        ("state", "active approved requested")
    }
    [(column, word)] = WORD.findall("JOIN claim c ON c.id = x.claim AND c.state <> 'accept'")
    assert word not in checked()[column] and "accepted" in checked()[column]
    assert "active approved requested" not in named() and "active approved countered requested" in named()
