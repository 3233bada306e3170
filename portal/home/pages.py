"""The owner's first page."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.home import queries
from portal.notices.words import word
from portal.web.guards import owner
from portal.web.i18n import _, language
from portal.web.page import page


@get("/", name="home:show")
async def show(request: Request) -> Template:
    """What I owe and by when, what is new, what was done."""
    home = await queries.home_of(request.user)
    news = [(item, word(item.kind, item.facts, language()).subject) for item in home.news]
    return page(request, "home/show.html", title=_("Home"), home=home, news=news)


router = Router("/", route_handlers=[show], guards=[owner])
