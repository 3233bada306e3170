"""Sentences are marked where they are written and translated only where a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues and leave it as it is."""
    return sentence


@dataclass(frozen=True)
class Sentence:
    """A marked sentence with the facts for its %(placeholders)s; not yet in any language."""

    text: str
    facts: Mapping[str, object] = field(default_factory=dict)
