"""What the database says about itself, as plain values that tests compare; and a row for any table."""

from __future__ import annotations

import re
from typing import Any

import asyncpg

TABLES = """
SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS walled,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'community' AND NOT a.attisdropped)
         AS of_community
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""

VIEWS = "SELECT viewname AS name FROM pg_views WHERE schemaname = 'public' ORDER BY 1"

# DEFAULT NULL, which Piccolo writes, is none.
COLUMNS = """
SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
       nullif(regexp_replace(pg_get_expr(d.adbin, d.adrelid), '^NULL::.*', ''), '') AS by_default
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1
"""

# PostgreSQL 18 also lists NOT NULL here; COLUMNS has that already.
CONSTRAINTS = """
SELECT concat(con.conrelid::regclass, ': ', con.conname, ' ', pg_get_constraintdef(con.oid)) AS name
FROM pg_constraint con
WHERE con.connamespace = 'public'::regnamespace AND con.contype <> 'n' ORDER BY 1
"""

INDEXES = "SELECT indexdef AS name FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"

TRIGGERS = """
SELECT tgrelid::regclass || '.' || tgname AS name, pg_get_triggerdef(oid) AS definition
FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1
"""

POLICIES = """
SELECT polrelid::regclass || '.' || polname AS name, pg_get_expr(polqual, polrelid) AS rows_seen,
       pg_get_expr(polwithcheck, polrelid) AS rows_written FROM pg_policy ORDER BY 1
"""

PRIVILEGES = """
SELECT coalesce(r.rolname, 'PUBLIC') || ' ' || acl.privilege_type || ' ' || acl.name AS name
FROM (
  SELECT c.relname AS name, (aclexplode(c.relacl)).* FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
  UNION ALL
  SELECT c.relname || '.' || a.attname, (aclexplode(a.attacl)).*
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'public'::regnamespace
) acl LEFT JOIN pg_roles r ON r.oid = acl.grantee
WHERE coalesce(r.rolname, 'PUBLIC') <> 'portal_owner' ORDER BY 1
"""


async def seen(connection: asyncpg.Connection, question: str) -> list[tuple[Any, ...]]:
    """The rows of one of the questions above."""
    return [tuple(row) for row in await connection.fetch(question)]


async def names(connection: asyncpg.Connection, question: str) -> list[str]:
    """The first column of one of the questions above."""
    return [row["name"] for row in await connection.fetch(question)]


_FILLERS = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "date": "'2026-11-01'",
    "timestamp with time zone": "'2026-11-01T00:00:00Z'",
    "time without time zone": "'08:30'",
    "boolean": "false",
    "jsonb": "'{}'",
    "bytea": r"'\x00'",
    "text[]": "'{}'",
    "uuid[]": "'{}'",
    "numeric[]": "'{}'",
    "bigint[]": "'{}'",
}


def _varchar(kind: str) -> str:
    return "'CNY'" if kind.endswith("(3)") else "'2026-11'"


# Columns that may be empty, but not all of them at once, and rates, which are small.
_ALWAYS = {
    "letter_batch": {"done": "0", "issued": "0", "refused": "0"},
    "dispute": {"line": "gen_random_uuid()", "amount": "5"},
    "late_terms": {"daily_rate": "0.001", "demand_days": "15"},
    "prime_rate": {"rate": "0.03"},
    "ladder_rule": {
        "position": "0",
        "stay_1": "7",
        "stay_2": "7",
        "stay_3": "15",
        "pay_within": "7",
        "grace_days": "15",
    },
}


async def add_row(connection: asyncpg.Connection, table: str, **given: str) -> None:
    """Put a row into a table, whatever it means, obeying its CHECKs; `given` are SQL expressions.

    The connection must not check foreign keys (session_replication_role = replica).
    """
    given = _ALWAYS.get(table, {}) | given
    checks = await connection.fetch(
        "SELECT pg_get_constraintdef(oid) AS said FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'",
        table,
    )
    allowed = dict(
        found.groups()
        for row in checks
        if (found := re.search(r"\(\(?(\w+) = ANY \(ARRAY\['([^']+)'::text", row["said"]))
    )
    columns = await connection.fetch(
        "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute"
        " WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND (attnotnull OR attname = ANY ($2))",
        table,
        list(given),
    )
    values = {}
    for name, kind in columns:
        simple = re.sub(r"\(.*?\)", "", kind)
        filler = _FILLERS.get(simple, _varchar(kind) if simple == "character varying" else "2")
        values[name] = given.get(name) or (f"'{allowed[name]}'" if name in allowed else filler)
    await connection.execute(
        f'INSERT INTO "{table}" ({", ".join(f"{chr(34)}{name}{chr(34)}" for name in values)})'
        f" VALUES ({', '.join(values.values())})"
    )
