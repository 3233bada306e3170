"""Record the cost of a collection step from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.overview.reports.states import Step
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import estates_to_pick, staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, reading, retrying, unit_of_work

MOST = Money(10_000_00)


@dataclass(frozen=True)
class Cost:
    """The cost of a step from a day on."""

    estate: str
    step: Step
    amount: Money
    starts_on: date


@dataclass(frozen=True)
class Costs:
    """All costs that were set, the latest first, and the estates where the reader may set them."""

    said: list[Cost]
    estates: list[tuple[str, str]]


@retrying
async def set_cost(by: Principal, community: int, step: Step, amount: Money, starts_on: date) -> None:
    """Set what a step costs from a day on; the costs of earlier steps stay. Zero is allowed.

    The same amount twice is written once.

    Raises Missing without finance or manager there, Invalid for a sum below zero or above MOST.
    """
    if not Money(0) <= amount <= MOST:
        raise Invalid("amount", N_("Enter the cost of one step, from 0 to %(most)s."), most=MOST)
    if community not in by.where(May.set_step_costs):
        raise Missing
    async with unit_of_work(community):
        await advisory_lock(f"step_cost:{community}")
        latest = await fetch_value(
            "SELECT amount FROM step_cost WHERE community = $1 AND step = $2 AND starts_on = $3"
            " ORDER BY at DESC LIMIT 1",
            community,
            step.value,
            starts_on,
        )
        if latest == amount.fen:
            return
        await fetch(
            "INSERT INTO step_cost (id, community, step, amount, starts_on, by_staff, at)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)",
            community,
            step.value,
            amount.fen,
            starts_on,
            await staff_of(by, community),
            clock.now(),
        )
        await record(
            by.actor, AuditVerb.STEP_COST_SET, f"community:{community}", community=community, step=step.value,
            amount=amount, on=starts_on,
        )  # fmt: skip


@reading
async def costs_of(by: Principal) -> Costs:
    """The costs in the estates whose figures the reader may see."""
    communities = list(by.where(May.read_reports))
    rows = await fetch(
        "SELECT s.*, c.name FROM step_cost s JOIN community c ON c.id = s.community WHERE s.community = ANY($1)"
        " ORDER BY c.code, s.step, s.starts_on DESC, s.at DESC",
        communities,
    )
    return Costs(
        [
            Cost(estate=row["name"], step=Step(row["step"]), amount=Money(row["amount"]), starts_on=row["starts_on"])
            for row in rows
        ],
        await estates_to_pick(by, May.set_step_costs),
    )
