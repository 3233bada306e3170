"""The desk's pages of bill runs: ask for one, preview, publish."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.fees.run_requests import desk_queries as runs
from portal.fees.run_requests.actions import approve_run, ask_run
from portal.fees.run_requests.forms import ApprovalForm, RunForm
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import go, page
from portal.web.pages.guards import staff
from portal.web.request.request_context import Answer, Request


@get("/bill-runs", name="desk.bill-runs:list", guards=[staff(May.read_bill_runs)])
async def list_runs(request: Request) -> Template:
    """The runs so far, and the form for the next one."""
    return await runs_page(request, await begin(request, RunForm))


@post("/bill-runs", name="desk.bill-runs:ask", guards=[staff(May.run_bills)])
async def ask(request: Request) -> Answer:
    """Ask for the preview of a month; nothing is issued yet."""
    form = RunForm(await request.form())
    if not form.validate():
        return await runs_page(request, form, status=422)
    asked = await ask_run(request.user, form.community.data, form.month, form.issued_on.data)
    return go(request, "desk.bill-runs:show", run=asked)


@get("/bill-runs/{run:uuid}", name="desk.bill-runs:show", guards=[staff(May.read_bill_runs)])
async def show_run(request: Request, run: FromPath[UUID]) -> Template:
    """The progress of a run, then what it would add compared with the last time, then what it issued."""
    return await run_page(request, run, await begin(request, ApprovalForm))


@post("/bill-runs/{run:uuid}/publication", name="desk.bill-runs:publish", guards=[staff(May.run_bills)])
async def publish(request: Request, run: FromPath[UUID]) -> Answer:
    """Approve a previewed run under one's own name; the worker publishes it."""
    form = ApprovalForm(await request.form())
    if not form.validate() or not await form.accepts(approve_run(request.user, run, form.accepted)):
        return await run_page(request, run, form, status=422)
    return go(request, "desk.bill-runs:show", run=run)


async def run_page(request: Request, run: UUID, form: ApprovalForm, status: int = 200) -> Template:
    """The page of a run, with the form that approves it."""
    run_view = await runs.run_at(request.user, run)
    form.offer([(change.code, change.name) for change in run_view.zero])
    fragment = "fees/run_requests/_run.html" if status == 200 else None
    return page(
        request, "fees/run_requests/run.html", status=status, fragment=fragment, quiet=True, title=_("Bill run"),
        found=run_view, form=form,
    )  # fmt: skip


async def runs_page(request: Request, form: RunForm, status: int = 200) -> Template:
    """The page that both the GET and a form with errors show."""
    result: dict[str, Any] = {
        "runs": await runs.runs_of(request.user),
        "asked": await runs.asked_runs(request.user),
        "estates": await runs.estates_of(request.user),
    }
    return page(request, "fees/run_requests/runs.html", status=status, title=_("Bill runs"), form=form, **result)


router = Router("/desk", route_handlers=[list_runs, ask, show_run, publish])
