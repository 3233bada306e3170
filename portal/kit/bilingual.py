"""Names that an estate keeps in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A name in Chinese and in English; where one is missing the other serves."""

    zh: str
    en: str

    def words(self, language: str) -> str:
        """The name for a reader of `zh-CN` or `en`."""
        return (self.en or self.zh) if language == "en" else (self.zh or self.en)
