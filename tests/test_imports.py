"""What a file is, is told by what it imports, not by its name: it speaks HTTP, it asks the database, or it is pure.

Imports inside functions count, and so does what an imported file imports.
"""

from __future__ import annotations

from functools import cache

import grimp
from grimp import ImportGraph

HTTP = ("litestar", "litestar_htmx", "jinja2", "wtforms", "portal.web")
DATABASE = ("asyncpg", "piccolo", "pgqueuer", "portal.platform.db")
OUTSIDE = ("stripe", "httpx", "smtplib", "socket", "subprocess", "portal.platform.process", "portal.platform.jobs")
# Texts of messages are made with the same templates as pages; there is no request in them.
NO_HTTP = ("portal.people.notices.words", "jinja2")
BOTH = {
    "portal.run.serving": "it opens the pool with the application",
    "portal.web.pages.errors": "it tells a database that is down from a fault of ours",
}
STARTS = "portal.run"  # it starts web, worker and commands, so it knows them all
# They touch neither, but what they are made for does.
BETWEEN = {
    "documents": "a paper of what a query has read",
    "portal.accounts.findings.checks": "looks at the books that a query has read",
    "portal.accounts.findings.versions": "compares what the checks found",
    "portal.accounts.findings.words": "says what the checks found",
    "portal.accounts.statement_pages.rows": "puts together what several queries have read",
    "portal.arrears.cases.reaching": "asks lower queries, and has no statement of its own",
    "portal.care.plans.rows": "what queries of plans have read",
    "portal.money.checkout.cancelling": "calls two actions, one after the other",
    "portal.records.reading.folder": "a workbook is read in a process of its own",
    "portal.records.checking.tariffs": "looks at what a query has read",
    "portal.records.checking.ties": "looks at what a query has read",
}


def heads(graph: ImportGraph, module: str, wanted: tuple[str, ...]) -> set[str]:
    """What a module itself imports of these packages."""
    imported = graph.find_modules_directly_imported_by(module)
    return {one for one in imported if any(one == head or one.startswith(f"{head}.") for head in wanted)}


def reached(graph: ImportGraph, module: str, wanted: tuple[str, ...]) -> bool:
    """Whether a module imports any of these packages, by itself or through what it imports."""
    known = {module, *graph.find_upstream_modules(module)}
    return any(one == head or one.startswith(f"{head}.") for one in known for head in wanted)


@cache
def whole() -> ImportGraph:
    """Every import of the product and the demo, but the one that is none of HTTP."""
    graph = grimp.build_graph("portal", "demo", include_external_packages=True, cache_dir=None)
    graph.remove_import(importer=NO_HTTP[0], imported=NO_HTTP[1])
    return graph


def files(graph: ImportGraph) -> list[str]:
    """Every module of ours, packages too: an `__init__.py` can import as well."""
    return sorted(one for one in graph.modules if one.split(".")[0] in ("portal", "demo"))


def speaking_and_asking(graph: ImportGraph) -> set[str]:
    """Files that speak HTTP and ask the database or Stripe themselves."""
    return {one for one in files(graph) if heads(graph, one, HTTP) and heads(graph, one, (*DATABASE, "stripe"))}


def knowing_http_unsaid(graph: ImportGraph) -> set[str]:
    """Files of the domain that know HTTP through what they import."""
    domain = [one for one in files(graph) if not one.startswith((STARTS, "portal.web", "demo"))]
    return {one for one in domain if not heads(graph, one, HTTP) and reached(graph, one, HTTP)}


def between(graph: ImportGraph) -> set[str]:
    """Files that look pure, since they import no database, HTTP or process themselves, but are not."""
    touched = (*HTTP, *DATABASE, *OUTSIDE)
    domain = [one for one in files(graph) if not one.startswith((STARTS, "portal.platform", "portal.web", "demo"))]
    return {one for one in domain if not heads(graph, one, touched) and reached(graph, one, touched)}


def impure_rules(graph: ImportGraph) -> set[str]:
    """Rules, states and values that know anything but values."""
    pure = [one for one in files(graph) if one.startswith("portal.kit.") or one.endswith((".rules", ".states"))]
    assert len(pure) > 50
    return {one for one in pure if reached(graph, one, (*HTTP, *DATABASE, *OUTSIDE))}


def test_a_file_speaks_http_or_asks_the_database_never_both() -> None:
    assert speaking_and_asking(whole()) == set(BOTH)


def test_the_domain_knows_no_http() -> None:
    assert knowing_http_unsaid(whole()) == set()


def test_rules_states_and_values_are_pure() -> None:
    assert impure_rules(whole()) == set()


def test_what_touches_nothing_is_pure_or_says_why_not() -> None:
    found = {one.rsplit(".", 1)[-1] if one.rsplit(".", 1)[-1] in BETWEEN else one for one in between(whole())}
    assert found == set(BETWEEN)


def test_rules_are_given_the_day() -> None:
    pure = [one for one in files(whole()) if one.endswith((".rules", ".states"))]
    assert not [one for one in pure if "portal.kit.clock" in whole().find_modules_directly_imported_by(one)]


def test_each_file_that_breaks_a_contract_is_seen_whatever_it_is_called() -> None:
    graph = grimp.build_graph("portal", "demo", include_external_packages=True, cache_dir=None)
    graph.remove_import(importer=NO_HTTP[0], imported=NO_HTTP[1])
    graph.add_import(importer="portal.fees.tariffs.amounts", imported="portal.fees.tariffs.queries")
    assert impure_rules(graph) == {"portal.fees.runs.rules"}
    assert "portal.fees.tariffs.amounts" in between(graph)
    graph.add_import(importer="portal.care.plans.choosing", imported="portal.web.pages.guards")
    assert "portal.care.plans.choosing" in speaking_and_asking(graph)
    assert "portal.care.plans.rows" in knowing_http_unsaid(graph)
    graph.add_import(importer="portal.money.corrections.desk_pages", imported="stripe")
    assert "portal.money.corrections.desk_pages" in speaking_and_asking(graph)
