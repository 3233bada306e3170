"""The owner's first page."""

from litestar import Request, Router, get
from litestar.response import Template

from portal.overview.home import queries
from portal.people.notices.words import word
from portal.web.pages.guards import owner
from portal.web.pages.page import page
from portal.web.request.i18n import _, language


@get("/", name="home:show")
async def show(request: Request) -> Template:
    """What I owe and by when, what is new, what was done."""
    home = await queries.home_of(request.user)
    news = [(item, word(item.kind, item.facts, language()).subject) for item in home.news]
    return page(request, "overview/home/show.html", title=_("Home"), home=home, news=news)


router = Router("/", route_handlers=[show], guards=[owner])
