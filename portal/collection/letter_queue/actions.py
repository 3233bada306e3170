"""Notices for a whole building: requested on the desk, issued by the worker one transaction each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from asyncpg import Record

from portal.collection.letter_queue.desk_queries import waiting_in
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.states import LetterKind
from portal.kit import clock
from portal.kit.errors import Declined, Missing, Refused
from portal.kit.i18n import N_, Bilingual, Sentence
from portal.kit.ids import id_of
from portal.kit.language import CHINESE, ENGLISH, LANGUAGES, speaking
from portal.kit.words import say
from portal.people.estates.creditor import Paper
from portal.people.estates.queries import creditor_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import community_called, in_the_name_of, staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.engine import alone
from portal.platform.db.unit_of_work import (
    advisory_lock,
    fetch,
    fetch_one,
    fetch_value,
    reading,
    retrying,
    unit_of_work,
)
from portal.platform.jobs.queue import enqueue

STANDS_STILL = timedelta(minutes=2)
NOBODY = N_("No home in this building is waiting for a notice any more.")
NOT_HERE = N_("The person who requested the notices is no longer allowed to issue one for this home.")


@dataclass(frozen=True)
class LeftOut:
    """A home that got no notice, and the reason at that time."""

    case: UUID
    unit: str
    why: Bilingual


@dataclass(frozen=True)
class Batch:
    """The progress of a building's notices, in homes; who was left out, and since when it has not moved."""

    id: UUID
    code: str
    building: str
    homes: int
    done: int
    issued: int
    refused: int
    silent: timedelta
    left_out: Sequence[LeftOut]

    @property
    def waiting(self) -> bool:
        """Whether the worker still has homes to do."""
        return self.done < self.homes

    @property
    def stands_still(self) -> bool:
        """Whether it has not moved for a while although there is work."""
        return self.waiting and self.silent > STANDS_STILL


@retrying
async def ask_notices(by: Principal, code: str, building: str, pay_at: str, *, once: str | None = None) -> UUID:
    """Ask for a notice to each home of a building that waits for one, at most 200; returns the batch's id.

    Asked twice, nobody gets two. Raises Missing for another estate, Refused if no home waits.
    """
    batch = id_of(by.human, once)
    community = await community_called(by, code, May.issue_notices)
    cases = [case.id for case in await waiting_in(by, code, building)]
    async with unit_of_work(community):
        await advisory_lock(f"letter-batch-asked:{batch}")  # a double click may send two requests at the same time
        if await fetch_value("SELECT id FROM letter_batch WHERE id = $1", batch):
            return batch
        if not cases:
            raise Refused(NOBODY)
        (await creditor_of(community)).must_fill(Paper.letter)
        await fetch(
            "INSERT INTO letter_batch (id, community, building, cases, done, issued, refused, pay_at, by_staff,"
            " asked_at, changed_at) VALUES ($1, $2, $3, $4, 0, 0, 0, $5, $6, $7, $7)",
            batch,
            community,
            building,
            cases,
            pay_at,
            await staff_of(by, community),
            clock.real_now(),
        )
        await record(
            by.actor, AuditVerb.LETTERS_ASKED, f"letter_batch:{batch}", community=community, building=building,
            homes=len(cases),
        )  # fmt: skip
        await enqueue("write_letters", batch=str(batch), community=str(community))
    return batch


async def write_letters(*, batch: str, community: str) -> None:
    """The worker's part, in the name of whoever asked and with their roles now. After a crash it continues."""
    where, which = int(community), UUID(batch)
    async with alone(f"letter-batch:{batch}"):
        async with unit_of_work(where, read_only=True):
            row = await fetch_one("SELECT * FROM letter_batch WHERE id = $1", which)
            by = await in_the_name_of(row["by_staff"]) if row else None
        if row and by:
            for done, case in list(enumerate(row["cases"]))[row["done"] :]:
                await _note(row, done, case, await _issued(by, row, case))


async def _issued(by: Principal, row: Record, case: UUID) -> Sentence | None:
    """Why the home gets no notice; None if it has one, also from an attempt that crashed before it was counted."""
    try:
        await issue_letter(by, case, LetterKind.notice, row["pay_at"], once=f"{row['id']}:{case}")
    except Declined as error:
        return error.sentence if error.sentence.text else Sentence(NOT_HERE)
    return None


async def _note(row: Record, done: int, case: UUID, why: Sentence | None) -> None:
    left_out = [{"case": str(case)} | {tongue: in_words(why, tongue) for tongue in LANGUAGES}] if why else []
    async with unit_of_work(row["community"]):
        await fetch(
            "UPDATE letter_batch SET done = done + 1, issued = issued + 1 - $3, refused = refused + $3,"
            " changed_at = $4, left_out = coalesce(left_out, '[]') || $5::jsonb WHERE id = $1 AND done = $2",
            row["id"],
            done,
            len(left_out),
            clock.real_now(),
            json.dumps(left_out, ensure_ascii=False),
        )


def in_words(sentence: Sentence, tongue: str) -> str:
    """The sentence as text in this language, to be kept as it was said."""
    with speaking(tongue):
        return say(sentence)


@reading
async def batch_of(by: Principal, batch: UUID) -> Batch:
    """The progress of a batch. Raises Missing."""
    row = await fetch_one(
        "SELECT b.id, c.code, b.building, cardinality(b.cases) AS homes, b.done, b.issued, b.refused, b.changed_at,"
        " b.left_out"
        " FROM letter_batch b JOIN community c ON c.id = b.community WHERE b.id = $1 AND b.community = ANY($2::int[])",
        batch,
        list(by.where(May.read_letter_batches)),
    )
    if row is None:
        raise Missing
    shown = {name: value for name, value in row.items() if name not in ("changed_at", "left_out")}
    left_out = await _left_out(json.loads(row["left_out"] or "[]"))
    return Batch(**shown, silent=clock.real_now() - row["changed_at"], left_out=left_out)


async def _left_out(kept: Sequence[dict[str, str]]) -> list[LeftOut]:
    rows = await fetch(
        "SELECT k.id, u.name FROM arrears_case k JOIN unit u ON u.id = k.unit WHERE k.id = ANY($1::uuid[])",
        [one["case"] for one in kept],
    )
    units = {row["id"]: row["name"] for row in rows}
    return [LeftOut(UUID(one["case"]), units[UUID(one["case"])], Bilingual(one[CHINESE], one[ENGLISH])) for one in kept]
