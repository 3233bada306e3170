"""Writes the demo estate as an import folder, with every date told from one day."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path

from demo import accounts, homes, prices, standards
from demo.homes import Row
from demo.people import STAFF, phone
from portal.kit.period import Month

CODE, NAME, COMPANY = "yanxi", "砚溪花园", "砚溪物业服务有限公司"

# The header of every file.
COLUMNS = {
    "community": "code name fee_mode jurisdiction timezone currency due_rule hotline contract_ref company"
    " credit_code address phone bank account_name account_no expense_limit",
    "units": "unit building stairwell floor use billable_area occupancy handed_over_on",
    "people": "person name phone email language",
    "occupancies": "unit person role share from to",
    "staff": "login name roles department",
    "committee": "person post votes from to",
    "charge_items": "item name_zh name_en kind tax_rate voucher",
    "tariffs": "item use formula rate per cycle_months timing proration vacancy_rate rounding from to source",
    "unit_charges": "unit item quantity from to",
    "meter_readings": "unit item meter period previous current",
    "shared_costs": "item period amount scope",
    "opening_balances": "unit item period due_on amount",
    "service_standards": "area item_zh item_en frequency per grade source",
    "accounts": "statement title from to kind fund side category item_zh item_en amount budget prior note",
}


def write_estate(folder: Path, on: date) -> None:
    """Write the import folder of the estate as it stands on a day; the same day always gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for stem, rows in estate(on).items():
        with (folder / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[stem].split(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def estate(on: date) -> dict[str, Iterable[Row]]:
    """The rows of every file by its stem, in the order in which they build on each other."""
    return {
        "community": [community(on)],
        "units": homes.units(on),
        "people": homes.people(on),
        "occupancies": homes.occupancies(on),
        "staff": [asdict(member) for member in STAFF],
        "committee": homes.committee(on),
        "charge_items": prices.charge_items(),
        "tariffs": prices.tariffs(on),
        "unit_charges": prices.unit_charges(on),
        "meter_readings": prices.meter_readings(on),
        "shared_costs": prices.shared_costs(on),
        "opening_balances": prices.opening_balances(on),
        "service_standards": standards.service_standards(),
        "accounts": accounts.accounts(on),
    }


def community(on: date) -> Row:
    """The row of community.csv."""
    since = Month.of(on) + -25
    return {
        "code": CODE, "name": NAME, "fee_mode": "commission", "jurisdiction": "CN", "timezone": "Asia/Shanghai",
        "currency": "CNY", "due_rule": "day:15", "hotline": phone(8000),
        "contract_ref": f"{prices.CONTRACT} YX-{since.year}-01", "company": COMPANY,
        "credit_code": "91330100MA00000000", "address": "砚溪市演示路 1 号 2 楼", "phone": phone(8001),
        "bank": "砚溪银行演示支行", "account_name": COMPANY, "account_no": "6200000000000000",
        "expense_limit": "5000.00",
    }  # fmt: skip
