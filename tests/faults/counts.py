"""How often a fault is tried: a sample in `make test`, the counts of a landing in `make faults`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

LANDING = os.environ.get("PORTAL_FAULTS") == "landing"
SEED = int(os.environ.get("PORTAL_SEED", "20261124"))


def times(*, sample: int, landing: int) -> int:
    """The number of tries of this run."""
    return landing if LANDING else sample


@dataclass(frozen=True)
class Tried:
    """What one fault test did: how many tries, and what else is worth telling (seconds, kills, lost …)."""

    fault: str
    tries: int
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{self.fault}: {self.tries} tries{', ' + told if told else ''}"


TRIED: list[Tried] = []


def note(fault: str, tries: int, **facts: Any) -> None:
    """Remember a figure for the summary at the end of the run."""
    TRIED.append(Tried(fault, tries, facts))
