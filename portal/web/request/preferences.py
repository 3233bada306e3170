"""How somebody likes to read, language and text size: kept in the browser, and with the person who is signed in."""

from collections.abc import Awaitable, Callable, Mapping

from litestar import Request
from litestar.response import Redirect

from portal.people.persons.principal import Principal
from portal.web.request.i18n import speak
from portal.web.request.session import remember

# people/actions: keeps tastes with the person, so that notices and other browsers follow them.
SaveTastes = Callable[[Principal, Mapping[str, object]], Awaitable[None]]


async def keep_tastes(
    request: Request, response: Redirect, *, language: str | None = None, large_text: bool | None = None
) -> Redirect:
    """Answer so from now on; what is None stays as it is."""
    if language is not None:
        speak(language)
        remember(request, response, "lang", language)
    if large_text is not None:
        remember(request, response, "text", "large" if large_text else "normal")
    tastes = {"language": language, "large_text": large_text}
    if request.user and request.app.state.save_tastes:
        await request.app.state.save_tastes(
            request.user, {name: value for name, value in tastes.items() if value is not None}
        )
    return response
