"""Who is asking: what a session knows of a person, as a value that actions and queries take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a member of staff may do, per community."""

    clerk = "clerk"
    steward = "steward"
    service = "service"
    finance = "finance"
    manager = "manager"
    legal = "legal"
    admin = "admin"


class Audience(StrEnum):
    """Which door a session came in by: owners by phone code, staff by password and TOTP."""

    owner = "owner"
    staff = "staff"


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

    @property
    def actor(self) -> str:
        """How the audit names them: never by name or phone."""
        return f"{self.audience}:{self.human}"

    def with_role(self, *roles: Role) -> tuple[int, ...]:
        """The communities in which they hold one of the roles; admin counts as every role."""
        wanted = {*roles, Role.admin}
        return tuple(c for c, held in self.roles.items() if held & wanted)

    def may(self, community: int, *roles: Role) -> bool:
        """Whether they hold one of the roles in this community."""
        return community in self.with_role(*roles)
