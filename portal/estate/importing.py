"""Bring in an estate: one unit of work that saves every file of a folder, or nothing at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Any

from portal.audit.actions import record
from portal.audit.states import AuditVerb
from portal.db import advisory_lock, fetch, fetch_value, retrying, unit_of_work, widen_scope
from portal.estate.accounts import Draft, drafts_of, save_drafts
from portal.estate.billed import check_billed
from portal.estate.checks import check
from portal.estate.columns import FILES, LATER, ORDER
from portal.estate.known import SQL, Cells, Change, Known, changes_of, known_of
from portal.estate.opening import issue_openings
from portal.estate.reading import Folder, read_folder
from portal.estate.report import Report, fault, in_order
from portal.estate.roll import link_people, save_staff, staff_changes
from portal.estate.saving import names_of, save
from portal.kit import clock
from portal.kit.i18n import N_

TAKEN = N_("%(name)s is not given, so %(value)s is used. Add the column if that is wrong.")
# What matters too much to be taken silently.
WORTH_SAYING = ("fee_mode", "due_rule")
# A unit before its occupancies, an item before its tariffs.
IN_TURN = ("units", "people", "charge_items", "occupancies", "committee", "tariffs", "unit_charges",
           "meter_readings", "shared_costs")  # fmt: skip


class _Undo(Exception):
    """Ends the unit of work without saving: a dry run, or mistakes."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


async def import_estate(folder: Path, code: str, *, dry_run: bool = False, actor: str) -> Report:
    """Import a folder into the community `code`, made if new. A dry run does all of it and then undoes it.

    All or nothing; the same files twice change nothing; rows and files that are absent are left alone.
    """
    found = await asyncio.to_thread(read_folder, folder)
    try:
        return await _import(found, code, dry_run, actor)
    except _Undo as undone:
        return undone.report


@retrying
async def _import(read: Folder, code: str, dry_run: bool, actor: str) -> Report:
    folder = Folder(read.sheets, list(read.faults), list(read.warnings))  # a retry begins with what was read
    async with unit_of_work():
        await advisory_lock(f"import:{code}")
        community = await fetch_value("SELECT id FROM community WHERE code = $1", code)
        if community is not None:
            await widen_scope(community)
            await advisory_lock(f"bill-run:{community}")  # a run and an import must not look past each other
        known = await known_of(code, folder)
        changes, drafts = await _checked(folder, known, code)
        if folder.faults:
            warnings = in_order(folder.warnings, ORDER)
            raise _Undo(Report(dry_run, errors=in_order(folder.faults, ORDER), warnings=warnings))
        await _save(known, changes, drafts, actor)
        report = _report(folder, changes, drafts, dry_run)
        if any(report.created.values()) or any(report.updated.values()):
            estate = await fetch_value("SELECT id FROM community WHERE code = $1", code)
            await record(
                actor,
                AuditVerb.COMMUNITY_IMPORTED,
                f"community:{estate}",
                community=estate,
                created=report.created,
                updated=report.updated,
            )
        if dry_run:
            await fetch("SET CONSTRAINTS ALL IMMEDIATE")
            raise _Undo(report)
    return report


async def _checked(folder: Folder, known: Known, code: str) -> tuple[dict[str, list[Change]], list[Draft]]:
    """Every change by file, after all checks have noted what is wrong."""
    check(folder, known, code)
    changes = {stem: changes_of(folder.sheets.get(stem), known.of(stem)) for stem in SQL if stem != "staff"}
    changes["staff"] = staff_changes(folder.sheets.get("staff"), known.of("staff"))
    estates = {(known.community["code"],): known.community} if known.community else {}
    changes["community"] = changes_of(folder.sheets.get("community"), estates)
    drafts = await drafts_of(folder, known.community["id"] if known.community else None)
    await check_billed(folder, known, changes)
    for change in changes["community"]:
        if change.old is None:
            folder.warnings += [
                fault("community", change.row.line, name, TAKEN, name=name, value=change.new[name])
                for name in WORTH_SAYING
                if change.row.get(name) is None
            ]
    return changes, drafts


async def _save(known: Known, changes: dict[str, list[Change]], drafts: Sequence[Draft], actor: str) -> None:
    community = await _save_community(known, changes["community"])
    names = await names_of(community)
    for stem in IN_TURN:
        await save(stem, community, changes[stem], names)
        if stem in names:
            names = await names_of(community)
    await link_people(community, changes["people"])
    await save_staff(community, changes["staff"])
    await save_drafts(community, drafts)
    zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", community)
    await issue_openings(community, changes["opening_balances"], names, on=clock.today(zone), actor=actor)


async def _save_community(known: Known, changes: Sequence[Change]) -> int:
    """The community's id; it is made, or its terms are brought up to date."""
    for change in changes:
        values = _terms(change.new)
        if change.old is None:
            made = await fetch_value(
                "INSERT INTO community (code, name, fee_mode, jurisdiction, timezone, currency, due_rule, hotline,"
                " contract_ref, opens_at, closes_at, acknowledge_hours, reply_hours, close_days, approval_limit,"
                " last_bill_number, last_payment_number, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, 24, 3, 50000, 0, 0, $12) RETURNING id",
                change.new["code"],
                *values,
                time(8, 30),
                time(17, 30),
                clock.real_now(),
            )
            await widen_scope(made)
            return made
        if not change.same:
            await fetch(
                "UPDATE community SET name = $2, fee_mode = $3, jurisdiction = $4, timezone = $5, currency = $6,"
                " due_rule = $7, hotline = $8, contract_ref = $9 WHERE id = $1",
                change.old["id"],
                *values,
            )
    assert known.community is not None, "checked before"
    return known.community["id"]


def _terms(cells: Cells) -> list[Any]:
    names = ("name", "fee_mode", "jurisdiction", "timezone", "currency", "due_rule", "hotline", "contract_ref")
    return [cells[name] for name in names]


def _report(folder: Folder, changes: dict[str, list[Change]], drafts: Sequence[Draft], dry_run: bool) -> Report:
    created: dict[str, int] = {}
    updated: dict[str, int] = {}
    unchanged: dict[str, int] = {}
    for stem in FILES:
        if stem not in folder.sheets or stem in LATER:
            continue
        if stem == "accounts":
            counts = [draft.counts() for draft in drafts]
            created[stem], updated[stem], unchanged[stem] = (sum(c[n] for c in counts) for n in range(3))
        else:
            found = changes[stem]
            created[stem] = sum(change.old is None for change in found)
            unchanged[stem] = sum(change.same for change in found)
            updated[stem] = len(found) - created[stem] - unchanged[stem]
    return Report(dry_run, created, updated, unchanged, warnings=in_order(folder.warnings, ORDER))
