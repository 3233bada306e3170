"""The pieces that the application is put together from: `Litestar(**litestar_parts(settings, routers))`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from litestar import Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.logging import LoggingConfig

from portal.platform.process.settings import Settings
from portal.web.forms.unsent_forms import Holder
from portal.web.pages.assets import Assets
from portal.web.pages.errors import on_error
from portal.web.pages.guards import closed
from portal.web.pages.pages import router as choices
from portal.web.pages.templating import TEMPLATES, templates
from portal.web.request.cross_site import SameSiteOnly
from portal.web.request.headers import EveryAnswer
from portal.web.request.readable import Asked, Readable
from portal.web.request.request_context import Web
from portal.web.request.session import FindPrincipal, SaveTastes, Session

# Routes that take photos say `request_max_body_size=UPLOAD_BYTES`, the webhook its own.
BODY_BYTES = 64 * 1024


def litestar_parts(
    settings: Settings,
    routers: Sequence[Any],
    *,
    find_principal: FindPrincipal,
    holder: Holder | None = None,
    save_tastes: SaveTastes | None = None,
    folders: Sequence[Path] = (TEMPLATES,),
) -> dict[str, Any]:
    """Keyword arguments for Litestar; the caller may add `on_startup`, `lifespan` and the like.

    `find_principal(token)` comes from people.queries, `holder` is people.held, `save_tastes` people.actions.
    """
    web = Web(settings.base_url, settings.secret_key.encode(), settings.sandbox, settings.checkout_origin)
    assets = Assets()
    handlers: list[Router] = [assets.router(), choices, *routers]
    return {
        "route_handlers": handlers,
        "request_class": Asked,
        "template_config": templates(assets, folders, reload=settings.sandbox),
        "middleware": [Readable(), SameSiteOnly(), Session(find_principal)],
        "guards": [closed],
        "exception_handlers": {Exception: on_error},
        "before_send": [EveryAnswer(web)],
        "compression_config": CompressionConfig(
            backend="brotli", brotli_gzip_fallback=True, brotli_quality=4, minimum_size=700, exclude_opt_key="packed"
        ),
        "state": State({"web": web, "holder": holder, "save_tastes": save_tastes}),
        "request_max_body_size": BODY_BYTES,
        "multipart_form_part_limit": 1000,
        "openapi_config": None,
        "debug": False,
        "logging_config": LoggingConfig(log_exceptions="never", configure_root_logger=False),
    }
