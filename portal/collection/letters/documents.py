"""Letters as a PDF, singly or as one print file. The same letters give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal.collection.letters.queries import LetterRow
from portal.collection.letters.states import LetterKind
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.persons.states import DebtorStanding
from portal.platform.documents.paper import in_capitals, svg_qr, typeset, written_day, written_deadline, written_month

PLACES = {DebtorStanding.former.value: "的原业主"}


async def letters_pdf(letters: Sequence[tuple[LetterRow, dict[str, Any], datetime]], sandbox: bool = False) -> bytes:
    """The letters as one PDF, each on its own page. In `sandbox` it says that they are not binding."""
    data = {"letters": [_data(row, facts) for row, facts, _at in letters], "sandbox": "yes" if sandbox else ""}
    return await typeset("letter.typ", data, max(at for _row, _facts, at in letters))


def _data(row: LetterRow, facts: dict[str, Any]) -> dict[str, object]:
    return {
        "kind": row.kind.value,
        "number": row.called,
        "estate": facts["estate"],
        "unit": facts["unit"],
        "owners": facts["owners"] or "—",
        "creditor": facts.get("creditor"),  # letters of before name the estate alone
        "place": place_of(facts),
        "send_to": "；".join(facts.get("addresses", ())),
        "besides": besides_owners(facts),
        "contract": facts["contract"] or "",
        "hotline": facts["hotline"] or "",
        "issued": written_day(row.issued_on),
        "pay_by": written_deadline(row.pay_by),
        "grace": str((row.pay_by - row.issued_on).days),
        "total": f"{row.amount.yuan:,.2f}",
        "capitals": in_capitals(row.amount),
        "credit": _yuan(facts["credit"]) if facts.get("credit") else "",
        "held": _yuan(held) if (held := sum(line.get("held", 0) for line in facts["lines"])) else "",
        **beside(facts),
        "pay_at": facts["pay_at"],
        "qr": svg_qr(facts["pay_at"]) if row.kind is not LetterKind.lawyer_draft else "",
        "lines": [stated_line(line) for line in facts["lines"]],
    }


def place_of(facts: dict[str, Any]) -> str:
    """The home in the address line; a former owner is named as one."""
    return f"{facts['estate']}{facts['unit']}{PLACES.get(facts.get('standing', ''), '')}"


def besides_owners(facts: dict[str, Any]) -> list[str]:
    """The first words of a letter to a former owner or an heir: why they owe it, and up to what."""
    place, several = f"{facts['estate']}{facts['unit']}", "、" in facts["owners"]
    texts = []
    for one in facts.get("besides", ()):
        heir = one["standing"] == DebtorStanding.heir.value
        words = _to_heir(one, facts["lines"]) if heir else _to_former(one, place)
        texts.append(f"{one['name']}：{words}" if several else words)
    return texts


def _to_former(one: dict[str, Any], place: str) -> str:
    if one["from"] and one["until"]:
        owned = f"您在{_day(one['from'])}至{_day(one['until'])}是{place}的业主。这段时间还有下列费用没有缴。"
    elif one["until"]:
        owned = f"您是{place}的业主，到{_day(one['until'])}为止。这段时间还有下列费用没有缴。"
    else:
        owned = f"登记显示您现在不是{place}的业主。您名下还有下列费用没有缴。"
    passed_on = f"房屋已在{_day(one['passed_on'])}变更业主。" if one["passed_on"] else ""
    return (
        f"{owned}{passed_on}这些费用仍由您承担；您与新业主另有约定的，请把约定给我们看，经对方书面同意后变更。"
        "我们没有把您的欠费告诉新业主，也不会到原来的房屋联系您。您的通信地址如有变化，请告诉我们。"
    )


def _to_heir(one: dict[str, Any], lines: Sequence[dict[str, Any]]) -> str:
    died = _day(one["died"])
    after = any(line["last"] > one["died"][:7] for line in lines)
    later = f"{died}之后的费用，等房屋归属确定后，再与您核对。" if after else ""
    return (
        f"得知{one['whose']}已经离世，我们深表慰问。您登记为{one['whose']}的继承人，所以写信给您。"
        f"到{died}为止的费用，您在所得遗产的实际价值范围内清偿；放弃继承的，可以不承担，请给我们看一下书面声明"
        f"（《民法典》第一千一百六十一条）。{later}"
    )


def _day(written: str) -> str:
    return written_day(date.fromisoformat(written))


def beside(facts: dict[str, Any]) -> dict[str, str]:
    """The sums in `stated_facts` besides the lines: what credit covers, and what is owed to the maintenance fund."""
    fund = facts.get("fund")
    return {
        "covered": _yuan(facts["covered"]) if facts.get("covered") else "",
        "fund": _yuan(fund["amount"]) if fund else "",
        "fund_months": _months(fund) if fund else "",
    }


def _months(of: dict[str, Any]) -> str:
    first, last = (written_month(Month.parse(of[end])) for end in ("first", "last"))
    return first if first == last else f"{first}至{last}"


def stated_line(line: dict[str, Any]) -> dict[str, str]:
    """A line of `stated_facts` for printing."""
    return {
        "bill": str(line["bill"]),
        "months": _months(line),
        "zh": line["zh"],
        "due": written_day(date.fromisoformat(line["due_on"])),
        "calculation": line.get("calculation") or _product(line),
        "source": line["source"] or "",
        "amount": _yuan(line["amount"]),
        **{name: _yuan(line[name]) if name in line else "—" for name in ("billed", "corrected", "paid", "held")},
    }


def _product(line: dict[str, Any]) -> str:
    """The calculation of a charge in letters from before 2026-12, which stored the factors only."""
    per = line["per"] or ""
    factors = [
        _plain(line["quantity"], f" {per}"),
        _plain(line["rate"], f" 元/{per}" if per else " 元"),
        f"{line['months']} 个月" if line["months"] else "",
    ]
    return " × ".join(factor for factor in factors if factor) or "—"


def _plain(number: str | int | None, unit: str) -> str:
    return "" if number is None else (f"{Decimal(number):.6f}".rstrip("0").rstrip(".") + unit).strip()


def _yuan(fen: int) -> str:
    return f"{Money(fen).yuan:,.2f}"
