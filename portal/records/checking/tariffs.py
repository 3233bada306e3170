"""Checks within tariffs.csv: a rate where one is needed, per month, and one version at a time."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from portal.fees.rates.rules import by_month, other_time
from portal.fees.tariffs.rules import rate_in_figures
from portal.fees.tariffs.states import Formula
from portal.kit.i18n import N_
from portal.records.checking.queries import Cells, Change, Known, merged
from portal.records.checking.ties import overlaps
from portal.records.reading.parsing import Folder
from portal.records.reading.report import fault
from portal.records.reading.rows import Row

OVERLAP = N_("Another tariff for %(item)s and %(use)s applies until %(last)s. End it before this one starts.")
ENDLESS = N_("Another tariff for %(item)s and %(use)s has no end date. End it before this one starts.")
NEEDS_RATE = N_("The formula %(formula)s needs a rate. Enter it.")
NO_RATE = N_("The formula %(formula)s splits a cost and has no rate. Leave the cell empty.")
OTHER_TIME = N_(
    "Rates are per month, but “%(per)s” names another period. Enter the monthly rate, and here "
    "only the unit, such as 户; the number of months billed at once goes in cycle_months."
)
OTHER_RATE = N_(
    "Rates are per month, but “%(per)s” names another period. Enter %(rate)s as the rate, and "
    "here only the unit, such as 户; the number of months billed at once goes in cycle_months."
)
SEVERAL = N_(
    "Each bill covers %(months)s months: %(rate)s × %(months)s = %(whole)s. If %(rate)s is meant "
    "for all of them, enter the monthly rate."
)


def check_tariffs(folder: Folder, known: Known) -> None:
    """Report what is wrong with each tariff, and the sum of a bill that covers more than a month."""
    for row in folder.rows("tariffs"):
        _rate(row, folder, known)
    for change in known.changes("tariffs", folder):
        if not change.same:
            _month(change, folder)
    _overlapping(folder, known)


def _rate(row: Row, folder: Folder, known: Known) -> None:
    formula = row.get("formula")
    if not formula or "rate" in row.bad:
        return
    shares = Formula(formula).shares
    if shares and row.get("rate") is not None:
        folder.add("tariffs", row.line, "rate", NO_RATE, formula=formula)
    if not shares and row.get("rate") is None and not _known_rate(row, folder, known):
        folder.add("tariffs", row.line, "rate", NEEDS_RATE, formula=formula)


def _month(change: Change, folder: Folder) -> None:
    new, line = change.new, change.row.line
    formula, rate, months = Formula(new["formula"]), new["rate"], new["cycle_months"]
    other = other_time(formula, new["per"])
    if rate is None:
        return
    if other is not None:
        monthly = by_month(rate, other)
        sentence, more = (OTHER_RATE, {"rate": rate_in_figures(monthly)}) if monthly is not None else (OTHER_TIME, {})
        folder.add("tariffs", line, "per", sentence, per=new["per"], **more)
    elif months > 1 and formula in (Formula.per_area, Formula.fixed, Formula.per_quantity):
        figures = {"rate": rate_in_figures(rate), "whole": rate_in_figures(rate * Decimal(months))}
        folder.warnings.append(fault("tariffs", line, "cycle_months", SEVERAL, months=months, **figures))


def _overlapping(folder: Folder, known: Known) -> None:
    groups: dict[tuple[str, str], list[tuple[Cells, Row | None]]] = defaultdict(list)
    for cells, at in merged("tariffs", folder, known).values():
        groups[cells["item"], cells["use"]].append((cells, at))
    for (item, use), rows in groups.items():
        for (a, row_a), (_, row_b) in overlaps(rows):
            line = row_b or row_a
            if line:
                if a["to"]:
                    facts = {"item": item, "use": use, "last": a["to"].isoformat()}
                    folder.add("tariffs", line.line, "from", OVERLAP, **facts)
                else:
                    folder.add("tariffs", line.line, "from", ENDLESS, item=item, use=use)


def _known_rate(row: Row, folder: Folder, known: Known) -> bool:
    """Whether the file lacks the column and the tariff has a rate already."""
    sheet = folder.sheets["tariffs"]
    key = sheet.key(row)
    old = known.of("tariffs").get(key) if key else None
    return "rate" not in sheet.columns and old is not None and old["rate"] is not None
