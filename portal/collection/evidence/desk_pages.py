"""Download of the evidence pack of a case."""

from uuid import UUID

from litestar import Response, Router, get
from litestar.params import FromPath

from portal.collection.evidence.actions import evidence_of
from portal.people.persons.permissions import May
from portal.web.pages.guards import staff
from portal.web.request.request_context import Request


@get("/{case:uuid}/evidence.zip", name="desk.cases:evidence", guards=[staff(May.export_evidence)])
async def evidence_zip(request: Request, case: FromPath[UUID]) -> Response[bytes]:
    """The evidence pack, the same bytes for the same facts on the same day."""
    name, content = await evidence_of(request.user, case)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/zip", headers=headers)


router = Router("/desk/cases", route_handlers=[evidence_zip])
