"""A head office: as many estates as wanted, each a copy of one that was made by the real actions."""

from __future__ import annotations

import asyncpg

# Of every table with a community: its columns, which of them hold ids of its own estate, and which texts are unique
# in all estates together.
COLUMNS = """
SELECT c.relname AS of_table, a.attname AS name, t.typname AS type,
  EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = c.oid AND k.conkey = ARRAY[a.attnum]
            AND NOT EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = k.confrelid AND x.attname = 'community'))
    AS shared,
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indkey::text = a.attnum::text)
    AS alone
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
  AND EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = c.oid AND x.attname = 'community')
ORDER BY 1, a.attnum
"""
ESTATES = """
INSERT INTO community (code, name, fee_mode, jurisdiction, timezone, currency, due_rule, hotline, contract_ref, company,
  credit_code, address, phone, bank, account_name, account_no,
  opens_at, closes_at, acknowledge_hours, reply_hours, close_days, approval_limit, expense_limit, last_payment_number,
  last_bill_number, created_at)
SELECT code || '-' || last + n, name || last + n, fee_mode, jurisdiction, timezone, currency, due_rule, hotline,
  contract_ref, company, credit_code, address, phone, bank, account_name, account_no,
  opens_at, closes_at, acknowledge_hours, reply_hours, close_days, approval_limit,
  expense_limit, last_payment_number, last_bill_number, created_at
FROM community, generate_series(1, $2::int) n, (SELECT max(id) AS last FROM community) l WHERE id = $1 RETURNING id
"""


async def copies(admin: asyncpg.Connection, community: int, many: int) -> list[int]:
    """So many more estates with the same people on the staff, and rows of their own in every table; their numbers.

    The connection must check neither keys nor triggers (session_replication_role = replica).
    """
    made = [row["id"] for row in await admin.fetch(ESTATES, community, many)]
    tables: dict[str, list[asyncpg.Record]] = {}
    for column in await admin.fetch(COLUMNS):
        tables.setdefault(column["of_table"], []).append(column)
    for table, columns in tables.items():
        columns = [column for column in columns if (column["name"], column["type"]) != ("id", "int4")]  # counts itself
        names = ", ".join(f'"{column["name"]}"' for column in columns)
        values = ", ".join(_copied(column) for column in columns)
        await admin.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" t, unnest($2::int[]) n'
            " WHERE t.community = $1",
            community,
            made,
        )
    await admin.execute("ANALYZE")
    return made


def _copied(column: asyncpg.Record) -> str:
    name = f't."{column["name"]}"'
    if column["name"] == "community":
        return "n"
    if column["type"] == "uuid" and not column["shared"]:
        return f"md5({name}::text || n)::uuid"
    if column["type"] == "_uuid":
        return f"(SELECT array_agg(md5(one::text || n)::uuid) FROM unnest({name}) one)"
    if column["alone"] and column["type"] in ("text", "varchar"):
        return f"{name} || n"
    if column["alone"] and column["type"] == "bytea":
        return f"{name} || n::text::bytea"
    return name
