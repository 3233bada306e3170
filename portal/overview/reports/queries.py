"""All reports for a period, for the desk and for the committee."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from portal.arrears.case_file.queries import figures
from portal.care.services.rounds import delivered_in
from portal.kit import clock
from portal.kit.period import Month
from portal.overview.reports.ageing import ageing_report, reason_report, stage_report
from portal.overview.reports.collection import collection_of, collection_report
from portal.overview.reports.rules import Report, Span
from portal.overview.reports.steps import action_report, delivered_report, outcome_report, promise_report
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.planner import patiently
from portal.platform.db.unit_of_work import fetch, reading


@dataclass(frozen=True)
class Reports:
    """All reports of the months asked for, of these estates together."""

    estates: list[str]
    span: Span
    this: Month
    reports: list[Report]

    def called(self, code: str) -> Report | None:
        """The one with this code."""
        return next((one for one in self.reports if one.code == code), None)


async def reports_of(by: Principal, first: Month | None = None, last: Month | None = None) -> Reports:
    """All reports for the estates where the reader may see them, first and last month included.

    Estates where the reader has a role without figures are in no sum.
    """
    scope = by.where(May.read_reports)
    by = replace(by, communities=scope, roles={community: by.roles[community] for community in scope})
    stages = (await figures(by)).by_stage
    estates, today, span, reports = await _counted(by, first, last)
    delivered = await delivered_in(by, span.first, span.last)
    reports.insert(2, stage_report(stages))
    return Reports(estates, span, Month.of(today), [*reports, delivered_report(delivered.delivered)])


@reading
async def _counted(
    by: Principal, first: Month | None, last: Month | None
) -> tuple[list[str], date, Span, list[Report]]:
    communities = list(by.communities)
    await patiently()
    rows = await fetch("SELECT name, timezone FROM community WHERE id = ANY($1) ORDER BY code", communities)
    today = clock.today(rows[0]["timezone"])
    span = Span.of(first, last, Month.of(today))
    return [row["name"] for row in rows], today, span, [
        collection_report(await collection_of(communities, span)),
        await ageing_report(communities, today),
        await reason_report(communities),
        await action_report(communities, span),
        await outcome_report(communities, span),
        await promise_report(communities, span),
    ]  # fmt: skip
