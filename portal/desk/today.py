"""What is due today, as one list to print and take along."""

from dataclasses import dataclass

from litestar import Request, Router, get
from litestar.response import Template

from portal.corrections.queries import CorrectionRow, corrections_at
from portal.db import reading
from portal.disputes.desk import Card, queue_of
from portal.people.principal import Principal, Role
from portal.plans.queries import PlanRow, plans_on_desk
from portal.plans.states import PlanState
from portal.web.guards import staff
from portal.web.i18n import _
from portal.web.page import page

DISPUTES = (Role.service, Role.finance, Role.manager)
PLANS = (Role.finance, Role.manager)


@dataclass(frozen=True)
class Today:
    """Late first, then what is due today; requests that wait for an answer."""

    late: list[Card]
    due: list[Card]
    plans: list[PlanRow]
    corrections: list[CorrectionRow]

    @property
    def nothing(self) -> bool:
        """Whether the list is empty."""
        return not (self.late or self.due or self.plans or self.corrections)


@reading
async def today_of(by: Principal) -> Today:
    """The reader's list: only queues that they may work in."""
    disputes, plans = by.with_role(*DISPUTES), by.with_role(*PLANS)
    late = (await queue_of(by, "late")).cards if disputes else []
    due = (await queue_of(by, "today")).cards if disputes else []
    return Today(
        late,
        [card for card in due if card not in late],
        (await plans_on_desk(by, PlanState.requested)).plans if plans else [],
        [row for row in await corrections_at(by) if row.can_be_answered] if plans else [],
    )


@get("/today", name="desk:today", guards=[staff()])
async def today(request: Request) -> Template:
    """Today's list."""
    return page(request, "desk/today.html", title=_("Due today"), today=await today_of(request.user))


router = Router("/desk", route_handlers=[today])
