"""The desk's pages of cases: the list, one case and what is added to it, a home's debtors, limitation."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.arrears.case_file import forms, queries
from portal.arrears.case_file.actions import Said, record_standing
from portal.arrears.case_file.desk_queries import Owing, debtor_on_desk
from portal.arrears.cases.states import RUNGS, CaseState
from portal.arrears.climbing import actions as climbing
from portal.arrears.contacts import actions as contacts, desk_queries as onhold, holding, next_action
from portal.arrears.limitation import queries as clocks
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.people.persons.states import DebtorStanding
from portal.web.forms.forms import Choice, Day, Form, Phone, Text
from portal.web.forms.unsent_forms import begin, begun
from portal.web.pages.answers import PageNumber, flash, go, jpeg, page
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.cases:list", guards=[of_one_estate])
async def list_(request: Request, number: PageNumber = 1) -> Template:
    """Cases with their sums; `state`, `stage`, `q` and `order=oldest` filter and sort them."""
    wanted = filter_of(request)
    cases = await queries.cases_on_desk(request.user, wanted, number)
    return page(request, "arrears/case_file/desk/list.html", title=_("Arrears cases"), found=cases, wanted=wanted,
                states=list(CaseState), rungs=list(enumerate(RUNGS)))  # fmt: skip


def filter_of(request: Request) -> queries.Filter:
    """The filter in the address; values that make no sense are ignored."""
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
    """The disputes and debts of a case in one file, with the actions that are possible."""
    cut_off = await begun(
        request,
        contact=("contacts", forms.ContactForm),
        hold=("holds", forms.HoldForm),
        promise=("promise", forms.PromiseForm),
        reason=("reason", forms.ReasonForm),
        following=("next", forms.NextForm),
    )
    return await show_page(request, case, **cut_off)


@post("/{case:uuid}/contacts", name="desk.cases:contact", guards=[staff(May.contact_debtors)])
async def contact(request: Request, case: FromPath[UUID]) -> Answer:
    """Record a call, a visit or a talk."""
    form: Any = forms.ContactForm(await request.form())
    if form.validate() and await form.accepts(contacts.record_contact(request.user, case, **form.told)):
        flash(request, N_("Recorded. Entries cannot be changed; record another contact to add something."))
        return go(request, "desk.cases:show", case=case)
    return await show_page(request, case, status=422, contact=form)


@post("/{case:uuid}/holds", name="desk.cases:hold", guards=[staff(May.hold_cases)])
async def hold(request: Request, case: FromPath[UUID]) -> Answer:
    """Stop chasing for some time."""
    form: Any = forms.HoldForm(await request.form())
    if form.validate() and await form.accepts(
        holding.hold_by_hand(request.user, case, form.reason.data, form.until.data, form.amount.data)
    ):
        flash(request, N_("On hold. The hold ends automatically after %(day)s."), day=form.until.data)
        return go(request, "desk.cases:show", case=case)
    return await show_page(request, case, status=422, hold=form)


@post("/{case:uuid}/promise", name="desk.cases:promise", guards=[staff(May.contact_debtors)])
async def promise(request: Request, case: FromPath[UUID]) -> Answer:
    """Record a promise to pay."""
    form: Any = forms.PromiseForm(await request.form())
    if form.validate() and await form.accepts(contacts.promise(request.user, case, form.on.data, form.amount.data)):
        flash(request, N_("Recorded. Whether it is kept will be shown here."))
        return go(request, "desk.cases:show", case=case)
    return await show_page(request, case, status=422, promise=form)


@post("/{case:uuid}/reason", name="desk.cases:reason", guards=[staff(May.contact_debtors)])
async def reason(request: Request, case: FromPath[UUID]) -> Answer:
    """Record why nothing is paid."""
    form: Any = forms.ReasonForm(await request.form())
    if form.validate():
        await contacts.set_reason(request.user, case, form.reason.data)
        flash(request, N_("Recorded."))
        return go(request, "desk.cases:show", case=case)
    return await show_page(request, case, status=422, reason=form)


@post("/{case:uuid}/next", name="desk.cases:next", guards=[staff(May.contact_debtors)])
async def next_(request: Request, case: FromPath[UUID]) -> Answer:
    """Set what to do next, by whom and when."""
    form: Any = forms.NextForm(await request.form())
    step, on, who = form.next_step.data, form.next_on.data, form.who.data or ""
    if form.validate() and await form.accepts(next_action.set_next(request.user, case, step, on, who)):
        flash(request, N_("Recorded."))
        return go(request, "desk.cases:show", case=case)
    return await show_page(request, case, status=422, following=form)


@post("/{case:uuid}/step", name="desk.cases:step", guards=[staff(May.climb_cases)])
async def step(request: Request, case: FromPath[UUID]) -> Answer:
    """Climb to the next stage."""
    reached = await climbing.take_step(request.user, case)
    flash(request, N_("The case is now at stage %(stage)s."), stage=reached)
    return go(request, "desk.cases:show", case=case)


@get("/{case:uuid}/contacts/{contact:uuid}/photos/{photo:uuid}", name="desk.cases:photo")
async def photo(request: Request, case: FromPath[UUID], contact: FromPath[UUID], photo: FromPath[UUID]) -> Answer:
    """A photo that was taken at a visit."""
    return jpeg(await queries.photo_of_contact(request.user, case, contact, photo))


async def show_page(request: Request, case: UUID, status: int = 200, **sent: Form) -> Template:
    """The file with its forms; `sent` is the one that came back with errors."""
    case_view = await queries.case_on_desk(request.user, case)
    empty: dict[str, Any] = {
        "contact": forms.ContactForm(),
        "hold": forms.HoldForm(),
        "promise": forms.PromiseForm(),
        "reason": forms.ReasonForm(),
        "following": forms.NextForm(),
    }
    title = _("Case %(unit)s", unit=case_view.case.unit)
    wrong = next(iter(sent.values()), None)
    return page(
        request,
        "arrears/case_file/desk/show.html",
        status=status,
        title=title,
        found=case_view,
        wrong=wrong,
        **(empty | sent),
    )


router = Router(
    "/desk/cases",
    route_handlers=[list_, show, contact, hold, promise, reason, next_, step, photo],
    guards=[staff(May.read_cases)],
)


@get("/limitation", name="desk.limitation:list", guards=[staff(May.read_limitation)])
async def limitation(request: Request, number: PageNumber = 1) -> Template:
    """Cases by the first day on which the limitation period of one of their lines ends."""
    ending_soon = await clocks.ending_soon(request.user, number)
    return page(
        request, "arrears/case_file/desk/limitation.html", title=_("Limitation period ending soon"), found=ending_soon
    )


@get("/holds", name="desk.holds:list", guards=[staff(May.read_holds)])
async def holds(request: Request, number: PageNumber = 1) -> Template:
    """Holds placed by staff, by the day on which they end."""
    holds_view = await onhold.holds_by_hand(request.user, number)
    return page(request, "arrears/case_file/desk/holds.html", title=_("Manual holds"), found=holds_view)


ending_router = Router("/desk", route_handlers=[limitation, holds])


class StandingForm(Form):
    """The standing of somebody who owes: owner, former owner, deceased or heir."""

    person = Choice(N_("Which person"), coerce=UUID, look="select", required=False)
    standing = Choice(N_("Status"), DebtorStanding, look="select", missing=N_("Choose the status."))
    since = Day(N_("Since"), hint=N_("Date of death, or the day they moved away."))
    evidence = Text(
        N_("Evidence"),
        most=200,
        hint=N_(
            "Type and number of the document, for example a death certificate or a notarised document, or who told us."
        ),
        missing=N_("Enter the evidence."),
    )
    represented_by = Text(
        N_("Heir or administrator of the inheritance"),
        most=80,
        required=False,
        hint=N_("Name or resident number. Only if the owner has died."),
    )
    phone = Phone(N_("Heir's mobile number"), required=False)
    address = Text(
        N_("Postal address"),
        most=200,
        required=False,
        hint=N_("Address of the heir or former owner, never the home itself."),
    )

    def about(self, debtor: Owing) -> Any:
        """The same form with the people it may be about."""
        self.person.options = [(str(one.person), one.whose) for one in debtor.members]
        return self

    @property
    def said(self) -> Said:
        """The values entered, once they are valid."""
        typed = self.data
        return Said(
            standing=typed["standing"],
            since=typed["since"],
            evidence=typed["evidence"],
            person=typed["person"] or None,
            address=typed["address"] or "",
            represented_by=typed["represented_by"] or "",
            phone=typed["phone"] or None,
        )


@get("/{debtor:uuid}", name="desk.debtors:show")
async def show_debtor(request: Request, debtor: FromPath[UUID]) -> Template:
    """The debtor's people, their standing, and the form to change it."""
    return await debtor_page(request, debtor, await begin(request, StandingForm))


@post("/{debtor:uuid}/standing", name="desk.debtors:standing", guards=[staff(May.contact_debtors)])
async def standing(request: Request, debtor: FromPath[UUID]) -> Answer:
    """Record a person's standing."""
    form = StandingForm(await request.form()).about(await debtor_on_desk(request.user, debtor))
    if form.validate() and await form.accepts(record_standing(request.user, debtor, form.said), also_refused=True):
        flash(request, N_("Recorded. It applies from now on, including to messages still waiting to be sent."))
        return go(request, "desk.debtors:show", debtor=debtor)
    return await debtor_page(request, debtor, form, status=form.status)


async def debtor_page(request: Request, debtor: UUID, form: StandingForm, status: int = 200) -> Template:
    """The debtor's page, for both verbs."""
    debtor_view = await debtor_on_desk(request.user, debtor)
    title = _("Debtors for %(unit)s", unit=debtor_view.unit)
    return page(
        request,
        "arrears/case_file/desk/debtor.html",
        status=status,
        title=title,
        found=debtor_view,
        form=form.about(debtor_view),
    )


debtors_router = Router("/desk/debtors", route_handlers=[show_debtor, standing], guards=[staff(May.read_cases)])
