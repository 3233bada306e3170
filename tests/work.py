"""How many rows PostgreSQL handles for each statement: a plan that loops shows here, without a clock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import asyncpg
import pytest

from portal.platform.db import planner, unit_of_work as db

ASKING = re.compile(r"\s*(SELECT|WITH)\b")
# What only reads is asked twice, and never what takes a lock or changes a setting.
CHANGING = re.compile(r"\b(INSERT INTO|UPDATE \w|DELETE FROM|FOR (NO KEY )?UPDATE|set_config|pg_advisory|count_what)")
LOST = ("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck")


@dataclass
class Work:
    """What was asked: of each statement the most rows that one node of its plan handled, loops and all."""

    asked: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def most(self) -> tuple[int, str, str]:
        """The statement that handled most, with the node."""
        return max(self.asked)


class Watched:
    """A connection that explains each reading statement by its worst plan before it answers it."""

    def __init__(self, real: asyncpg.Connection, work: Work) -> None:
        self.real, self.work = real, work

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def fetch(self, sql: str, *values: Any, **how: float | None) -> Any:
        await self._look(sql, values)
        return await self.real.fetch(sql, *values, **how)

    async def fetchrow(self, sql: str, *values: Any, **how: float | None) -> Any:
        await self._look(sql, values)
        return await self.real.fetchrow(sql, *values, **how)

    async def fetchval(self, sql: str, *values: Any, **how: float | None) -> Any:
        await self._look(sql, values)
        return await self.real.fetchval(sql, *values, **how)

    async def _look(self, sql: str, values: tuple[Any, ...]) -> None:
        if not ASKING.match(sql) or CHANGING.search(sql):
            return
        mode = await self.real.fetchval("SHOW plan_cache_mode")
        # A connection that was asked often keeps one plan for all values, unless the statement is planned afresh.
        if mode != "force_custom_plan":
            await self.real.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await self.real.execute(f"PREPARE looked_at AS {sql}")
        given = f"({', '.join(map(literal, values))})" if values else ""
        told = await self.real.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE looked_at{given}")
        await self.real.execute(f"DEALLOCATE looked_at; SET LOCAL plan_cache_mode = {mode}")
        handled, node = max(nodes(json.loads(told)[0]["Plan"]))
        self.work.asked.append((handled, node, sql))


def nodes(plan: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Of each node of a plan how many rows it handled in all its loops, and its name."""
    each = plan["Actual Rows"] + sum(plan.get(name, 0) for name in LOST)
    yield (
        round(each * plan["Actual Loops"]),
        f"{plan['Node Type']} {plan.get('Relation Name', plan.get('CTE Name', ''))}",
    )
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def literal(value: Any) -> str:
    """A value as SQL text of whatever type is wanted there."""
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return quoted("{" + ",".join('"' + str(one).replace('"', '\\"') + '"' for one in value) + "}")
    return quoted(value.isoformat() if isinstance(value, date | datetime) else str(value))


def quoted(text: str) -> str:
    """A text constant."""
    return "'" + text.replace("'", "''") + "'"


class WatchedWork:
    """A unit of work on such a connection."""

    def __init__(self, real: db.UnitOfWork, work: Work) -> None:
        self.connection, self.patience = Watched(real.connection, work), real.patience


def watch(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Look at every reading statement from now on."""
    work, usual = Work(), db.running
    for module in (db, planner):
        monkeypatch.setattr(module, "running", lambda: WatchedWork(usual(), work))
    return work
