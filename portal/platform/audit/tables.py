"""Who did what to which thing: append-only rows, and the seals that chain them."""

from piccolo.columns import JSONB, UUID, BigInt, Bytea, Integer, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.platform.db.unit_of_work import columns, text


class AuditEntry(Table):
    """One act in one community; written in the transaction of the act itself."""

    id = UUID(primary_key=True)
    community = Integer(null=False, default=None, index=True)
    at = Timestamptz(null=False, default=None)
    actor = text()
    verb = text()
    subject = text()
    reason = text(null=True)
    request = text(null=True)
    facts = JSONB(null=False, default=None)


class AuditSeal(Table):
    """The place of an entry in its community's chain: SHA-256 of the previous hash and the entry's canonical body."""

    id = UUID(primary_key=True)
    community = Integer(null=False, default=None, index=True)
    sequence = BigInt(null=False, default=None)
    entry = UUID(null=False, default=None, unique=True)
    hash = Bytea(null=False, default=None)

    audit_seal_gap_free = Unique(columns(community, sequence))


class SecurityEvent(Table):
    """What happened at the doors: sign-ins, refusals, revocations. Never a code, a token or a full phone."""

    id = UUID(primary_key=True)
    at = Timestamptz(null=False, default=None)
    human = UUID(null=True, default=None)
    verb = text()
    facts = JSONB(null=False, default=None)


class WorkerHeartbeat(Table):
    """When a worker last said that it is alive; /readyz looks here."""

    id = UUID(primary_key=True)
    name = text(unique=True)
    beat_at = Timestamptz(null=False, default=None)


class Verification(Table):
    """How far one `portal verify` came: `found` has, by the code of each estate it has seen, what was wrong there."""

    id = UUID(primary_key=True)
    began_at = Timestamptz(null=False, default=None)
    ended_at = Timestamptz(null=True, default=None)
    checks = text()
    found = JSONB(null=False, default=None)
