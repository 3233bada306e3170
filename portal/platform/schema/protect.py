"""Roles, privileges, row-level security, composite keys and every slice's guards.

Applied after the migrations, as often as one likes: everything here is written to be repeated.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg

HERE = Path(__file__).parent
PORTAL = HERE.parents[1]
# From the ground up, as in pyproject.toml: views of an area stand on those of lower ones.
AREAS = (
    "kit", "platform", "people", "web", "signin", "homes", "fees", "money", "care", "arrears", "collection", "accounts",
    "records", "overview", "run",
)  # fmt: skip

# Tables without a community: who may sign in, how, how often; Stripe's inbox; the estates themselves; tools.
WITHOUT_COMMUNITY = frozenset(
    {
        "community", "human", "web_session", "one_time_code", "set_up_link", "rate_limit", "held_form", "device",
        "security_event", "stripe_event", "worker_heartbeat", "verification", "migration", "pgqueuer", "pgqueuer_log",
        "pgqueuer_statistics", "pgqueuer_schedules",
    }
)  # fmt: skip

# Rows that are only ever added: neither the app nor the worker may change or remove them.
APPEND_ONLY = (
    "journal", "posting", "bill", "bill_line", "bill_run", "cost_split",
    "adjustment", "payment", "allocation", "credit",
    "audit_entry", "audit_seal", "security_event", "case_stage", "contact", "payment_promise",
    "case_reason", "time_given", "attempt_line", "dispute_step",
    "photo", "service_record", "debtor", "debtor_member", "plan_line", "plan_instalment", "plan_reinstatement",
    "notice", "sent_text", "transfer", "late_terms", "prime_rate", "late_charge", "late_month",
    "letter", "letter_proof", "next_action",
    "ladder_version", "ladder_rule", "claim_line", "claim_change", "claim_step",
    "statement_question", "statement_answer",
    "common_contract", "common_receipt", "common_movement", "committee_expense",
    "committee_vote", "committee_spending", "committee_consent", "step_cost", "person_standing",
)  # fmt: skip

# Rows that are swept away when their time is over. Everything else is ended by a date or a state, never deleted.
SWEPT = ("web_session", "one_time_code", "set_up_link", "rate_limit", "held_form", "import_part", "device")

# Locking a row FOR UPDATE takes the privilege to update a column of it; the trigger still refuses any change.
LOCKED = ("bill", "payment")

TRIES = 5
GUARDS = sorted(PORTAL.glob("*/*/guards.sql"), key=lambda file: (AREAS.index(file.parts[-3]), file))


async def protect(owner: asyncpg.Connection) -> None:
    """Apply every guard, as the owner of the tables: all or nothing, and once more where work met it crosswise."""
    for tries_left in reversed(range(TRIES)):
        try:
            await _apply(owner)
        except asyncpg.DeadlockDetectedError:  # it locks tables that others are at work on
            if not tries_left:
                raise
        else:
            return


async def _apply(owner: asyncpg.Connection) -> None:
    """Every guard in one transaction, under one advisory lock."""
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(hashtextextended('protect', 0))")
        await owner.execute((HERE / "protect.sql").read_text())
        for table in APPEND_ONLY:
            await owner.execute(
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM portal_app, portal_worker;"
                f"CREATE OR REPLACE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION append_only();"
                f"CREATE OR REPLACE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION append_only();"
            )
        for table in SWEPT:
            await owner.execute(f"GRANT DELETE ON {table} TO portal_app, portal_worker")
        for table in LOCKED:
            await owner.execute(f"GRANT UPDATE (id) ON {table} TO portal_app, portal_worker")
        for guards in GUARDS:
            await owner.execute(guards.read_text())
