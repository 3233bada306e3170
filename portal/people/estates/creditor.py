"""The property company that fees are owed to, and which of its details each document needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from unicodedata import normalize

from portal.kit.errors import Refused
from portal.kit.i18n import N_, Sentence

_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}", re.ASCII)
_ACCOUNT_NO = re.compile(r"\d{8,32}", re.ASCII)


class Paper(StrEnum):
    """The documents that name the creditor."""

    message = "message"
    bill = "bill"
    letter = "letter"
    agreement = "agreement"
    suit = "suit"
    mediation = "mediation"
    visit = "visit"
    evidence = "evidence"
    poster = "poster"
    statement = "statement"


_WHO = ("company", "credit_code", "phone")
_WHERE = (*_WHO, "address")
_ACCOUNT = ("bank", "account_name", "account_no")
NEEDS: Mapping[Paper, tuple[str, ...]] = {
    Paper.message: ("company", "phone"),
    Paper.bill: ("company",),  # a page that shows what else is known
    Paper.letter: (*_WHERE, *_ACCOUNT),
    Paper.agreement: (*_WHERE, *_ACCOUNT),
    Paper.suit: _WHERE,
    Paper.mediation: _WHERE,
    Paper.visit: _WHO,
    Paper.evidence: ("company", "credit_code", "address"),
    Paper.poster: _WHO,
    Paper.statement: _WHO,
}
FIELDS = ("company", "credit_code", "address", "phone", "bank", "account_name", "account_no")
NAMES = {
    "company": N_("company name"),
    "credit_code": N_("credit code"),
    "address": N_("company address"),
    "phone": N_("telephone"),
    "bank": N_("bank"),
    "account_name": N_("account name"),
    "account_no": N_("account number"),
}
NO_COMPANY = N_("Bills must name the company that is owed, and its name is missing.")
INCOMPLETE = N_(
    "The company's details are incomplete. Missing: %(missing)s. A manager can enter them under "
    "“The company”, or they can be imported with community.csv."
)


@dataclass(frozen=True)
class Creditor:
    """An estate's property company as documents name it; unknown details are the empty text.

    `phone` is the company's own, `hotline` the number of the estate's desk, `hours` its opening hours.
    """

    estate: str
    company: str
    credit_code: str
    address: str
    phone: str
    bank: str
    account_name: str
    account_no: str
    hotline: str
    hours: str

    @property
    def telephone(self) -> str:
        """The number that owners are given: the desk's, or else the company's."""
        return self.hotline or self.phone

    def missing(self, paper: Paper) -> tuple[str, ...]:
        """The unknown details that this document must name, in the order of FIELDS."""
        known = {**asdict(self), "phone": self.telephone}
        return tuple(name for name in FIELDS if name in NEEDS[paper] and not known[name])

    def must_fill(self, paper: Paper) -> None:
        """Raises Refused with the details that are missing for this document, and where to enter them."""
        if missing := self.missing(paper):
            raise Refused(INCOMPLETE, missing=named(missing))

    @property
    def own_account(self) -> bool:
        """Whether the account is in the company's own name."""
        return bool(self.account_no) and self.account_name == self.company

    def as_facts(self) -> dict[str, str]:
        """Its details by name, to be stored with a document as it was issued."""
        return asdict(self)


def named(fields: tuple[str, ...]) -> tuple[Sentence, ...]:
    """The names of details, for a sentence that lists them."""
    return tuple(Sentence(NAMES[field]) for field in fields)


def as_credit_code(typed: str) -> str | None:
    """A unified social credit code in capitals and plain letters; None if it is not valid."""
    plain = re.sub(r"[\s-]", "", normalize("NFKC", typed)).upper()
    return plain if _CREDIT_CODE.fullmatch(plain) else None


def as_account_no(typed: str) -> str | None:
    """The digits of a bank account's number; None if it is not valid."""
    plain = re.sub(r"[\s-]", "", normalize("NFKC", typed))
    return plain if _ACCOUNT_NO.fullmatch(plain) else None
