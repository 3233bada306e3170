"""The wording of findings."""

from __future__ import annotations

from portal.accounts.findings.checks import Finding
from portal.accounts.statements.states import FindingKind
from portal.kit.display import percent
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money

SAYS = {
    FindingKind.off_prior: N_("“%(item)s” is %(sum)s; in the previous period it was %(other)s (%(percent)s)."),
    FindingKind.off_year: N_("“%(item)s” is %(sum)s; a year earlier it was %(other)s (%(percent)s)."),
    FindingKind.total_differs: N_("“%(item)s” is given as %(sum)s, but its lines add up to %(other)s."),
    FindingKind.note_differs: N_("“%(item)s” is %(sum)s, but the calculation in its note gives %(other)s."),
    FindingKind.capital_works: N_(
        "“%(item)s”, %(sum)s, is capital work. It must be paid from the maintenance fund, not from the service fee."
    ),
    FindingKind.lump_sum: N_(
        "“%(item)s”, %(sum)s, is more than 1%% of total income or expense and does not say what it was for."
    ),
    FindingKind.no_funding: N_("%(fund)s: %(other)s was spent, but no income is shown. How was it paid for?"),
    FindingKind.nothing_received: N_("“%(item)s”: no money was received."),
    FindingKind.no_term: N_("“%(item)s”: its contract has no end date."),
    FindingKind.no_contract: N_("“%(item)s” has no valid contract."),
    FindingKind.remuneration_differs: N_(
        "“%(item)s” is %(sum)s, but the base and rate of the remuneration give %(other)s."
    ),
    FindingKind.looks_like_total: N_(
        "“%(item)s”, %(sum)s, is counted as a line, although it equals the sum of other lines or is "
        "called a total or a balance."
    ),
    FindingKind.passed_on: N_(
        "%(fund)s: %(other)s more was collected for third parties than was passed on. All of it must be passed on."
    ),
    FindingKind.books_differ: N_("The service fee in this statement differs from the books, which show %(other)s."),
    FindingKind.books_silent: N_(
        "The service fee in this statement, %(other)s, could not be compared with the books, because "
        "they start later or the period is not made up of whole months. Where does the figure come from?"
    ),
    FindingKind.corrected: N_("“%(item)s” was %(other)s in the previous version and is now %(sum)s."),
}

# What a later version puts right, where a sum became neither another one.
NEW = N_("“%(item)s”, %(sum)s, is new in this version.")
LEFT_OUT = N_("“%(item)s”, %(other)s, has been removed in this version.")
ITS_WORDS = N_("“%(item)s”, %(sum)s: its description, its budget or its previous figure has changed.")

# For lines whose kind is only assumed.
UNNAMED = {
    FindingKind.books_differ: N_(
        "No line is marked as the service fee, and the one that may be it (“%(item)s”) differs from "
        "the books, which show %(other)s."
    ),
    FindingKind.no_contract: N_(
        "“%(item)s”, %(other)s in total: the register of common areas has no valid contract by this name."
    ),
}

FROM_NOTHING = {
    FindingKind.off_prior: N_("“%(item)s” is %(sum)s; in the previous period there was none."),
    FindingKind.off_year: N_("“%(item)s” is %(sum)s; a year earlier there was none."),
}

PAID_AHEAD = {
    FindingKind.passed_on: N_(
        "%(fund)s: %(other)s more was paid to third parties than was collected for them. Who covers it?"
    )
}


def said_of(finding: Finding) -> Sentence:
    """The finding as a sentence with its figures."""
    line, other, off = finding.line, finding.other, finding.percent
    facts: dict[str, object] = {"item": line.item, "sum": line.amount} if line else {}
    facts |= {"item": finding.name} if finding.name else {}
    facts |= {"fund": finding.fund} if finding.fund else {}
    below = finding.kind is FindingKind.passed_on and other is not None and other < Money(0)
    facts |= {"other": -other if below else other} if other is not None else {}
    facts |= {"percent": f"{'+' if off > 0 else ''}{percent(off)}"} if off is not None else {}
    says = SAYS | ({} if off is not None else FROM_NOTHING) | (PAID_AHEAD if below else {})
    says |= UNNAMED if finding.name else {}
    says |= {FindingKind.corrected: _corrected(finding)}
    return Sentence(says[finding.kind], facts)


def _corrected(finding: Finding) -> str:
    if finding.line is None:
        return LEFT_OUT
    if finding.other is None:
        return NEW
    return ITS_WORDS if finding.other == finding.line.amount else SAYS[FindingKind.corrected]
