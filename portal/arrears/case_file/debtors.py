"""The desk's page of those who owe for a home: how each of them stands, and what becomes known of it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.arrears.case_file.owing import Owing, debtor_on_desk
from portal.arrears.case_file.standing import Said, record_standing
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.people.persons.states import DebtorStanding
from portal.web.forms.forms import Choice, Day, Form, Phone, Text
from portal.web.forms.unsent_forms import begin
from portal.web.pages.guards import staff
from portal.web.pages.page import flash, go, page
from portal.web.request.i18n import _


class StandingForm(Form):
    """What became of somebody who owes."""

    person = Choice(N_("Of whom"), coerce=UUID, look="select", required=False)
    standing = Choice(N_("What is known"), DebtorStanding, look="select", missing=N_("Choose what is known."))
    since = Day(N_("Since"), hint=N_("The day of the death, or from which they live elsewhere."))
    evidence = Text(
        N_("What shows it"),
        most=200,
        hint=N_("Its kind and number, for example the death certificate or the notary's document; or who told it."),
        missing=N_("Enter what shows it."),
    )
    represented_by = Text(
        N_("Heir, or who administers the estate"),
        most=80,
        required=False,
        hint=N_("Their name, or their number on the roll. Only for somebody who has died."),
    )
    phone = Phone(N_("The heir's own number"), required=False)
    address = Text(
        N_("Postal address"),
        most=200,
        required=False,
        hint=N_("Of the heir, or of an owner of before: never the home itself."),
    )

    def about(self, found: Owing) -> Any:
        """The same form with the people it can be about."""
        self.person.options = [(str(one.person), one.whose) for one in found.members]
        return self

    @property
    def said(self) -> Said:
        """What was typed, once it is valid."""
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
async def show(request: Request, debtor: FromPath[UUID]) -> Template:
    """Who owes, how they stand, and the form."""
    return await show_page(request, debtor, await begin(request, StandingForm))


@post("/{debtor:uuid}/standing", name="desk.debtors:standing", guards=[staff(May.contact_debtors)])
async def standing(request: Request, debtor: FromPath[UUID]) -> Response:
    """Record what became known."""
    form = StandingForm(await request.form()).about(await debtor_on_desk(request.user, debtor))
    if form.validate() and await form.accepts(record_standing(request.user, debtor, form.said), also_refused=True):
        flash(request, N_("Recorded. It holds from now on, also for what was still waiting to be sent."))
        return go(request, "desk.debtors:show", debtor=debtor)
    return await show_page(request, debtor, form, status=form.status)  # type: ignore[return-value]


async def show_page(request: Request, debtor: UUID, form: StandingForm, status: int = 200) -> Template:
    """The page, for both verbs."""
    found = await debtor_on_desk(request.user, debtor)
    title = _("Who owes for %(unit)s", unit=found.unit)
    return page(
        request, "arrears/case_file/desk/debtor.html", status=status, title=title, found=found, form=form.about(found)
    )


router = Router("/desk/debtors", route_handlers=[show, standing], guards=[staff(May.read_cases)])
