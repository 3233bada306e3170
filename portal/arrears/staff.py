"""Arrears cases, the desk's side: the list with its sums, and the file of one case."""

from uuid import UUID

from litestar import Request, Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.arrears import queries
from portal.arrears.states import RUNGS, CaseState
from portal.web.guards import staff
from portal.web.i18n import _
from portal.web.page import PageNumber, page


@get("/", name="desk.cases:list")
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Cases with their sums; `state`, `stage`, `q` and `order=oldest` choose."""
    wanted = filter_of(request)
    found = await queries.cases_on_desk(request.user, wanted, number)
    return page(request, "desk/cases/list.html", title=_("Arrears cases"), found=found, wanted=wanted,
                states=list(CaseState), rungs=list(enumerate(RUNGS)))  # fmt: skip


def filter_of(request: Request) -> queries.Filter:
    """What the address asks for; nonsense asks for nothing."""
    asked = request.query_params
    state, stage = asked.get("state", ""), asked.get("stage", "")
    return queries.Filter(
        CaseState(state) if state in list(CaseState) else None,
        int(stage) if stage in ("0", "1", "2", "3", "4") else None,
        asked.get("q", "")[:80],
        asked.get("order") == "oldest",
    )


@get("/{case:uuid}", name="desk.cases:show")
async def show(request: Request, case: FromPath[UUID]) -> Template:
    """Complaint and debt in one file."""
    found = await queries.case_on_desk(request.user, case)
    return page(request, "desk/cases/show.html", title=_("Case %(unit)s", unit=found.case.unit), found=found)


router = Router("/desk/cases", route_handlers=[list_, show], guards=[staff(*queries.READERS)])
