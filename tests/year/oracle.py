"""The ladder once more, written from the promises without a line of the portal: one home, by the day.

It keeps its own books (fen) and is told of every event; nothing here is imported from the portal.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

SMALL = 1000
CALLS_A_DAY, TRIES_A_WEEK = 3, 6
REMIND_AFTER, GRACE, PAY_WITHIN = 3, 15, 7
STAY = {2: timedelta(days=7), 3: timedelta(days=7), 4: timedelta(days=15)}


def rung(days: int) -> int:
    """The stage of so many days past due: 1-15, 16-30, 31-60, 61 and more."""
    return 0 if days < 1 else 1 if days <= 15 else 2 if days <= 30 else 3 if days <= 60 else 4


@dataclass
class Line:
    """A charge: what is left of it, and what of that is under review."""

    due: date
    owed: int
    held: int = 0


@dataclass(frozen=True)
class Talked:
    """Somebody tried to reach the owner: by call, visit or paper, and whether that reached them."""

    on: date
    way: str
    met: bool


@dataclass
class File:
    """An open case: its stage and since when, what each line owed at its last change, and what was done."""

    stage: int
    since: date
    owed: dict[UUID, int]
    reminded: bool = False
    pay_by: date | None = None
    talks: list[Talked] = field(default_factory=list)
    demanded: date | None = None
    reason: bool = False


@dataclass
class Oracle:
    """One debtor. `whole` while everything is on hold, `disputes` how many are open.

    `less_on` is when less became owed since the last change.
    """

    lines: dict[UUID, Line] = field(default_factory=dict)
    whole: bool = False
    disputes: int = 0
    file: File | None = None
    less_on: date | None = None
    reminders: list[date] = field(default_factory=list)

    def overdue(self, day: date) -> list[Line]:
        """What is past its date on a day."""
        return [line for line in self.lines.values() if line.due < day and line.owed > 0]

    def sums(self, day: date) -> tuple[int, int]:
        """Overdue, and what of it is on hold (fen)."""
        late = self.overdue(day)
        overdue = sum(line.owed for line in late)
        return overdue, overdue if self.whole else sum(line.held for line in late)

    def by_days(self, day: date, seen: date, *, whole: bool) -> int:
        """The stage that the oldest line that may be chased has reached by `day`, of those past due when `seen`."""
        free = [line.due for line in self.overdue(seen) if line.owed > line.held] if not whole else []
        return rung((day - min(free)).days) if free else 0

    def look(self, day: date) -> tuple[str, int] | None:
        """State and stage as a page shows them on a day; None without a case."""
        overdue, _held = self.sums(day)
        if not overdue:
            return None
        if self.file is None or self.file.stage == 0:
            stage = min(2, self.by_days(day, day, whole=self.whole))
        elif any(self._owes(line) < owed for line, owed in self.file.owed.items()):
            stage = min(self.file.stage, self.by_days(min(self.less_on or day, day), day, whole=False))
        else:
            stage = self.file.stage
        return ("paused" if self.whole else "open"), min(stage, 1) if overdue <= SMALL else stage

    def _owes(self, line: UUID) -> int:
        return self.lines[line].owed

    def store(self, day: date) -> None:
        """What a look writes down."""
        seen = self.look(day)
        if seen is None:
            self.file = None
            return
        owed = {id: line.owed for id, line in self.lines.items() if line in self.overdue(day)}
        if self.file is None:
            self.file = File(seen[1], day, owed)
        else:
            since = self.file.since if seen[1] == self.file.stage else day
            self.file = replace(self.file, stage=seen[1], since=since, owed=owed)
        self.less_on = None

    def morning(self, day: date) -> None:
        """The daily job: look, remind, and climb to the second stage where nobody need approve it."""
        self.store(day)
        if self.file is None or self.whole or not self.file.stage:
            return
        overdue, held = self.sums(day)
        free = [line.due for line in self.overdue(day) if line.owed > line.held]
        rested = not self.reminders or day - self.reminders[-1] >= timedelta(days=7)
        late = bool(free) and (day - min(free)).days > REMIND_AFTER
        if not self.file.reminded and rested and late and overdue - held > SMALL:
            self.file.reminded, self.file.pay_by = True, day + timedelta(days=PAY_WITHIN - 1)
            self.reminders.append(day)
        if self.file.stage == 1 and self.may_climb(day):
            self._climb(day)

    def may_climb(self, day: date) -> bool:
        """Whether every gate to the next stage is open, for a file that was just stored."""
        file, (overdue, held) = self.file, self.sums(day)
        if file is None or self.whole or file.stage not in (1, 2, 3) or overdue - held <= SMALL:
            return False
        target = file.stage + 1
        if self.by_days(day, day, whole=False) < target or day < file.since + STAY[target]:
            return False
        if file.pay_by and day <= file.pay_by:
            return False
        met = [talk.way for talk in file.talks if talk.on >= file.since and talk.met]
        done = {2: file.reminded or bool(met), 3: bool(met), 4: "visit" in met}[target] and self.rested(day)
        if target < 4 or not done:
            return done
        over = file.demanded is not None and day > file.demanded + timedelta(days=GRACE)
        return over and file.reason and not self.disputes

    def rested(self, day: date) -> bool:
        """Whether the home may be called or visited once more."""
        tries = [talk for talk in self.file.talks if talk.way != "paper"] if self.file else []
        week = [talk for talk in tries if day - timedelta(days=7) < talk.on <= day]
        return len(week) < TRIES_A_WEEK and sum(t.way == "call" and t.on == day for t in week) < CALLS_A_DAY

    def step(self, day: date) -> bool:
        """A member of staff tries to go on; whether that works. What does not work leaves nothing behind."""
        before, less = self.file and replace(self.file), self.less_on
        self.store(day)
        if self.may_climb(day):
            self._climb(day)
            return True
        self.file, self.less_on = before, less
        return False

    def _climb(self, day: date) -> None:
        assert self.file
        self.file.stage, self.file.since = self.file.stage + 1, day

    def pay(self, line: UUID, fen: int, day: date) -> None:
        """Money for a line; when nothing is overdue any more, the file closes at once."""
        self.lines[line].owed -= fen
        self.less_on = day
        if not self.overdue(day):
            self.file = None
