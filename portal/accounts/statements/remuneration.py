"""The manager's remuneration on a commission basis (酬金制), and who a surplus belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from portal.accounts.statements.rules import Line
from portal.accounts.statements.states import Basis, LineKind, RemunerationBase, Side, StatementFund, StatementKind
from portal.kit.i18n import N_
from portal.kit.money import Money, total
from portal.people.estates.states import FeeMode

OWNED = {
    (StatementFund.service_fee, FeeMode.lump_sum): N_(
        "Fixed fee (lump sum): the company keeps any surplus and bears any shortfall."
    ),
    (StatementFund.service_fee, FeeMode.commission): N_(
        "Costs plus remuneration (commission basis): any surplus belongs to the owners, and they bear any shortfall."
    ),
}
OWNERS = N_("All of it belongs to the owners.")


@dataclass(frozen=True)
class Terms:
    """What a statement's figures are based on, and whether they are a plan.

    `rate` is a ratio (0.09); `outside` are the positions of lines left out of its base.
    """

    basis: Basis = Basis.cash
    fee_mode: FeeMode | None = None
    base: RemunerationBase | None = None
    rate: Decimal | None = None
    outside: tuple[int, ...] = ()
    kind: StatementKind = StatementKind.actual


def shares(lines: Sequence[Line]) -> list[Line]:
    """The lines that are the manager's share."""
    return [
        line for line in lines
        if (line.fund, line.side, line.kind) == (StatementFund.service_fee, Side.expense, LineKind.remuneration)
    ]  # fmt: skip


def base_of(lines: Sequence[Line], terms: Terms) -> Money:
    """The base of the share, without the lines left out, in fen: expenses paid, or fees received or receivable."""
    side = Side.expense if terms.base is RemunerationBase.paid else Side.income
    own = shares(lines)
    return total(
        line.amount for line in lines
        if line.fund is StatementFund.service_fee and line.side is side and not line.is_total
        and line not in own and line.position not in terms.outside
    )  # fmt: skip


def share_due(lines: Sequence[Line], terms: Terms) -> Money | None:
    """Base times rate, to the nearest fen; None without a rate."""
    if terms.rate is None:
        return None
    return Money.of_yuan(Fraction(base_of(lines, terms).fen, 100) * Fraction(terms.rate))


def whose(fund: StatementFund, mode: FeeMode | None) -> str:
    """Who owns a surplus, as a sentence to be translated (物业服务收费管理办法 9, 12); empty if unknown."""
    if fund is not StatementFund.service_fee:
        return OWNERS
    return OWNED[fund, mode] if mode else ""
