"""The two choices anybody may make without signing in: language and text size."""

from collections.abc import Awaitable, Callable

from litestar import Request, Router, post
from litestar.response import Redirect

from portal.people.principal import Principal
from portal.web.i18n import LANGUAGES, speak
from portal.web.next_path import safe_next
from portal.web.session import remember

# people/actions: keeps a taste with the person, so that notices and other browsers follow it.
SaveTaste = Callable[[Principal, str, object], Awaitable[None]]


@post("/language", name="web:language", opt={"public": True})
async def choose_language(request: Request) -> Redirect:
    """Answer in another language from now on."""
    form = await request.form()
    wanted = form.get("language")
    response = Redirect(safe_next(form.get("next")), status_code=303)
    if wanted in LANGUAGES:
        speak(wanted)
        remember(request, response, "lang", wanted)
        await _save(request, "language", wanted)
    return response


@post("/text-size", name="web:text-size", opt={"public": True})
async def choose_text_size(request: Request) -> Redirect:
    """Larger text, or the usual size again."""
    form = await request.form()
    large = form.get("size") == "large"
    response = Redirect(safe_next(form.get("next")), status_code=303)
    remember(request, response, "text", "large" if large else "normal")
    await _save(request, "large_text", large)
    return response


async def _save(request: Request, taste: str, value: object) -> None:
    if request.user and request.app.state.save_taste:
        await request.app.state.save_taste(request.user, taste, value)


router = Router("/", route_handlers=[choose_language, choose_text_size])
