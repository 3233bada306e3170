"""Notifications in a person's own browsers: on, off, and where they are on."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.params import FromPath
from wtforms import HiddenField

from portal.kit.i18n import N_
from portal.overview.home.inbox import ways_page
from portal.people.persons.devices import add_device, remove_device
from portal.web.forms.forms import Form
from portal.web.pages.guards import owner
from portal.web.pages.page import flash, go


class DeviceForm(Form):
    """What a browser says of itself when notifications are turned on in it."""

    endpoint = HiddenField()
    p256dh = HiddenField()
    auth = HiddenField()


@post("/settings/notices/devices", name="devices:add")
async def add(request: Request) -> Response:
    """Show notices in this browser."""
    form: Any = DeviceForm(await request.form())
    sandbox = request.app.state.settings.vapid_push_base
    keys = {name: form[name].data or "" for name in ("endpoint", "p256dh", "auth")}
    if not await form.accepts(add_device(request.user, **keys, sandbox=sandbox)):
        return await ways_page(request, device=form, status=422)  # type: ignore[return-value]
    flash(request, N_("Notifications are on in this browser."))
    return go(request, "inbox:ways")


@post("/settings/notices/devices/{device_id:uuid}/end", name="devices:remove")
async def remove(request: Request, device_id: FromPath[UUID]) -> Response:
    """Show none there any more."""
    await remove_device(request.user, device_id)
    flash(request, N_("Notifications are off there."))
    return go(request, "inbox:ways")


router = Router("/", route_handlers=[add, remove], guards=[owner])
