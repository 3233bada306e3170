"""Sentences are marked where they are written, and translated where someone reads them; names in two languages."""

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


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A name in Chinese and in English; if one is missing, the other is used."""

    zh: str
    en: str

    def words(self, language: str) -> str:
        """The name for a reader of `zh-CN` or `en`."""
        return (self.en or self.zh) if language == "en" else (self.zh or self.en)
