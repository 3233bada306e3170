"""What holds for every route of the product: named, guarded, kebab-case, and refusing what is not its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.app import create_app
from portal.settings import Settings
from portal.web.guards import has_guard

PATH = re.compile(r"/|(/([a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|\.well-known|\{[a-z_]+:[a-z]+\}(\.[a-z]+)?))+")
NAME = re.compile(r"[a-z][a-z.\-_]*(:[a-z\-_.]+)?")


@pytest.fixture(scope="module")
def app() -> Litestar:
    return create_app(Settings("test", Path("var"), "http://127.0.0.1:8000", "s" * 40))


def handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Every route but the OPTIONS answers that Litestar adds by itself."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if handler.http_methods != {"OPTIONS"}:
                yield route.path, handler


def test_every_route_is_named_and_no_two_share_a_name(app: Litestar) -> None:
    found = list(handlers(app))
    assert len(found) > 5
    assert not [(path, h.name) for path, h in found if not NAME.fullmatch(h.name or "")]
    owners: dict[str, object] = {}
    assert not [h.name for _path, h in found if owners.setdefault(h.name, h.fn) is not h.fn]


def test_every_route_has_a_guard_or_is_public_by_its_own_word(app: Litestar) -> None:
    assert not [path for path, h in handlers(app) if not has_guard(h) and not h.opt.get("public")]
    assert not [
        path
        for path, h in handlers(app)
        if path.startswith("/desk") and h.opt.get("public") and "sign-in" not in path and "set-up" not in path
    ]


def test_paths_are_kebab_case_nouns_with_typed_parameters(app: Litestar) -> None:
    assert not [path for path, _h in handlers(app) if not PATH.fullmatch(path)]


def test_only_the_stripe_webhook_takes_requests_from_elsewhere(app: Litestar) -> None:
    assert {path for path, h in handlers(app) if h.opt.get("cross_site")} <= {"/webhooks/stripe"}


def test_there_is_no_public_documentation_no_debug_and_no_memory_store(app: Litestar) -> None:
    assert app.openapi_config is None
    assert app.debug is False
    assert not app.stores._stores
