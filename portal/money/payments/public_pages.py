"""The public check of a receipt: whether it is real, for anybody who holds it."""

from typing import Any

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Template

from portal.kit.words import _
from portal.money.payments.forms import CheckForm
from portal.money.payments.queries import receipt_called
from portal.web.pages.answers import go, page
from portal.web.request.request_context import Answer, Request


@get("/", name="receipt:ask")
async def ask(request: Request) -> Answer:
    """Ask for the code; with `code`, go to its receipt."""
    form: Any = CheckForm(request.query_params)
    if "code" not in request.query_params:
        return page(request, "money/payments/check.html", title=_("Check a receipt"), form=CheckForm())
    if form.validate():
        return go(request, "receipt:check", code=form.code.data)
    return page(request, "money/payments/check.html", title=_("Check a receipt"), form=form, status=422)


@get("/{code:str}", name="receipt:check")
async def check(request: Request, code: FromPath[str]) -> Template:
    """What the books say of the receipt with this code; 404 and what to do when there is none."""
    receipt = await receipt_called(code)
    title = _("This receipt is real") if receipt else _("No receipt has this code")
    return page(request, "money/payments/checked.html", title=title, receipt=receipt, status=200 if receipt else 404)


router = Router("/r", route_handlers=[ask, check], opt={"public": True})
