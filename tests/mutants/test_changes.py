"""What is changed in a file, and what the list of mutants that are left alive may hold."""

from __future__ import annotations

from pathlib import Path

from tests.mutants.changes import mutants_of
from tests.mutants.known import known

RULE = '''
"""A rule."""

GRACE = 5  # days
NEVER = N_("Not before 1949.")


class Part:
    @property
    def late(self, day: int = 0) -> "bool | None":
        return self.due_on < day and not self.paid


def fill(parts):
    total(part.left for part in parts if part.open)
    if not parts:
        raise Invalid(1 + 1)
    return zip(parts, sorted(parts, key=min, reverse=True), strict=True)
'''


def changes(where: str) -> set[tuple[str, str]]:
    return {(one.before, one.after) for one in mutants_of("rule.py", RULE) if one.where == where}


def test_terms_outside_of_functions_are_changed_and_words_are_not() -> None:
    assert changes("-") == {("GRACE = 5", "GRACE = 6"), ("GRACE = 5", "GRACE = 4")}


def test_a_property_is_changed_at_its_limit_and_in_each_part_of_its_condition() -> None:
    whole = "return self.due_on < day and not self.paid"
    assert changes("Part.late") == {
        ("def late(self, day: int = 0) -> \"bool | None\":", "def late(self, day: int = 1) -> \"bool | None\":"),
        (whole, "return self.due_on <= day and not self.paid"),
        (whole, "return self.due_on < day or not self.paid"),
        (whole, "return self.due_on < day and self.paid"),
        (whole, "return self.due_on < day"),
        (whole, "return not self.paid"),
    }  # fmt: skip


def test_what_is_done_chosen_and_asked_is_left_out_but_what_is_raised_stays() -> None:
    assert changes("fill") == {
        ("total(part.left for part in parts if part.open)", "pass"),
        ("total(part.left for part in parts if part.open)", "total(part.left for part in parts)"),
        ("if not parts:", "if parts:"),
        ("if not parts:", "if True:"),
        ("if not parts:", "if False:"),
        *(
            ("return zip(parts, sorted(parts, key=min, reverse=True), strict=True)", after)
            for after in (
                "return zip(parts, sorted(parts, key=min, reverse=False), strict=True)",
                "return zip(parts, sorted(parts, key=min, ), strict=True)",
                "return zip(parts, sorted(parts, reverse=True), strict=True)",
            )
        ),
    }


def test_whoever_is_left_alive_has_a_reason_and_stands_in_the_file() -> None:
    for one in known():
        lines = [" ".join(line.split("  # ")[0].split()) for line in Path(one.file).read_text().splitlines()]
        assert " ".join(one.before.split()) in " ".join(lines), one
        assert len(one.reason.split()) >= 4, one
