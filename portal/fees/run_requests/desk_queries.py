"""Bill runs for the desk: published ones, and what a requested one would add."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from portal.fees.run_requests.states import RunState
from portal.fees.runs.preview import Accepted
from portal.fees.runs.states import RemarkKind
from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.i18n import N_, Bilingual, Sentence
from portal.kit.money import ZERO, Money
from portal.kit.period import Month
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading

WHOLE_ESTATE = N_("the whole estate")
BUILDING = N_("building %(name)s")
STANDS_STILL = timedelta(minutes=2)  # the queue gives the job of a killed worker to another one after half a minute


@dataclass(frozen=True)
class Estate:
    """A community that the reader works for, and the business date there."""

    id: int
    code: str
    name: str
    today: date


@dataclass(frozen=True)
class RunRow:
    """A published run."""

    id: UUID
    estate: str
    period: Month
    issued_on: date
    approver: str
    bills: int
    lines: int
    total: Money
    at: datetime


@dataclass(frozen=True)
class AskedRun:
    """A run that was asked for and not published yet."""

    id: UUID
    estate: str
    period: Month
    state: RunState


@dataclass(frozen=True)
class ItemChange:
    """What an item came to the last time it was due, in the run of `month`, and what it comes to in this run."""

    code: str
    name: Bilingual
    month: Month | None
    before: Money
    now: Money

    @property
    def difference(self) -> Money:
        """Now minus before."""
        return self.now - self.before


@dataclass(frozen=True)
class RunRemark:
    """An error or a warning about a home, or about no home."""

    unit: str | None
    message: Sentence


@dataclass(frozen=True)
class RunCause:
    """The errors or warnings of one item with the same cause: their number, and the first of them."""

    kind: RemarkKind
    item: Bilingual | None
    count: int
    homes: list[RunRemark]

    @property
    def only(self) -> RunRemark | None:
        """The only one, or None if there are several."""
        return self.homes[0] if self.count == 1 else None

    @property
    def names(self) -> list[str]:
        """The homes, if their messages differ only by the home."""
        messages = {str({**home.message.facts, "unit": ""}) for home in self.homes}
        return [home.unit for home in self.homes if home.unit] if len(messages) == 1 else []

    @property
    def more(self) -> int:
        """How many more there are than are listed."""
        return self.count - len(self.homes)


@dataclass(frozen=True)
class RunPage:
    """A run that was asked for at the desk. `done` of `whole` homes is the worker's progress.

    `zero` are the items that were billed the last time and are zero now; `reason` is why that was accepted.
    """

    id: UUID
    estate: str
    period: Month
    issued_on: date
    state: RunState
    approver: str | None
    done: int
    whole: int
    bills: int
    lines: int
    total: Money
    changes: list[ItemChange]
    zero: list[ItemChange]
    reason: str
    error_count: int
    errors: list[RunCause]
    warnings: list[RunCause]
    stands_still: bool
    outdated: bool

    @property
    def waiting(self) -> bool:
        """Whether the worker has it, so that the page reloads by itself."""
        return self.state in (RunState.previewing, RunState.publishing)

    @property
    def is_published(self) -> bool:
        """Whether its bills are issued."""
        return self.state is RunState.published

    @property
    def is_publishing(self) -> bool:
        """Whether its bills are being issued."""
        return self.state is RunState.publishing

    @property
    def before(self) -> Money:
        """What these items came to the last time they were due."""
        return Money(sum(change.before.fen for change in self.changes))


@reading
async def estates_of(by: Principal) -> list[Estate]:
    """The communities in which the reader may run bills."""
    return await fetch_as(
        Estate,
        "SELECT id, code, name, ($2 AT TIME ZONE timezone)::date AS today FROM community"
        " WHERE id = ANY($1) ORDER BY code",
        list(by.where(May.run_bills)),
        clock.now(),
    )


@reading
async def runs_of(by: Principal) -> list[RunRow]:
    """The latest runs of the reader's communities, newest first, with the approver by name."""
    return await fetch_as(
        RunRow,
        "SELECT r.id, c.name AS estate, r.period, r.issued_on, coalesce(s.name, r.approver) AS approver, r.bills,"
        " r.lines, r.total, r.created_at AS at FROM bill_run r JOIN community c ON c.id = r.community"
        " LEFT JOIN staff s ON s.community = r.community AND r.approver = 'staff:' || s.human"
        " WHERE r.community = ANY($1) ORDER BY r.created_at DESC LIMIT 60",
        list(by.where(May.read_bill_runs)),
    )


@reading
async def asked_runs(by: Principal) -> list[AskedRun]:
    """The runs of the reader's communities that wait for the worker or for approval, newest first."""
    return await fetch_as(
        AskedRun,
        "SELECT r.id, c.name AS estate, r.period, r.state FROM run_request r JOIN community c ON c.id = r.community"
        " WHERE r.community = ANY($1) AND r.state <> 'published' ORDER BY r.created_at DESC LIMIT 12",
        list(by.where(May.read_bill_runs)),
    )


@reading
async def run_at(by: Principal, run: UUID) -> RunPage:
    """A run that was asked for in one of the reader's communities. Raises Missing."""
    row = await fetch_one(
        "SELECT r.*, c.name AS estate, coalesce(s.name, r.approved_by) AS approver FROM run_request r"
        " JOIN community c ON c.id = r.community"
        " LEFT JOIN staff s ON s.community = r.community AND r.approved_by = 'staff:' || s.human"
        " WHERE r.id = $1 AND r.community = ANY($2)",
        run,
        list(by.where(May.read_bill_runs)),
    )
    if row is None:
        raise Missing
    month, state = Month.parse(row["period"]), RunState(row["state"])
    report = json.loads(row["report"] or "{}")
    names = await _names(row["community"])
    changes = _changes(report, names)
    zero = report.get("zero", ())
    return RunPage(
        id=row["id"],
        estate=row["estate"],
        period=month,
        issued_on=row["issued_on"],
        state=state,
        approver=row["approver"],
        done=row["done"],
        whole=row["whole"],
        bills=report.get("bills", 0),
        lines=report.get("lines", 0),
        total=Money(report.get("total", 0)),
        changes=changes,
        zero=[change for change in changes if change.code in zero],
        reason=Accepted.read(row["accepted_zero"]).reason,
        error_count=report.get("error_count", 0),
        errors=[_cause(kept, names) for kept in report.get("errors", ())],
        warnings=[_cause(kept, names) for kept in report.get("warnings", ())],
        stands_still=clock.real_now() - row["changed_at"] > STANDS_STILL,
        outdated=state is RunState.previewed and row["approved_by"] is not None,
    )


async def _names(community: int) -> dict[str, Bilingual]:
    rows = await fetch("SELECT code, name_zh, name_en FROM charge_item WHERE community = $1", community)
    return {row["code"]: Bilingual(row["name_zh"], row["name_en"]) for row in rows}


def _changes(report: Mapping[str, Any], names: Mapping[str, Bilingual]) -> list[ItemChange]:
    now, last = report.get("by_item", {}), report.get("last", {})
    return [
        ItemChange(
            code,
            names[code],
            Month.parse(last[code]["month"]) if code in last else None,
            Money(last[code]["fen"]) if code in last else ZERO,
            Money(now.get(code, 0)),
        )
        for code in sorted({*now, *last})
    ]


def _cause(kept: Mapping[str, Any], names: Mapping[str, Bilingual]) -> RunCause:
    name = names.get(kept["item"])
    homes = [RunRemark(home["unit"], _sentence(home["message"], name)) for home in kept["homes"]]
    return RunCause(kind=RemarkKind(kept["code"]), item=name, count=kept["count"], homes=homes)


def _sentence(kept: Mapping[str, Any], name: Bilingual | None) -> Sentence:
    """A stored sentence with the types of its facts restored, so that each is shown in the reader's language."""
    facts = dict(kept["facts"])
    if name is not None and "item" in facts:
        facts["item"] = name
    reads: dict[str, Callable[[str], object]] = {"month": Month.parse, "day": date.fromisoformat, "scope": _place}
    return Sentence(
        kept["text"], {fact: reads[fact](value) if fact in reads else value for fact, value in facts.items()}
    )


def _place(scope: str) -> Sentence:
    kind, _, name = scope.partition(":")
    return Sentence(BUILDING, {"name": name}) if kind == "building" else Sentence(WHOLE_ESTATE)
