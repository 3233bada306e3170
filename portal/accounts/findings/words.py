"""How findings are worded."""

from __future__ import annotations

from portal.accounts.findings.checks import Finding
from portal.accounts.statements.states import FindingKind
from portal.kit.display import percent
from portal.kit.i18n import N_, Sentence
from portal.kit.money import Money

SAYS = {
    FindingKind.off_prior: N_("“%(item)s” is %(sum)s; in the period before it was %(other)s (%(percent)s)."),
    FindingKind.off_year: N_("“%(item)s” is %(sum)s; a year before it was %(other)s (%(percent)s)."),
    FindingKind.total_differs: N_("“%(item)s” says %(sum)s, but its lines add up to %(other)s."),
    FindingKind.note_differs: N_("“%(item)s” is %(sum)s, but the sum in its note comes to %(other)s."),
    FindingKind.capital_works: N_(
        "“%(item)s”, %(sum)s, is a capital work: it belongs to the maintenance fund, not to the service fee."
    ),
    FindingKind.lump_sum: N_("“%(item)s”, %(sum)s, is more than 1%% of its side and does not say what it was for."),
    FindingKind.no_funding: N_("%(fund)s: %(other)s was spent and no income is shown. What paid for it?"),
    FindingKind.nothing_received: N_("“%(item)s”: nothing was received."),
    FindingKind.no_term: N_("“%(item)s”: its contract names no term."),
    FindingKind.no_contract: N_("“%(item)s” has no contract in force."),
    FindingKind.remuneration_differs: N_(
        "“%(item)s” is %(sum)s, but base and rate of the remuneration come to %(other)s."
    ),
    FindingKind.looks_like_total: N_(
        "“%(item)s”, %(sum)s, is counted, though it equals the sum of other lines or is named a total or a balance."
    ),
    FindingKind.passed_on: N_(
        "%(fund)s: of what was collected for others, %(other)s more came in than was passed on. Nothing of it may stay."
    ),
    FindingKind.books_differ: N_("The service fee of this statement differs from the books, which say %(other)s."),
    FindingKind.books_silent: N_(
        "The service fee of this statement, %(other)s, is not compared with the books: they begin later, or its days"
        " are not whole months. Where does it come from?"
    ),
    FindingKind.corrected: N_("“%(item)s” was %(other)s in the version before and is %(sum)s now."),
}

# What a later version puts right, where a sum became neither another one.
NEW = N_("“%(item)s”, %(sum)s, is new in this version.")
LEFT_OUT = N_("“%(item)s”, %(other)s, is left out of this version.")
ITS_WORDS = N_("“%(item)s”, %(sum)s: its words, its budget or the period before are another.")

# Of lines that are not known to be what they may be.
UNNAMED = {
    FindingKind.books_differ: N_(
        "No line says that it is the service fee, and what may be it (“%(item)s”) differs from the books, which say"
        " %(other)s."
    ),
    FindingKind.no_contract: N_(
        "“%(item)s”, together %(other)s: the register of common areas has no contract of this name in force."
    ),
}

FROM_NOTHING = {
    FindingKind.off_prior: N_("“%(item)s” is %(sum)s; in the period before there was nothing of it."),
    FindingKind.off_year: N_("“%(item)s” is %(sum)s; a year before there was nothing of it."),
}

PAID_AHEAD = {
    FindingKind.passed_on: N_(
        "%(fund)s: %(other)s more was paid for others than was collected from them. Who bears it?"
    )
}


def said_of(finding: Finding) -> Sentence:
    """What was found, with its figures."""
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
