"""The homes that wait for a notice: at its stage, not written to yet, and given no time by what they said or asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from portal.arrears.case_file.rows import Outline, outlines_where
from portal.arrears.cases.states import CaseState
from portal.arrears.respite.queries import given_of
from portal.arrears.respite.rules import pause_on
from portal.collection.letters.facts import SUPERSEDED
from portal.collection.letters.recipients import ARRIVED
from portal.collection.letters.states import FROM_STAGE, LetterKind
from portal.homes.units.standing import AT_HOME

# Letters to owners of before are not among those that are brought to a building: they are sent to their own address.
HERE = AT_HOME.format(debtor="k.debtor", day="({now}::timestamptz AT TIME ZONE c.timezone)::date")
# No notice was written since the case was opened, or only one that is superseded and never arrived.
_UNWRITTEN = f"""
k.community = ANY($3::int[]) AND ($4::text IS NULL OR coalesce(u.building, '') = $4) AND k.state = 'open'
AND k.stage = $5 AND NOT EXISTS (SELECT FROM letter l WHERE l.arrears_case = k.id AND l.kind = 'notice'
  AND ({ARRIVED} OR NOT {SUPERSEDED})) AND ($6::boolean IS NULL OR {HERE.format(now="$1")} = $6)
"""


async def homes_waiting(
    communities: Sequence[int], building: str | None = None, *, at_home: bool | None = True
) -> list[Outline]:
    """The cases of some communities, or of one building there, to which a notice may go today; in the running work.

    Those who are not `at_home` are not among them, as nothing is brought there for them, unless asked for (None: all).
    The time that a letter gives keeps no new one from them once it is superseded.
    """
    stage = FROM_STAGE[LetterKind.notice]
    found = await outlines_where(_UNWRITTEN, list(communities), building, stage, at_home)
    given = await given_of({case.id: case.on for case in found})
    return [
        case
        for case in found
        if case.state is CaseState.open and case.stage == stage and case.chaseable > case.small
        and pause_on(replace(given[case.id], letter=None), case.on) is None
    ]  # fmt: skip
