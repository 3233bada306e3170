"""A plan as its readers see it, in a list and on its own page, with what they can do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.care.plans.choosing import PlanLineRow
from portal.care.plans.rules import Part, PartRow, due_now
from portal.care.plans.states import PLAN_MOVES, TO_AGREE, PlanState
from portal.kit.i18n import Sentence
from portal.kit.money import Money, total


@dataclass(frozen=True)
class PlanRow:
    """A plan in a list. `next_due` is the first instalment that is not covered.

    `answer_by` is the last day for an answer to the request; `late` if it has passed without one.
    """

    id: UUID
    unit: str
    estate: str
    state: PlanState
    total: Money
    instalments: int
    first_on: date
    asked_at: datetime
    people: str
    paid: Money
    next_due: Part | None
    answer_by: date
    late: bool

    @property
    def waits(self) -> bool:
        """Whether staff have to answer."""
        return self.state is PlanState.requested


@dataclass(frozen=True)
class Reinstatement:
    """Why, when and by whom a broken plan was reinstated."""

    body: str
    at: datetime
    by: str


@dataclass(frozen=True)
class PlanPage:
    """A plan with all that its reader may know. `hardship` is None for readers who may not see it.

    `asked` are the parts in the owner's request if staff offered others. `missed` is the unpaid part of a broken plan's
    instalments whose grace is over.
    """

    plan: PlanRow
    community: int
    estate: str
    zone: str
    today: date
    parts: tuple[PartRow, ...]
    asked: tuple[Part, ...]
    lines: list[PlanLineRow]
    terms: tuple[Sentence, ...]
    hardship: str | None
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None
    agreed_text: str | None
    agreed_at: datetime | None
    agreed_sha256: str | None
    agreed_session: UUID | None
    agreed_by: str | None
    reinstatement: Reinstatement | None
    missed: Money
    may_answer: bool

    @property
    def left(self) -> Money:
        """The part of all instalments that is not covered."""
        return total(row.left for row in self.parts)

    @property
    def runs(self) -> bool:
        """Whether the plan is active."""
        return self.plan.state is PlanState.active

    @property
    def paid_up(self) -> bool:
        """Whether it is active and fully covered, so that the next look completes it."""
        return self.runs and not self.left

    @property
    def to_pay(self) -> list[UUID]:
        """The lines of an active or broken plan that have something to pay now."""
        going = self.plan.state in (PlanState.active, PlanState.broken)
        return [line.line for line in self.lines if going and self.left and line.payable]

    @property
    def payable(self) -> Money:
        """The sum to pay all of it at once."""
        return total(line.payable for line in self.lines)

    @property
    def due_now(self) -> Money:
        """The sum to pay next: the instalments due, or the next one; for a broken plan what was missed."""
        return min(due_now(self.parts, self.today) if self.runs else self.missed, self.payable)

    @property
    def second_chance(self) -> bool:
        """Whether it is broken and can still be reinstated."""
        return self.plan.state is PlanState.broken and not self.reinstatement and bool(self.left)

    @property
    def can_be_reinstated(self) -> bool:
        """Whether this reader can reinstate it now."""
        return self.may_answer and self.second_chance and not self.missed

    @property
    def can_be_agreed(self) -> bool:
        """Whether the owner can agree now."""
        return self.plan.state in TO_AGREE

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether the owner can withdraw it."""
        return PLAN_MOVES.allows(self.plan.state, PlanState.withdrawn)

    @property
    def can_be_answered(self) -> bool:
        """Whether this reader can refuse it now, or offer something else."""
        return self.may_answer and self.plan.waits

    @property
    def can_be_approved(self) -> bool:
        """Whether this reader can approve it as it is; not after its first date."""
        return self.can_be_answered and self.plan.first_on >= self.today
