"""The facts that the conditions of a claim look at, for one case, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.arrears.cases.facts import standings_of
from portal.arrears.cases.rules import LAST
from portal.arrears.cases.states import Reason
from portal.arrears.cases.terms import policies_of
from portal.arrears.claims.states import LIVE, ClaimKind
from portal.arrears.climbing.facts import known_before
from portal.arrears.climbing.gates import Check
from portal.arrears.ladder.queries import ladder_of
from portal.care.disputes.states import LIVE as LIVE_DISPUTES
from portal.collection.court.rules import Around, demanded_before, gates_of_path
from portal.homes.units.standing import members_of
from portal.platform.db.unit_of_work import fetch_one


@dataclass(frozen=True)
class Looked:
    """The gates of each path. Charges due before `demanded` were demanded in writing, and the time to pay is over."""

    gates: Mapping[ClaimKind, tuple[Check, ...]]
    demanded: date | None


_AROUND = """
SELECT (SELECT c.kind FROM claim c WHERE c.debtor = k.debtor AND c.state = ANY($2)) AS under_way,
 (SELECT min(s.on_day) FROM claim c JOIN claim_step s ON s.claim = c.id AND s.state = 'filed'
  WHERE c.debtor = k.debtor AND c.kind = 'mediation' AND s.on_day >= k.opened_on) AS mediated_on,
 (SELECT count(*) FROM dispute d WHERE d.debtor = k.debtor AND d.state = ANY($3)) AS complaints,
 (SELECT r.reason FROM case_reason r WHERE r.arrears_case = k.id ORDER BY r.at DESC LIMIT 1) AS reason
FROM arrears_case k WHERE k.id = $1
"""


async def gates_of_case(case: UUID, debtor: UUID, community: int, on: date) -> Looked:
    """The gates of all paths for a live case, and the day before which a demand covers its charges."""
    ladder, debtors = await ladder_of(community, on), {case: debtor}
    standing = (await standings_of(debtors, on, ladder))[case]
    policy = (await policies_of(ladder, {case: standing}, debtors, on))[case]
    known = await known_before(LAST, case, debtor, on)
    around = await _around(case, addressed=await _addressed(debtor, on))
    gates = {
        kind: gates_of_path(kind, standing, known=known, policy=policy, around=around, on=on) for kind in ClaimKind
    }
    return Looked(gates, demanded_before(known, policy, on))


async def _addressed(debtor: UUID, on: date) -> bool:
    return any(member.gets_letters for member in (await members_of([debtor], [on]))[debtor])


async def _around(case: UUID, *, addressed: bool) -> Around:
    row = await fetch_one(_AROUND, case, [state.value for state in LIVE], [state.value for state in LIVE_DISPUTES])
    assert row
    return Around(
        under_way=ClaimKind(row["under_way"]) if row["under_way"] else None,
        mediated_on=row["mediated_on"],
        complaints=row["complaints"],
        reason=Reason(row["reason"]) if row["reason"] else Reason.unknown,
        addressed=addressed,
    )
