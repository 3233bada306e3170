"""Pages for machines: is the process alive, can it serve, how is it doing."""

from litestar import MediaType, Response, Router, get

from portal.overview.health.queries import as_metrics, health
from portal.web.request.request_context import Answer, Request

MACHINE = {"public": True, "machine": True, "skip_session": True, "often": True}


@get("/healthz", name="health:live", media_type=MediaType.TEXT)
async def live() -> str:
    """The process answers."""
    return "ok\n"


@get("/readyz", name="health:ready")
async def ready(request: Request) -> Answer:
    """200 or 503, with every finding: red only for database, migrations or worker."""
    result = await health(request.app.state.settings)
    return Response(result.as_json(), status_code=200 if result.ready else 503, media_type=MediaType.JSON)


@get("/metrics", name="health:metrics")
async def metrics(request: Request) -> Answer:
    """The same as gauges, one a line."""
    result = await health(request.app.state.settings)
    return Response(as_metrics(result), media_type="text/plain; version=0.0.4")


router = Router("/", route_handlers=[live, ready, metrics], opt=MACHINE)
