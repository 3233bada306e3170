"""What a later version of a statement changes, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.accounts.findings.checks import Finding
from portal.accounts.statements.rules import Line
from portal.accounts.statements.states import FindingKind, StatementFund
from portal.kit.i18n import Bilingual


@dataclass(frozen=True)
class Change:
    """A line that differs: `before` is None for a new line, `after` for one that is gone."""

    before: Line | None
    after: Line | None

    @property
    def item(self) -> Bilingual:
        """Its name."""
        return self._one.item

    @property
    def fund(self) -> StatementFund:
        """Its fund."""
        return self._one.fund

    @property
    def figures_stay(self) -> bool:
        """Whether only words differ: its English name or its note."""
        return bool(self.before and self.after) and _figures(self.before) == _figures(self.after)

    @property
    def _one(self) -> Line:
        result = self.after or self.before
        assert result, "a change has a side"
        return result


def changes(before: Sequence[Line], after: Sequence[Line]) -> list[Change]:
    """The lines that differ between two versions in any figure or word; their positions are not compared.

    Lines with the same name are matched by their order. Applied to the first version, the changes give the second one.
    """
    old, new = _keyed(before), _keyed(after)
    keys = [*new, *(key for key in old if key not in new)]
    return [Change(old.get(key), new.get(key)) for key in keys if _words(old.get(key)) != _words(new.get(key))]


def corrected(change: Change) -> Finding:
    """A change as a finding, which everybody sees and which may be explained."""
    before = change.before.amount if change.before else None
    if change.after:
        return Finding(FindingKind.corrected, change.after, other=before)
    return Finding(FindingKind.corrected, fund=change.fund, other=before, name=change.item)


def _keyed(lines: Sequence[Line]) -> dict[tuple[object, ...], Line]:
    seen: Counter[tuple[object, ...]] = Counter()
    keyed: dict[tuple[object, ...], Line] = {}
    for line in sorted(lines, key=lambda line: line.position):
        name = (line.fund, line.side, line.category, line.item.zh)
        keyed[(*name, seen[name])] = line
        seen[name] += 1
    return keyed


def _words(line: Line | None) -> Line | None:
    return line and replace(line, position=0, said=None)


def _figures(line: Line | None) -> tuple[object, ...] | None:
    return (line.amount, line.budget, line.prior, line.is_total) if line else None
