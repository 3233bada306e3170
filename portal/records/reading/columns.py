"""The files of an import and their columns: how a cell is read, and when it may be empty.

Files and columns without a value here are unknown. A column that is there but empty sets a known value back to
unknown; a column that is not there leaves it as it is. Where `default` says what empty means, empty leaves a known
value and fills a new row with the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from portal.accounts.statements.states import LineKind, Side, StatementFund, StatementKind
from portal.care.standards.states import Per
from portal.fees.tariffs.rules import EVERY_USE
from portal.fees.tariffs.states import Formula, ItemKind, Proration, Rounding, Timing, Voucher
from portal.homes.units.states import OccupancyState, OccupantRole, Use
from portal.people.estates.states import FeeMode
from portal.people.persons.permissions import Role
from portal.people.persons.states import Language
from portal.records.reading import cells
from portal.records.reading.cells import Parse
from portal.records.reading.names import name

ONE = Decimal(1)
# Family is bound by an owner in the portal, never by a file.
BY_FILE = (OccupantRole.owner, OccupantRole.co_owner, OccupantRole.tenant)


@dataclass(frozen=True)
class Column:
    """A column. `default` is what an empty cell means in a new row."""

    name: str
    parse: Parse
    required: bool = False
    default: Any = None


@dataclass(frozen=True)
class File:
    """A file; rows with the same `key` are the same thing."""

    stem: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of this name, if there is one."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns that must be there and filled."""
        return tuple(c.name for c in self.columns if c.required)


def _must(name: str, parse: Parse) -> Column:
    return Column(name, parse, required=True)


NAME = cells.text()
CALLED = name()
UNIT, PERSON, ITEM = _must("unit", CALLED), _must("person", CALLED), _must("item", name(64))
DAYS = (Column("from", cells.day), Column("to", cells.day))
RATE, QUANTITY, AREA = cells.number(6, most=Decimal(10**9)), cells.number(6), cells.number(4, most=Decimal(10**7))
LANGUAGE = cells.choice(Language, zh="zh-CN", zh_CN="zh-CN")
BOOK_SUM = cells.yuan(least=None)

ALL = (
    File("community", ("code",), (
        _must("code", cells.code), _must("name", NAME),
        Column("fee_mode", cells.choice(FeeMode), default="lump_sum"), Column("jurisdiction", NAME, default="CN"),
        Column("timezone", cells.zone, default="Asia/Shanghai"), Column("currency", cells.currency, default="CNY"),
        Column("due_rule", cells.due_rule, default="days:30"),
        Column("hotline", cells.text(64)), Column("contract_ref", NAME), Column("company", NAME),
        Column("credit_code", cells.credit_code), Column("address", NAME), Column("phone", cells.text(64)),
        Column("bank", NAME), Column("account_name", NAME), Column("account_no", cells.account_no),
        Column("expense_limit", cells.yuan()),
    )),
    File("units", ("unit",), (
        UNIT, Column("building", CALLED), Column("stairwell", CALLED), Column("floor", CALLED),
        _must("use", cells.choice(Use)), Column("billable_area", AREA),
        Column("occupancy", cells.choice(OccupancyState), default="owner"),
        Column("handed_over_on", cells.day),
    )),
    File("people", ("person",), (
        PERSON, _must("name", CALLED), Column("phone", cells.phone), Column("email", cells.email),
        Column("language", LANGUAGE, default="zh-CN"),
    )),
    File("occupancies", ("unit", "person", "role", "from"), (
        UNIT, PERSON, _must("role", cells.choice(BY_FILE)), Column("share", cells.number(8, most=ONE)), *DAYS,
    )),
    File("staff", ("login",), (
        _must("login", cells.login), _must("name", CALLED), _must("roles", cells.several(Role)),
        Column("department", NAME),
    )),
    File("committee", ("person", "post"), (
        PERSON, _must("post", CALLED), Column("votes", cells.yes_or_no), *DAYS,
    )),
    File("charge_items", ("item",), (
        ITEM, _must("name_zh", CALLED), Column("name_en", NAME, default=""), _must("kind", cells.choice(ItemKind)),
        Column("tax_rate", cells.number(6, most=ONE)), Column("voucher", cells.choice(Voucher)),
    )),
    File("tariffs", ("item", "use", "from"), (
        ITEM, _must("use", cells.choice(Use, **{EVERY_USE: EVERY_USE})), _must("formula", cells.choice(Formula)),
        Column("rate", RATE), Column("per", NAME), Column("cycle_months", cells.whole(1, 120), default=1),
        Column("timing", cells.choice(Timing), default="advance"),
        Column("proration", cells.choice(Proration), default="full_month"),
        Column("vacancy_rate", cells.number(6, most=ONE)), Column("rounding", cells.choice(Rounding), default="fen"),
        *DAYS, Column("source", cells.text(1000, lines=True), default=""),
    )),
    File("unit_charges", ("unit", "item", "from"), (
        UNIT, ITEM, Column("quantity", QUANTITY), *DAYS, Column("reason", NAME),
    )),
    File("meter_readings", ("unit", "meter", "period"), (
        UNIT, ITEM, _must("meter", CALLED), _must("period", cells.month),
        _must("previous", QUANTITY), _must("current", QUANTITY), Column("reason", NAME),
    )),
    File("shared_costs", ("item", "period", "scope"), (
        ITEM, _must("period", cells.month), _must("amount", cells.yuan()),
        Column("scope", cells.scope, default="community"), Column("reason", NAME),
    )),
    File("opening_balances", ("unit", "item", "period"), (
        UNIT, ITEM, _must("period", cells.month), _must("due_on", cells.day),
        _must("amount", cells.yuan(least=Decimal("0.01"))),
    )),
    File("service_standards", ("area", "item_zh"), (
        _must("area", cells.area), _must("item_zh", NAME), Column("item_en", NAME, default=""),
        Column("frequency", cells.whole(1, 1000)), Column("per", cells.choice(Per)), Column("grade", NAME),
        Column("source", cells.text(1000, lines=True)),
    )),
    File("accounts", (), (
        _must("statement", cells.text(64)), Column("title", NAME), Column("from", cells.day), Column("to", cells.day),
        Column("kind", cells.choice(StatementKind, 实际="actual", 预算="budget")),
        _must("fund", cells.choice(StatementFund)), _must("side", cells.choice(Side)),
        Column("category", NAME, default=""), _must("item_zh", NAME), Column("item_en", NAME, default=""),
        _must("amount", BOOK_SUM),
        Column("budget", BOOK_SUM), Column("prior", BOOK_SUM), Column("note", cells.text(1000, lines=True)),
        Column("line", cells.choice(LineKind)),
    )),
)  # fmt: skip
FILES = {file.stem: file for file in ALL}
ORDER = {stem: n for n, stem in enumerate(FILES)}
BY_HOME = ("units", "occupancies", "unit_charges", "meter_readings", "opening_balances")
IN_PORTIONS = ("people", *BY_HOME)  # of these an estate may have very many
