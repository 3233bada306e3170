"""The signed-in person, as a value that actions and queries take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from portal.people.persons.permissions import May, Role, allows


class Audience(StrEnum):
    """How a session was signed in: owners by phone code, staff by password and TOTP."""

    owner = "owner"
    staff = "staff"


MOST_ESTATES = 20  # of one person, for pages that compute over all of them at once


@dataclass(frozen=True)
class Chosen:
    """The one estate that somebody who works for several looks at now."""

    code: str
    name: str


@dataclass(frozen=True)
class Place:
    """An estate that somebody has to do with, as the head and foot of their pages name it; unknown is empty."""

    code: str
    name: str
    company: str
    telephone: str
    hours: str


@dataclass(frozen=True)
class Principal:
    """A signed-in human. `communities` is the scope of every unit of work done for them."""

    human: UUID
    session: UUID
    audience: Audience
    name: str
    language: str
    large_text: bool = False
    persons: tuple[UUID, ...] = ()
    communities: tuple[int, ...] = ()
    roles: dict[int, frozenset[Role]] = field(default_factory=dict)
    departments: dict[int, str] = field(default_factory=dict)
    committees: tuple[int, ...] = ()
    stepped_up_at: datetime | None = None
    chosen: Chosen | None = None
    places: tuple[Place, ...] = ()

    @property
    def actor(self) -> str:
        """The name in the audit trail: never a real name or a phone."""
        return f"{self.audience}:{self.human}"

    def only(self, community: int, chosen: Chosen) -> Principal:
        """The same person, limited to this one of their communities."""
        return replace(
            self,
            communities=(community,),
            roles={community: self.roles[community]},
            departments={c: name for c, name in self.departments.items() if c == community},
            chosen=chosen,
        )

    def where(self, what: May) -> tuple[int, ...]:
        """The communities in which a role of theirs lets them do it."""
        return tuple(community for community, held in self.roles.items() if allows(held, what))

    def may(self, community: int, what: May) -> bool:
        """Whether they may do it in this community."""
        return community in self.where(what)
