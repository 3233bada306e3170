"""Who may do what at the desk is said once, in the table, and docs/roles.md repeats it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.people.persons.permissions import TABLE, May, Role, allows
from tests import roles_page

ROOT = Path(__file__).parents[3]
HOME = ROOT / "portal/people/persons"
CLOSED_TO_AUDITORS = {May.read_phones, May.read_hardship, May.read_confidences}


def modules() -> Iterator[Path]:
    """Every file of the product but the slice that has the table."""
    return (path for path in sorted((ROOT / "portal").rglob("*.py")) if HOME not in path.parents)


def members(code: str) -> set[str]:
    """The members of Role that a module names."""
    return {
        node.attr
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Role"
    }


def test_nobody_but_the_table_says_what_a_role_may() -> None:
    assert members("WRITERS = (Role.clerk,)\nREADERS = {*WRITERS, Role.legal}") == {"clerk", "legal"}
    found = {str(path.relative_to(ROOT)): members(path.read_text()) for path in modules()}
    assert len(found) > 100
    assert not {path: roles for path, roles in found.items() if roles}


def test_every_permission_has_its_row_and_is_asked_for_somewhere() -> None:
    assert list(TABLE) == list(May)
    asked = {one for path in modules() for one in re.findall(r"\bMay\.(\w+)", path.read_text())}
    assert asked == {what.name for what in May}


def test_the_page_of_roles_is_what_the_table_says() -> None:
    said = (ROOT / "docs/roles.md").read_text()
    assert said == roles_page.page(), "write it anew: python -m tests.roles_page > docs/roles.md"
    assert "| `auditor` | 审计 | Auditor |" in said


def test_an_auditor_reads_and_does_nothing_else() -> None:
    may = {what for what in May if allows(frozenset({Role.auditor}), what)}
    assert len(may) > 15
    assert all(what.startswith("read_") for what in may)
    assert not may & CLOSED_TO_AUDITORS
    assert {what for what in May if what.startswith("read_")} - may == CLOSED_TO_AUDITORS


def test_an_admin_counts_as_every_role_but_is_told_nobodys_hardship() -> None:
    assert {what for what in May if not allows(frozenset({Role.admin}), what)} == {May.read_hardship}


@pytest.mark.parametrize("what", list(May))
def test_whoever_may_write_may_read_the_same_things(what: May) -> None:
    """Behind the door of a router that asks for the reading nobody stands who may write and not read."""
    verb, _, noun = what.partition("_")
    reads = May.__members__.get(f"read_{noun}")
    if verb != "read" and reads:
        assert TABLE[what][1] <= TABLE[reads][1]


def test_nobody_without_a_role_may_do_anything() -> None:
    assert not [what for what in May if allows(frozenset(), what)]
