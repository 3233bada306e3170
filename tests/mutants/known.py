"""The list of mutants that are left alive, each with its reason: `known.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.changes import Mutant

LIST = Path(__file__).with_name("known.toml")
Name = tuple[str, str, str, str]


@dataclass(frozen=True)
class Known:
    """What may stand in a line instead, without a test that minds, and why."""

    file: str
    where: str
    before: str
    after: tuple[str, ...]
    reason: str


def known() -> list[Known]:
    """Everything in the list."""
    return [Known(**{**one, "after": tuple(one["after"])}) for one in tomllib.loads(LIST.read_text()).get("alive", [])]


def names(of: Iterable[Known], file: str) -> set[Name]:
    """The names of all mutants in the list that belong to a file."""
    return {(one.file, one.where, one.before, after) for one in of for after in one.after if one.file == file}


def entry(mutants: Iterable[Mutant]) -> str:
    """An entry of the list for mutants of one line, without its reason."""
    first, *others = mutants
    after = [first.after, *(other.after for other in others)]
    fields = {"file": first.file, "where": first.where, "before": first.before, "after": after, "reason": ""}
    return "\n".join(
        ["[[alive]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items())]
    )
