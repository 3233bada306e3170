"""The desk's imports: upload, check, confirm, result."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromPath
from litestar.response import Template

from portal.kit.words import _
from portal.people.persons.permissions import May
from portal.records.import_requests import queries
from portal.records.import_requests.actions import cancel_import, confirm_import, upload_import
from portal.records.import_requests.forms import ImportForm
from portal.records.import_requests.rules import MOST_BYTES, NAMES, TOO_MUCH
from portal.records.reading.explained import WORKBOOK, sheets, template_csv, template_xlsx
from portal.web.forms.unsent_forms import begin
from portal.web.pages.answers import go, page
from portal.web.pages.guards import staff, stepped_up
from portal.web.request.request_context import Answer, Request

BODY_BYTES = MOST_BYTES + 2**20  # the files, and the form around them


@get("/", name="desk.imports:list")
async def list_(request: Request) -> Template:
    """The imports so far, and the form for the next one."""
    return await list_page(request, await begin(request, ImportForm))


@post("/", name="desk.imports:upload", request_max_body_size=BODY_BYTES)
async def upload(request: Request) -> Answer:
    """Store the files and have them checked; nothing is imported yet."""
    form = await _sent(request)
    if (
        form.summary
        or not form.validate()
        or not await form.accepts(upload_import(request.user, form.community.data, form.files.data, form.once))
    ):
        return await list_page(request, form, status=422)
    return go(request, "desk.imports:show", upload=form.outcome)


@get("/files", name="desk.imports:files")
async def files(request: Request) -> Template:
    """The meaning of the files and their columns."""
    return page(
        request,
        "records/import_requests/files.html",
        title=_("Import files"),
        sheets=sheets(),
        workbook=WORKBOOK,
    )


@get("/files/{file:str}", name="desk.imports:template", sync_to_thread=True)
def template(file: FromPath[str]) -> Response[bytes]:
    """A file to fill in: one .csv, or the workbook with all of them."""
    content = template_xlsx() if file == WORKBOOK else template_csv(file.removesuffix(".csv"))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if file == WORKBOOK else "text/csv"
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{file}"'})


@get("/{upload:uuid}", name="desk.imports:show")
async def show(request: Request, upload: FromPath[UUID]) -> Template:
    """The progress of an import, then what it would do, then what it has done."""
    import_view = await queries.import_at(request.user, upload)
    return page(request, "records/import_requests/show.html", fragment="records/import_requests/_import.html",
                quiet=True, title=_("Import"), found=import_view)  # fmt: skip


@post("/{upload:uuid}/confirmation", name="desk.imports:confirm", guards=[stepped_up])
async def confirm(request: Request, upload: FromPath[UUID]) -> Answer:
    """Confirm the import under one's own name."""
    await confirm_import(request.user, upload)
    return go(request, "desk.imports:show", upload=upload)


@post("/{upload:uuid}/cancellation", name="desk.imports:cancel")
async def cancel(request: Request, upload: FromPath[UUID]) -> Answer:
    """Cancel the import."""
    await cancel_import(request.user, upload)
    return go(request, "desk.imports:show", upload=upload)


async def _sent(request: Request) -> ImportForm:
    """The fields that were sent; a body that is larger than any form of ours is not read."""
    try:
        return ImportForm(await request.form())
    except RequestEntityTooLarge:
        form = ImportForm()
        form.form_errors.append(_(TOO_MUCH, megabytes=MOST_BYTES // 2**20))
        return form


async def list_page(request: Request, form: ImportForm, status: int = 200) -> Template:
    """The list with the form, for both verbs."""
    result: dict[str, Any] = {
        "imports": await queries.imports_of(request.user),
        "estates": await queries.estates_of(request.user),
    }
    return page(request, "records/import_requests/list.html", status=status, title=_("Imports"), form=form, names=NAMES,
                megabytes=MOST_BYTES // 2**20, **result)  # fmt: skip


router = Router(
    "/desk/imports",
    route_handlers=[list_, files, template, upload, show, confirm, cancel],
    guards=[staff(May.import_files)],
)
