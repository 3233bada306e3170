"""One measured figure with its limit."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

MARK = "figure: "


@dataclass(frozen=True)
class Figure:
    """A value with its limit; `at_least` says on which side of the limit it must lie."""

    name: str
    value: float
    limit: float
    at_least: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether the limit is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        good, sign = "ok  " if self.good else "MISS", "≥" if self.at_least else "≤"
        told = "; ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{good} {self.name}: {self.value:.3g} ({sign} {self.limit:g}) {told}".rstrip()

    def tell(self) -> None:
        """Hand the figure to the run that started this one."""
        print(MARK + json.dumps(asdict(self)), flush=True)


def told(line: str) -> Figure | None:
    """The figure in a line of output, if it is one; other lines are passed on to stderr."""
    if line.startswith(MARK):
        return Figure(**json.loads(line.removeprefix(MARK)))
    print(line, end="", file=sys.stderr)
    return None
