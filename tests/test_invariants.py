"""docs/invariants.md: every promise of money, bills, payments, disputes, cases and audit has what shows it."""

import re
from pathlib import Path

from portal.run.invariants import CHAINS, invariants

ROOT = Path(__file__).parents[1]
PROMISES = {"L": 8, "M": 5, "B": 7, "P": 15, "D": 4, "C": 9, "R": 1, "U": 3, "W": 3, "Y": 3}
ROWS = dict(re.findall(r"^\| (I-[A-Z]\d+) .*? \| (.+) \|$", (ROOT / "docs/invariants.md").read_text(), re.M))
QUERY = re.compile(r"\bI-[A-Z]\d+[a-z]?\b")


def test_every_promise_stands_there() -> None:
    assert set(ROWS) == {f"I-{letter}{n}" for letter, last in PROMISES.items() for n in range(1, last + 1)}


def test_every_promise_has_a_query_or_a_test_or_a_reason_why_it_comes_later() -> None:
    there = {invariant.id for invariant in invariants()} | {CHAINS}
    for promise, shown in ROWS.items():
        queries, tests = QUERY.findall(shown), re.findall(r"`(tests/\S+\.py)::(\w+)`", shown)
        assert set(queries) <= there, promise
        assert queries or tests or re.match(r"later: \w+", shown), promise
        for file, name in tests:
            assert re.search(rf"def {name}\(", (ROOT / file).read_text()), f"{promise}: {name}"


def test_every_query_of_these_kinds_is_named_by_a_promise() -> None:
    named = {query for shown in ROWS.values() for query in QUERY.findall(shown)}
    asked = {
        invariant.id for invariant in invariants() if invariant.id[2] in PROMISES and invariant.id.startswith("I-")
    }
    assert asked - named == set()
