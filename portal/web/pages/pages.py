"""Language and text size, which anyone can choose without signing in."""

from litestar import Router, post
from litestar.response import Redirect

from portal.kit.language import LANGUAGES
from portal.web.request.request_context import Request
from portal.web.request.session import keep_tastes, safe_next


@post("/language", name="web:language", opt={"public": True})
async def choose_language(request: Request) -> Redirect:
    """Answer in another language from now on; in the same one, if we do not speak that."""
    form = await request.form()
    wanted = form.get("language")
    response = Redirect(safe_next(form.get("next")), status_code=303)
    return await keep_tastes(request, response, language=wanted if wanted in LANGUAGES else None)


@post("/text-size", name="web:text-size", opt={"public": True})
async def choose_text_size(request: Request) -> Redirect:
    """Switch to larger text, or back to the usual size."""
    form = await request.form()
    response = Redirect(safe_next(form.get("next")), status_code=303)
    return await keep_tastes(request, response, large_text=form.get("size") == "large")


router = Router("/", route_handlers=[choose_language, choose_text_size])
