"""The desk's register of common areas: contracts, income, spending."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Template

from portal.accounts.common_areas import actions
from portal.accounts.common_areas.forms import ContractForm, MovementForm, ReceiptForm
from portal.accounts.common_areas.queries import contract_at, registers_at
from portal.accounts.common_areas.states import Beneficiary, Rhythm
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.people.persons.queries import estates_to_pick
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import of_one_estate, staff
from portal.web.request.request_context import Answer, Request


@get("/", name="desk.common_areas:list", guards=[of_one_estate])
async def list_(request: Request) -> Template:
    """The registers of the reader's estates."""
    registers = await registers_at(request.user)
    return page(request, "accounts/common_areas/desk/list.html", title=_("Common areas"), estates=registers)


@get("/new", name="desk.common_areas:new", guards=[staff(May.register_common_areas)])
async def new(request: Request) -> Template:
    """The form for a contract."""
    form = await begin(request, ContractForm, rhythm=Rhythm.month, beneficiary=Beneficiary.estate)
    return await contract_page(request, form)


@post("/new", name="desk.common_areas:register", guards=[staff(May.register_common_areas)])
async def register(request: Request) -> Answer:
    """Register a contract."""
    form: Any = await _offered(request, ContractForm(await request.form()))
    if form.validate() and await form.accepts(
        actions.register_contract(request.user, form.community.data, form.agreed())
    ):
        return _saved(request)
    return await contract_page(request, form, status=422)


@get("/movements/new", name="desk.common_areas:new_movement", guards=[staff(May.register_common_areas)])
async def new_movement(request: Request) -> Template:
    """The form for money spent."""
    return await movement_page(request, await begin(request, MovementForm))


@post("/movements/new", name="desk.common_areas:move", guards=[staff(May.register_common_areas)])
async def move(request: Request) -> Answer:
    """Record money that was spent or came in otherwise."""
    form: Any = await _offered(request, MovementForm(await request.form()))
    if form.validate() and await form.accepts(
        actions.record_movement(request.user, form.community.data, form.moved(), once=form.once)
    ):
        return _saved(request)
    return await movement_page(request, form, status=422)


@get("/{contract:uuid}", name="desk.common_areas:show")
async def show(request: Request, contract: FromPath[UUID]) -> Template:
    """A contract, with the form for what came in."""
    return await show_page(request, contract, await begin(request, ReceiptForm))


@post("/{contract:uuid}/receipts", name="desk.common_areas:receive", guards=[staff(May.register_common_areas)])
async def receive(request: Request, contract: FromPath[UUID]) -> Answer:
    """Record money that came in."""
    form = ReceiptForm(await request.form())
    if form.validate() and await form.accepts(
        actions.record_receipt(request.user, contract, form.came(), once=form.once)
    ):
        return _saved(request)
    return await show_page(request, contract, form, status=422)


@get("/{contract:uuid}/renewal", name="desk.common_areas:renewal", guards=[staff(May.register_common_areas)])
async def renewal(request: Request, contract: FromPath[UUID]) -> Template:
    """The form for a contract that replaces this one, filled with its terms."""
    estate, row = await contract_at(request.user, contract)
    form = await begin(
        request, ContractForm, community=estate, source_zh=row.source.zh, source_en=row.source.en, price=row.price,
        rhythm=row.rhythm, beneficiary=row.beneficiary, building=row.building, decided_by=row.decided_by,
    )  # fmt: skip
    return await contract_page(request, form, contract)


@post("/{contract:uuid}/renewal", name="desk.common_areas:renew", guards=[staff(May.register_common_areas)])
async def renew(request: Request, contract: FromPath[UUID]) -> Answer:
    """Replace a contract by a renewed or corrected one."""
    estate, _row = await contract_at(request.user, contract)
    form: Any = ContractForm(await request.form())
    form.community.offer([(str(estate), "")])
    if form.validate() and await form.accepts(
        actions.register_contract(request.user, estate, form.agreed(), replaces=contract)
    ):
        return _saved(request)
    return await contract_page(request, form, contract, status=422)


async def _offered(request: Request, form: Any) -> Any:
    form.community.offer(await estates_to_pick(request.user, May.register_common_areas))
    return form


def _saved(request: Request) -> Answer:
    flash(request, N_("Recorded."))
    return go(request, "desk.common_areas:list")


async def contract_page(request: Request, form: Any, of: UUID | None = None, status: int = 200) -> Template:
    """The form for a contract, or for one that replaces another."""
    return page(request, "accounts/common_areas/desk/contract.html", status=status,
                title=_("Common-area contract"), form=await _offered(request, form), of=of)  # fmt: skip


async def movement_page(request: Request, form: Any, status: int = 200) -> Template:
    """The form for money spent."""
    return page(request, "accounts/common_areas/desk/movement.html", status=status, title=_("Owners' common funds"),
                form=await _offered(request, form))  # fmt: skip


async def show_page(request: Request, contract: UUID, form: ReceiptForm, status: int = 200) -> Template:
    """A contract with the form for what came in."""
    _estate, row = await contract_at(request.user, contract)
    return page(request, "accounts/common_areas/desk/show.html", status=status,
                title=_("Common-area contract"), one=row, form=form)  # fmt: skip


router = Router(
    "/desk/common-areas",
    route_handlers=[list_, new, register, new_movement, move, show, receive, renewal, renew],
    guards=[staff(May.read_common_areas)],
)
