"""The result of an import: what it created, and each error with file, row, column and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.kit.i18n import N_, Sentence

MOST_FAULTS = 1000
ENOUGH = 100_000  # mistakes after which the rest of an import is not looked at
MORE = N_("There are %(count)s more errors. Correct these first and try again.")
MANY_MORE = N_("There are more than %(count)s further errors. Correct these first and try again.")


@dataclass(frozen=True)
class Fault:
    """A mistake in a file, or a remark on it. `row` is the line of the file, its header being 1."""

    file: str
    row: int
    column: str
    message: Sentence

    def as_json(self) -> dict[str, Any]:
        """As a command prints it; the message in English."""
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


class Noted:
    """Mistakes or remarks: the first MOST_FAULTS by file, row and column, each once, and how many there are in all.

    A million of them take no more room than a few thousand.
    """

    def __init__(self, order: Mapping[str, int], before: Noted | None = None) -> None:
        self._rank = {f"{stem}.csv": n for stem, n in order.items()}
        self._kept: dict[tuple[str, int, str, str], Fault] = dict(before._kept) if before else {}
        self._dropped: int = before._dropped if before else 0

    def __bool__(self) -> bool:
        return bool(self._kept)

    @property
    def enough(self) -> bool:
        """Whether there are so many that looking for more helps nobody."""
        return len(self._kept) + self._dropped >= ENOUGH

    def about(self, stem: str, row: int) -> bool:
        """Whether something is noted of a row."""
        return any(file == f"{stem}.csv" and line == row for file, line, _, _ in self._kept)

    def append(self, one: Fault) -> None:
        """Note one."""
        self._kept[one.file, one.row, one.column, one.message.text] = one
        if len(self._kept) > 20 * MOST_FAULTS:
            self._drop()

    def in_order(self) -> tuple[Fault, ...]:
        """By file, row and column; a last one says how many more there are."""
        result = sorted(self._kept.values(), key=self._place)
        rest = len(result) - MOST_FAULTS + self._dropped
        if rest <= 0:
            return tuple(result)
        last = result[min(MOST_FAULTS, len(result) - 1)]
        more = Sentence(MANY_MORE if self.enough else MORE, {"count": rest})
        return (*result[:MOST_FAULTS], Fault(last.file, last.row, "", more))

    def _drop(self) -> None:
        result = sorted(self._kept.items(), key=lambda item: self._place(item[1]))
        self._dropped += len(result) - MOST_FAULTS
        self._kept = dict(result[:MOST_FAULTS])

    def _place(self, one: Fault) -> tuple[int, str, int, str]:
        return self._rank.get(one.file, len(self._rank)), one.file, one.row, one.column
