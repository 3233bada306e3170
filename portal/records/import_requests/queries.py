"""Imports for the desk: progress, what would change or has changed, and errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.kit import clock
from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_one, reading
from portal.records.import_requests.actions import Kept
from portal.records.import_requests.rules import needs_somebody_else
from portal.records.import_requests.states import OPEN, WITH_WORKER, ImportState

STANDS_STILL = timedelta(minutes=2)  # the worker gives a sign of life every second
LAST = 60  # imports on the list


@dataclass(frozen=True)
class Estate:
    """A community that the reader may import."""

    code: str
    name: str


@dataclass(frozen=True)
class ImportRow:
    """An import on the list; `new` and `changed` rows of all files, None if nothing was or would be saved."""

    id: UUID
    estate: str
    state: ImportState
    who: str
    at: datetime
    new: int | None
    changed: int | None
    mistakes: int


@dataclass(frozen=True)
class Count:
    """The rows of one file by what happens to them."""

    file: str
    new: int
    changed: int
    same: int


@dataclass(frozen=True)
class Remark:
    """A mistake in a file, or a remark on it, and what to do."""

    file: str
    row: int
    column: str
    message: Sentence


@dataclass(frozen=True)
class ImportPage:
    """An import. `done` portions (of `whole`, if known) or rows of the file `what` are its progress."""

    id: UUID
    estate: str
    state: ImportState
    who: str
    at: datetime
    confirmed_by: str | None
    files: list[Kept]
    what: str
    done: int
    whole: int
    counts: list[Count]
    error_count: int
    errors: list[Remark]
    warnings: list[Remark]
    stands_still: bool
    needs_other: bool
    own: bool

    @property
    def waiting(self) -> bool:
        """Whether the worker has it, so that the page reloads by itself."""
        return self.state in WITH_WORKER

    @property
    def is_open(self) -> bool:
        """Whether it can be cancelled."""
        return self.state in OPEN

    @property
    def is_importing(self) -> bool:
        """Whether it is being saved."""
        return self.state is ImportState.importing

    @property
    def is_checked(self) -> bool:
        """Whether it waits to be confirmed."""
        return self.state is ImportState.checked

    @property
    def can_confirm(self) -> bool:
        """Whether the reader may confirm it."""
        return self.is_checked and not (self.needs_other and self.own)

    @property
    def is_imported(self) -> bool:
        """Whether it was saved."""
        return self.state is ImportState.imported

    @property
    def is_faulty(self) -> bool:
        """Whether it ended because of mistakes."""
        return self.state is ImportState.faulty

    @property
    def is_expired(self) -> bool:
        """Whether nobody confirmed it in time."""
        return self.state is ImportState.expired

    @property
    def changes_nothing(self) -> bool:
        """Whether everything in the files is there already."""
        return not any(count.new or count.changed for count in self.counts)


@reading
async def estates_of(by: Principal) -> list[Estate]:
    """The communities that the reader may import."""
    rows = await fetch(
        "SELECT code, name FROM community WHERE id = ANY($1) ORDER BY code", list(by.where(May.import_files))
    )
    return [Estate(**row) for row in rows]


@reading
async def imports_of(by: Principal) -> list[ImportRow]:
    """The last imports of the reader's communities, newest first."""
    rows = await fetch(
        "SELECT r.id, c.name AS estate, r.state, coalesce(s.name, r.uploaded_by) AS who, r.created_at AS at,"
        " r.report - 'errors' - 'warnings' AS report FROM import_request r JOIN community c ON c.id = r.community"
        " LEFT JOIN staff s ON s.community = r.community AND r.uploaded_by = 'staff:' || s.human"
        " WHERE r.community = ANY($1) ORDER BY r.created_at DESC LIMIT $2",
        list(by.where(May.import_files)),
        LAST,
    )
    return [_row(row, json.loads(row["report"] or "{}")) for row in rows]


def _row(row: Record, report: Mapping[str, Any]) -> ImportRow:
    state = ImportState(row["state"])
    counted = state in (ImportState.checked, ImportState.imported)
    new, changed = (sum(report[of].values()) if counted else None for of in ("created", "updated"))
    return ImportRow(
        id=row["id"],
        estate=row["estate"],
        state=state,
        who=row["who"],
        at=row["at"],
        new=new,
        changed=changed,
        mistakes=report.get("error_count", 0),
    )


@reading
async def import_at(by: Principal, request: UUID) -> ImportPage:
    """An import of one of the reader's communities. Raises Missing."""
    row = await fetch_one(
        "SELECT r.*, c.name AS estate, coalesce(s.name, r.uploaded_by) AS who,"
        " coalesce(t.name, r.confirmed_by) AS confirmer FROM import_request r JOIN community c ON c.id = r.community"
        " LEFT JOIN staff s ON s.community = r.community AND r.uploaded_by = 'staff:' || s.human"
        " LEFT JOIN staff t ON t.community = r.community AND r.confirmed_by = 'staff:' || t.human"
        " WHERE r.id = $1 AND r.community = ANY($2)",
        request,
        list(by.where(May.import_files)),
    )
    if row is None:
        raise Missing
    report = json.loads(row["report"] or "{}")
    created, updated = report.get("created", {}), report.get("updated", {})
    return ImportPage(
        id=row["id"],
        estate=row["estate"],
        state=ImportState(row["state"]),
        who=row["who"],
        at=row["created_at"],
        confirmed_by=row["confirmer"],
        files=[Kept(**file) for file in json.loads(row["files"])],
        what=row["what"],
        done=row["done"],
        whole=row["whole"],
        counts=[_count(stem, report) for stem in created],
        error_count=report.get("error_count", 0),
        errors=[_remark(kept) for kept in report.get("errors", ())],
        warnings=[_remark(kept) for kept in report.get("warnings", ())],
        stands_still=clock.real_now() - row["changed_at"] > STANDS_STILL,
        needs_other=needs_somebody_else(created, updated),
        own=row["uploaded_by"] == by.actor,
    )


def _count(stem: str, report: Mapping[str, Any]) -> Count:
    return Count(f"{stem}.csv", report["created"][stem], report["updated"][stem], report["unchanged"][stem])


def _remark(kept: Mapping[str, Any]) -> Remark:
    message = Sentence(kept["message"]["text"], kept["message"]["facts"])
    return Remark(file=kept["file"], row=kept["row"], column=kept["column"], message=message)
