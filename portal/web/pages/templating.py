"""The Jinja environment: strict, escaping, bilingual."""

import secrets
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from portal.kit import words
from portal.kit.language import language
from portal.people.persons.principal import Chosen
from portal.web.forms import unsent_forms
from portal.web.pages import filters
from portal.web.pages.answers import address
from portal.web.pages.assets import ROOT, Assets
from portal.web.pages.filters import tone_of
from portal.web.pages.guards import opens_to
from portal.web.request.flash import flashes
from portal.web.request.request_context import here, web_of

TEMPLATES = ROOT / "templates"


class Plain(Environment):
    """Templates whose globals are one dict: Jinja's chained maps are walked again for every import on every page."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's globals and a template's own."""
        return {**self.globals, **(d or {})}


def environment(assets: Assets, folders: Sequence[Path] = (TEMPLATES,), *, reload: bool = False) -> Environment:
    """Typos are errors, text is escaped, sentences come in the reader's language; `reload` is for writers of pages."""
    env = Plain(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext_, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext
    )
    env.filters.update(
        money=filters.money, signed=filters.signed, day=filters.day, short_day=filters.short_day,
        month=filters.month, moment=filters.moment, number=filters.number, percent=filters.percent, share=filters.share,
        masked=filters.masked, iso=filters.iso, label=words.label, say=words.say, translated=words.gettext_,
        tel=filters.tel, tels=filters.tels, dialled=filters.dialled,
    )  # fmt: skip
    env.globals.update(
        asset=assets.address, path_for=path_for, flashes=flashes, language=language, once_key=once_key,
        may_open=may_open, current_path=current_path, page_link=page_link,
        absolute=absolute, sandbox=in_sandbox, large_text=large_text, tone_of=tone_of, worded=words.worded,
        in_estate=in_estate, whose=whose_page, chosen_estate=chosen_estate, placed=placed, keeping=keeping,
    )  # fmt: skip
    return env


def templates(
    assets: Assets, folders: Sequence[Path] = (TEMPLATES,), *, reload: bool = False
) -> TemplateConfig[JinjaTemplateEngine]:
    """What Litestar renders with."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment(assets, folders, reload=reload)))


def path_for(route: str, /, *, query: dict[str, Any] | None = None, **params: Any) -> str:
    """In templates: the path of a named route."""
    return address(here(), route, query=query, **params)


def absolute(path: str) -> str:
    """In templates: the whole address of a path here, for those who follow it from elsewhere."""
    return web_of(here()).base_url + path


def may_open(route: str) -> bool:
    """In templates: whether the reader may do what this route asks for, so that no menu leads to a 403."""
    request = here()
    known, user = request.app.get_handler_index_by_name(route), request.scope.get("user")
    return known is None or user is None or opens_to(known["handler"], user.where)


def once_key() -> str:
    """A fresh key for a form, so that the server can tell a repeated POST from a second one."""
    return secrets.token_urlsafe(18)


def whose_page() -> str:
    """For a form: whose page it stands on, signed; empty where nobody is signed in."""
    user = here().scope.get("user")
    return unsent_forms.sealed(web_of(here()), user.human) if user is not None else ""


def current_path() -> str:
    """The path of the page being shown with its query: where to come back to."""
    url = here().url
    return f"{url.path}?{url.query}" if url.query else url.path


def page_link(number: int) -> str:
    """This page's address with another `page=` and everything else kept."""
    request = here()
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
    return f"{request.url.path}?{urlencode([*kept, ('page', number)])}"


def in_estate(code: str) -> str:
    """This page's address about one estate, or about all with an empty code, and everything else kept."""
    request = here()
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("page", "estate")]
    return f"{request.url.path}?{urlencode([*kept, *([('estate', code)] if code else [])])}"


def chosen_estate() -> Chosen | None:
    """The one estate that the address speaks of: forms and links that lead back to the page keep it."""
    user = here().scope.get("user")
    return user.chosen if user is not None else None


def keeping(path: str) -> str:
    """A path of the desk with the one estate that was chosen, so that a menu does not forget it."""
    estate = chosen_estate()
    if estate is None or not path.startswith("/desk") or "estate=" in path:
        return path
    where, _sign, behind = path.partition("#")
    kept = f"{where}{'&' if '?' in where else '?'}{urlencode({'estate': estate.code})}"
    return f"{kept}#{behind}" if behind else kept


def placed(home: str, estate: str) -> str:
    """A home's name, with its estate's for a reader who has to do with more than one at once."""
    user = here().scope.get("user")
    return f"{home} · {estate}" if user is not None and len(user.communities) > 1 else home


def in_sandbox() -> bool:
    """Whether to say that no money moves."""
    return web_of(here()).sandbox


def large_text() -> bool:
    """Whether the reader asked for larger text: the person's choice, else this browser's."""
    user = here().scope.get("user")
    return user.large_text if user is not None else here().cookies.get("text") == "large"
