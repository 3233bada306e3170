"""What an import answers: what it made, and each mistake with its file, row, column and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.kit.i18n import N_, Sentence

MOST_FAULTS = 1000
MORE = N_("There are %(count)s more mistakes. Correct these first and try again.")


@dataclass(frozen=True)
class Fault:
    """A mistake in a file, or a remark on it. `row` is the line of the file, its header being 1."""

    file: str
    row: int
    column: str
    message: Sentence

    def as_json(self) -> dict[str, Any]:
        """As in interface.md; the message in English."""
        words = self.message.text % self.message.facts
        return {"file": self.file, "row": self.row, "column": self.column, "message": words}


def fault(stem: str, row: int, column: str, sentence: str, /, **facts: object) -> Fault:
    """A mistake in `<stem>.csv`."""
    return Fault(f"{stem}.csv", row, column, Sentence(sentence, facts))


@dataclass(frozen=True)
class Report:
    """Counts by file stem; with errors nothing was saved and there are no counts."""

    dry_run: bool
    created: Mapping[str, int] = field(default_factory=dict)
    updated: Mapping[str, int] = field(default_factory=dict)
    unchanged: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it was, or could be, saved."""
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        """The object of `portal import --json`."""
        return {
            "created": dict(self.created),
            "updated": dict(self.updated),
            "unchanged": dict(self.unchanged),
            "errors": [one.as_json() for one in self.errors],
            "warnings": [one.as_json() for one in self.warnings],
            "dry_run": self.dry_run,
        }


def in_order(faults: Iterable[Fault], order: Mapping[str, int]) -> tuple[Fault, ...]:
    """Each fault once, by file (as `order` has them), row and column; at most MOST_FAULTS and a word on the rest."""
    rank = {f"{stem}.csv": n for stem, n in order.items()}
    found = sorted(
        {(f.file, f.row, f.column, f.message.text): f for f in faults}.values(),
        key=lambda f: (rank.get(f.file, len(rank)), f.file, f.row, f.column),
    )
    if len(found) <= MOST_FAULTS:
        return tuple(found)
    last = found[MOST_FAULTS]
    rest = Sentence(MORE, {"count": len(found) - MOST_FAULTS})
    return (*found[:MOST_FAULTS], Fault(last.file, last.row, "", rest))
