"""Import an estate: one transaction saves every file of a folder, or nothing."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from portal.kit import clock
from portal.kit.display import SHANGHAI
from portal.kit.errors import Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, retrying, unit_of_work, widen_scope
from portal.records.checking import checks
from portal.records.checking.billed import check_billed_homes, check_billed_whole
from portal.records.checking.queries import Change, Known, changes_of, known_of, known_portion
from portal.records.checking.readings import Usual, check_costs
from portal.records.checking.rises import announce, check_rises
from portal.records.reading.columns import BY_HOME, FILES
from portal.records.reading.folder import read_folder
from portal.records.reading.parsing import Folder, Found, Tell
from portal.records.reading.report import Report, fault
from portal.records.saving.accounts import Draft, drafts_of, save_drafts
from portal.records.saving.community import save_community
from portal.records.saving.opening_balances import issue_openings, record_openings
from portal.records.saving.roll import link_people, meet_people, save_staff, staff_changes
from portal.records.saving.saving import Names, names_of, save, save_promises

TAKEN = N_("%(name)s is missing, so %(value)s is used. Add the column if that is wrong.")
NO_ASIDE = N_("The user running the import has no folder to write temporary files to. Set one as TMPDIR.")
# What matters too much to be taken silently.
WORTH_SAYING = ("fee_mode", "due_rule")

Changes = Mapping[str, list[Change]]
Ending = Callable[[Report], Awaitable[None]]


class _Undo(Exception):
    """Ends the unit of work without saving: a dry run, or mistakes."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def silent(what: str, done: int, whole: int = 0) -> None:
    """Tell nobody the progress of an import."""


async def nothing_more(report: Report) -> None:
    """Do nothing besides the import."""


async def import_estate(
    path: Path, code: str, *, dry_run: bool = False, actor: str, tell: Tell = silent, ending: Ending = nothing_more
) -> Report:
    """Import a folder into the community `code`, made if new. A dry run does all of it and then undoes it.

    All or nothing; the same files twice change nothing; rows and files that are absent are left alone. `ending` is
    done with the report in the same unit of work, once everything is saved: it is there if and only if the import is.
    """
    with _aside() as aside:
        result = await asyncio.to_thread(read_folder, path, Path(aside), tell)
        try:
            return await _import(result, code, dry_run=dry_run, actor=actor, tell=tell, ending=ending)
        except _Undo as undone:
            return undone.report


def _aside() -> tempfile.TemporaryDirectory[str]:
    """A folder for portions. Raises Refused: whoever reads that a file is missing would look in the wrong place."""
    try:
        return tempfile.TemporaryDirectory(prefix="portal-import-")
    except (FileNotFoundError, PermissionError):
        raise Refused(NO_ASIDE) from None


@retrying
async def _import(found: Found, code: str, dry_run: bool, actor: str, tell: Tell, ending: Ending) -> Report:
    async with unit_of_work():
        await advisory_lock(f"import:{code}")
        community = await fetch_value("SELECT id FROM community WHERE code = $1", code)
        if community is not None:
            await widen_scope(community)
            await advisory_lock(f"bill-run:{community}")  # a run and an import must not look past each other
        work = _Work(found, found.whole.again(), await known_of(code, found.whole), actor, tell)
        await work.do(code)
        if work.folder.faults:
            raise _Undo(Report(dry_run, errors=work.folder.faults.in_order(), warnings=work.folder.warnings.in_order()))
        report = work.report(dry_run)
        if any(report.created.values()) or any(report.updated.values()):
            await record(
                actor,
                AuditVerb.COMMUNITY_IMPORTED,
                f"community:{work.community}",
                community=work.community,
                created=report.created,
                updated=report.updated,
            )
        if dry_run:
            await fetch("SET CONSTRAINTS ALL IMMEDIATE")
            raise _Undo(report)
        await ending(report)
    return report


class _Work:
    """One import under way: each step checks its files, and saves them while nothing was found wrong."""

    def __init__(self, found: Found, folder: Folder, known: Known, actor: str, tell: Tell) -> None:
        self.found, self.folder, self.known, self.actor, self.tell = found, folder, known, actor, tell
        self.community = 0  # until it is saved
        self.created: Counter[str] = Counter()
        self.updated: Counter[str] = Counter()
        self.unchanged: Counter[str] = Counter()
        self.openings: list[Money] = []
        self.alike: dict[str, checks.Alike] = {}
        self.usual = Usual()

    @property
    def flawless(self) -> bool:
        """Whether to save; with a mistake the rest is only checked."""
        return not self.folder.faults

    async def do(self, code: str) -> None:
        """Check and save everything, in the order in which things refer to each other."""
        await self._whole(code)
        for n in self._portions() if "people" in self.found.stems else ():
            await self._people(n)
            await self._grown(n)
            self.tell("people", n + 1, self.found.portions)
        await self._committee()
        for n in self._portions():
            await self._homes(n)
            await self._grown(n)
            self.tell("units", n + 1, self.found.portions)
        if self.flawless:
            await link_people(self.community)
            await record_openings(self.community, self.openings, actor=self.actor)

    def _portions(self) -> Iterator[int]:
        """Each portion, while it helps anybody to look at more of them."""
        for n in range(self.found.portions):
            if not (self.found.too_many or self.folder.faults.enough):
                yield n

    async def _grown(self, n: int) -> None:
        """After portions 1, 2, 4, 8 … of a large import, let the planner see how many rows there are by now."""
        if self.found.portions > 1 and self.flawless and n + 1 & n == 0 and any(self.created.values()):
            await fetch("SELECT count_what_is_new()")

    async def _whole(self, code: str) -> None:
        folder, known = self.folder, self.known
        checks.check_whole(self.found, folder, known, code)
        checks.check_scopes(folder, await self._buildings(), self.found)
        stems = ("charge_items", "tariffs", "shared_costs", "service_standards")
        changes = {stem: known.changes(stem, folder) for stem in stems}
        estates = {(known.community["code"],): known.community} if known.community else {}
        changes["community"] = changes_of(folder.sheets.get("community"), estates)
        changes["staff"] = staff_changes(folder.sheets.get("staff"), known.of("staff"))
        drafts = await drafts_of(folder, known.community["id"] if known.community else None, self._today(changes))
        await check_billed_whole(folder, known, changes)
        await check_rises(folder, known, changes)
        await check_costs(folder, known)
        self._say_what_is_taken(changes["community"])
        if self.flawless:
            self.community = await save_community(known, changes["community"])
            await save("charge_items", self.community, changes["charge_items"], {})
            names = await names_of(self.community)
            await save("tariffs", self.community, changes["tariffs"], names)
            await announce(self.community, changes["tariffs"])
            await save("shared_costs", self.community, changes["shared_costs"], names)
            await save_promises(self.community, changes["service_standards"])
            await save_staff(self.community, changes["staff"])
            await save_drafts(self.community, drafts)
        self._count(changes)
        self._count_drafts(drafts)

    def _today(self, changes: Changes) -> date:
        """Where the estate lies."""
        estate = next((change.new for change in changes["community"]), self.known.community or {})
        return clock.today(estate.get("timezone") or SHANGHAI)

    async def _buildings(self) -> set[str]:
        if self.known.community is None:
            return set()
        rows = await fetch("SELECT DISTINCT building FROM unit WHERE community = $1", self.known.community["id"])
        return {row["building"] for row in rows}

    def _say_what_is_taken(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.old is None:
                for name in WORTH_SAYING:
                    if change.row.get(name) is None:
                        facts = {"name": name, "value": change.new[name]}
                        self.folder.warnings.append(fault("community", change.row.line, name, TAKEN, **facts))

    async def _people(self, n: int) -> None:
        portion = self.found.portion(n, ("people",), self.folder)
        if not portion.rows("people"):
            return
        known = await known_portion(self.known, portion, "people", alike=await self._alike("people"))
        checks.check_people(portion, known)
        changes = {"people": known.changes("people", portion)}
        if self.flawless:
            await save("people", self.community, changes["people"], {})
            await meet_people(changes["people"])
        self._count(changes)

    async def _committee(self) -> None:
        sheet = self.folder.sheets.get("committee")
        if sheet is None:
            return
        portion = Folder({"committee": sheet}, self.folder.faults, self.folder.warnings)
        checks.check_persons_named(portion, await self._persons(portion), self.found)
        known = await known_portion(self.known, portion, "committee")
        changes = {"committee": known.changes("committee", portion)}
        if self.flawless:
            await save("committee", self.community, changes["committee"], await self._names(portion))
        self._count(changes)

    async def _homes(self, n: int) -> None:
        portion = self.found.portion(n, BY_HOME, self.folder)
        if not any(sheet.rows for sheet in portion.sheets.values()):
            return
        here = [stem for stem in BY_HOME if stem in portion.sheets or stem in ("units", "occupancies")]
        known = await known_portion(self.known, portion, *here, alike=await self._alike("units"))
        checks.check_homes(portion, self.folder, known, self.found)
        checks.check_persons_named(portion, await self._persons(portion), self.found)
        await self.usual.homes(portion, known)
        changes = {stem: known.changes(stem, portion) for stem in BY_HOME}
        await check_billed_homes(portion, known, changes)
        if self.flawless:
            await self._save_homes(portion, changes)
        self._count(changes)

    async def _save_homes(self, portion: Folder, changes: Changes) -> None:
        await save("units", self.community, changes["units"], {})
        names = await self._names(portion)
        for stem in ("occupancies", "unit_charges", "meter_readings"):
            await save(stem, self.community, changes[stem], names)
        zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", self.community)
        on = clock.today(zone)
        self.openings += await issue_openings(self.community, changes["opening_balances"], names, on=on)

    async def _alike(self, stem: str) -> checks.Alike:
        """The known names of homes or persons without their spelling, asked for once."""
        if stem not in self.alike:
            new = self.known.community is None or stem not in self.found.stems
            self.alike[stem] = {} if new else await checks.alike_of(self.known.community["id"], stem)  # type: ignore[index]
        return self.alike[stem]

    async def _persons(self, portion: Folder) -> set[str]:
        """Who of the persons named in a portion is known."""
        if self.known.community is None:
            return set()
        rows = await fetch(
            "SELECT external_id FROM person WHERE community = $1 AND external_id = ANY($2)",
            self.known.community["id"],
            sorted(_named(portion, "person")),
        )
        return {row["external_id"] for row in rows}

    async def _names(self, portion: Folder) -> Names:
        return await names_of(self.community, units=_named(portion, "unit"), persons=_named(portion, "person"))

    def _count(self, changes: Changes) -> None:
        for stem, of_file in changes.items():
            created, same = sum(change.old is None for change in of_file), sum(change.same for change in of_file)
            self.created[stem] += created
            self.unchanged[stem] += same
            self.updated[stem] += len(of_file) - created - same

    def _count_drafts(self, drafts: Sequence[Draft]) -> None:
        for counted, n in ((self.created, 0), (self.updated, 1), (self.unchanged, 2)):
            counted["accounts"] = sum(draft.counts()[n] for draft in drafts)

    def report(self, dry_run: bool) -> Report:
        """The counts of each file that is there and kept."""
        stems = [stem for stem in FILES if stem in self.found.stems]
        return Report(
            dry_run,
            {stem: self.created[stem] for stem in stems},
            {stem: self.updated[stem] for stem in stems},
            {stem: self.unchanged[stem] for stem in stems},
            warnings=self.folder.warnings.in_order(),
        )


def _named(portion: Folder, column: str) -> set[str]:
    return {row.cells[column] for sheet in portion.sheets.values() for row in sheet.rows if row.cells.get(column)}
