"""Error pages that say what to do; short text for machines."""

import logging
import secrets
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Template

from portal.kit.errors import Declined, Forbidden, Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.language import speak
from portal.kit.words import gettext_, say
from portal.platform.audit.actions import present_request
from portal.platform.db.engine import CommitUnknown, is_down
from portal.web.forms.forms import written
from portal.web.pages.answers import page
from portal.web.pages.guards import SignedOut, WhichEstate
from portal.web.request.cross_site import CrossSite
from portal.web.request.request_context import Request, arrive, web_of
from portal.web.request.session import language_of, own_path

log = logging.getLogger("portal.web")

WORDS = {
    400: (N_("This request could not be read"), N_("Please go back, check what you entered and try again.")),
    403: (
        N_("You do not have access to this page"),
        N_("Your account does not have permission. If in doubt, please ask the service centre."),
    ),
    404: (N_("Page not found"), N_("The address may be wrong, or the page may belong to someone else.")),
    405: (N_("This is not possible here"), N_("Please start again from the home page.")),
    409: (
        N_("This is no longer possible"),
        N_("Someone has changed it in the meantime. Please check its current state."),
    ),
    413: (N_("This is too large to send"), N_("Please go back and choose smaller photos: up to 10 MB each.")),
    422: (N_("Please check what you entered"), N_("Please go back, correct it and send it again.")),
    429: (N_("Too many attempts"), N_("Please wait a few minutes and try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Please try again. If it happens again, tell the service centre the number below."),
    ),
    503: (N_("The system is busy for a moment"), N_("Your data is safe. Please try again in a few seconds.")),
}
LOST = N_("The connection was lost while saving. Please check whether it was saved before sending it again.")
CROSS = N_("For your security this was not carried out, because it did not come from our own page.")


def on_error(request: Request, exc: Exception) -> Response[Any]:
    """The one handler for all exceptions."""
    speak(language_of(request))
    if isinstance(exc, SignedOut):
        target = f"{exc.door}?next={quote(exc.back, safe='/')}"
        if request.headers.get("HX-Request"):
            return Response(
                b"", headers={"HX-Redirect": target, "Vary": "HX-Request, HX-Request-Type"}, media_type="text/html"
            )
        return Redirect(target, status_code=303)
    if isinstance(exc, WhichEstate):
        return page(request, "layouts/estates.html", title=gettext_(N_("Choose an estate")), estates=exc.estates)
    status = status_of(exc)
    number = (present_request() or secrets.token_hex(6)) if status >= 500 else ""
    if status >= 500:
        # The template of the path: a set-up link carries its token in the path itself.
        log.error("%s %s failed [%s]", request.method, request.scope.get("path_template"), number, exc_info=exc)
    return problem(request, status, detail(exc), number)


def problem(request: Request, status: int, text: str = "", number: str = "") -> Response[Any]:
    """The page for a status; `text` replaces its usual explanation."""
    headers = {"Vary": "HX-Request-Type"}
    if status == 503:
        headers["Retry-After"] = "5"
    handler = request.scope.get("route_handler")
    if handler is not None and handler.opt.get("machine"):
        return Response(WORDS[status][0], status_code=status, headers=headers, media_type="text/plain")
    again = status == 503 and request.method == "GET"
    if again and not request.headers.get("HX-Request"):
        headers["Refresh"] = "5"
    arrive(request)
    title, usual = WORDS[status]
    base = web_of(request).base_url
    context = {
        "status": status, "title": gettext_(title), "text": text or gettext_(usual), "number": number,
        "again": again, "back": own_path(request.headers.get("referer"), base),
        "typed": written(request), "home": "/desk" if request.scope["path"].startswith("/desk") else "/",
    }  # fmt: skip
    partial = request.headers.get("HX-Request-Type") == "partial"
    name = "errors/partial.html" if partial else "errors/problem.html"
    return Template(name, context=context, status_code=status, headers=headers)


def status_of(exc: BaseException) -> int:
    """The HTTP status for an exception."""
    match exc:
        case Missing():
            return 404
        case Forbidden() | CrossSite():
            return 403
        case Refused():
            return 409
        case Invalid() | Declined():
            return 422
        case HTTPException(status_code=code):
            return code if code in WORDS else 400 if code < 500 else 500
    return 503 if is_down(exc) else 500


def detail(exc: Exception) -> str:
    """The message of the domain in the reader's language; empty for all other exceptions."""
    if isinstance(exc, Declined) and exc.sentence.text:
        return say(exc.sentence)
    if isinstance(exc, CrossSite):
        return gettext_(CROSS)
    return gettext_(LOST) if isinstance(exc, CommitUnknown) else ""
