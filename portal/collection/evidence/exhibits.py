"""The tables of an evidence pack, and its archive, which is the same whenever its files are.

The pack is a Chinese paper for a Chinese court, so its words are in no catalogue. A column of fen ends
its name with （元） and is written in yuan; codes are written in words, moments in the estate's zone.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.arrears.cases.states import CaseState, Cause, Why
from portal.arrears.limitation.queries import limitation_of
from portal.collection.evidence.words import course, in_words
from portal.kit.language import CHINESE, speaking
from portal.kit.money import Money
from portal.kit.words import label
from portal.platform.db.unit_of_work import fetch
from portal.platform.documents.sheet import csv_bytes

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can store


@dataclass(frozen=True)
class Exhibit:
    """A file of the pack: its name in the archive, what it proves, and its bytes."""

    name: str
    title: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The fingerprint that the index states (hex)."""
        return hashlib.sha256(self.content).hexdigest()


def packed(files: Sequence[Exhibit]) -> bytes:
    """The files as a zip archive in this order; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.content)
    return made.getvalue()


_OF = "WITH k AS (SELECT $1::uuid AS debtor, $2::uuid AS arrears_case, $3::text AS zone) "
CAUSES = {
    Cause.part_payment: "部分履行",
    Cause.agreement: "分期缴费协议",
    Cause.acknowledgement: "申请分期履行",
    Cause.demand: "书面催缴送达",
    Cause.filing: "申请调解、支付令或起诉",
}
_HEAD = re.compile(r'AS "([^"]+)"')

# (file, what it proves, rows): every column is named in the query.
TABLES = (
    (
        "01-账单.csv",
        "账单、计费依据和计算过程",
        _OF
        + 'SELECT b.number AS "账单号", l.first_month AS "起始月", l.last_month AS "截止月", i.name_zh AS "收费项目",'
        ' l.quantity AS "数量", l.rate AS "单价", l.months AS "月数", l.amount AS "出账金额（元）",'
        ' w.fen AS "更正后（元）", w.outstanding AS "未缴（元）", w.held AS "暂缓（元）",'
        ' coalesce(o.covered, 0) AS "账户余额抵扣（元）",'
        " CASE WHEN w.fund THEN '专项维修资金，属全体业主，不在请求之内' ELSE '物业服务人收取' END AS \"款项归属\","
        ' b.issued_on AS "出账日",'
        ' b.due_on AS "应缴日", coalesce(t.source, \'期初欠费\') AS "收费依据", l.facts AS "计算过程"'
        " FROM k JOIN bill b ON b.debtor = k.debtor JOIN bill_line l ON l.bill = b.id"
        " JOIN line_balance w ON w.line = l.id JOIN charge_item i ON i.id = l.item"
        " LEFT JOIN (SELECT o.* FROM k CROSS JOIN LATERAL owed_by(k.debtor) o) o ON o.line = l.id"
        " LEFT JOIN tariff t ON t.id = l.tariff ORDER BY b.number, l.position",
    ),
    (
        "02-更正.csv",
        "出账后的更正、减收和减免",
        _OF + 'SELECT b.number AS "账单号", i.name_zh AS "收费项目", a.kind AS "种类", a.amount AS "金额（元）",'
        ' a.reason AS "理由", a.created_at AS "时间" FROM k JOIN bill b ON b.debtor = k.debtor'
        " JOIN bill_line l ON l.bill = b.id JOIN adjustment a ON a.line = l.id JOIN charge_item i ON i.id = l.item"
        " ORDER BY a.created_at, a.id",
    ),
    (
        "03-缴费.csv",
        "收到的款项及其抵充",
        _OF
        + 'SELECT p.number AS "收款号", p.received_on AS "收款日", p.channel AS "渠道", p.amount AS "收款金额（元）",'
        ' b.number AS "抵充账单号", i.name_zh AS "收费项目", a.amount AS "抵充金额（元）"'
        " FROM k JOIN payment p ON p.debtor = k.debtor LEFT JOIN allocation a ON a.payment = p.id"
        " LEFT JOIN bill_line l ON l.id = a.line LEFT JOIN bill b ON b.id = l.bill"
        " LEFT JOIN charge_item i ON i.id = l.item ORDER BY p.number, a.created_at, b.number, l.position, a.id",
    ),
    (
        "04-总账摘录.csv",
        "复式记账的分录，贷方为负",
        _OF + 'SELECT j.effective_on AS "日期", j.kind AS "业务", j.id AS "凭证", p.account AS "科目",'
        ' p.amount AS "金额（元）"'
        " FROM journal j JOIN posting p ON p.journal = j.id WHERE j.source IN (SELECT b.id FROM k JOIN bill b"
        " ON b.debtor = k.debtor UNION ALL SELECT p.id FROM k JOIN payment p ON p.debtor = k.debtor UNION ALL"
        " SELECT a.id FROM k JOIN bill b ON b.debtor = k.debtor JOIN bill_line l ON l.bill = b.id"
        " JOIN adjustment a ON a.line = l.id) ORDER BY j.effective_on, j.created_at, j.id, p.account, p.amount, p.id",
    ),
    (
        "06-联系记录.csv",
        "电话、上门和书面送达",
        _OF + 'SELECT o.on_day AS "日期", o.at AS "登记时间", o.channel AS "方式", o.outcome AS "结果",'
        ' n.name AS "收件人", s.name AS "经办人", w.name AS "同行人",'
        " CASE o.outcome WHEN 'hardship' THEN NULL ELSE o.body END AS \"备注\""
        " FROM k JOIN contact o ON o.arrears_case = k.arrears_case LEFT JOIN staff s ON s.id = o.by_staff"
        " LEFT JOIN person n ON n.id = o.person LEFT JOIN staff w ON w.id = o.witness ORDER BY o.at, o.id",
    ),
    (
        "07-约定缴费日.csv",
        "业主约定的缴费日和金额",
        _OF + 'SELECT r.at AS "登记时间", r.on_day AS "约定缴费日", r.amount AS "约定金额（元）", s.name AS "经办人"'
        " FROM k JOIN payment_promise r ON r.arrears_case = k.arrears_case JOIN staff s ON s.id = r.by_staff"
        " ORDER BY r.at, r.id",
    ),
    (
        "15-函件.csv",
        "出具的函件及其送达",
        _OF + 'SELECT l.number AS "函件号", l.kind AS "种类", l.issued_on AS "出具日", l.pay_by AS "办理期限",'
        ' l.amount AS "金额（元）", s.name AS "经办人", o.on_day AS "送达日", o.outcome AS "送达方式",'
        ' n.name AS "收件人", w.name AS "同行人", p.mail_number AS "挂号信编号"'
        " FROM k JOIN letter l ON l.arrears_case = k.arrears_case JOIN staff s ON s.id = l.by_staff"
        " LEFT JOIN letter_proof p ON p.letter = l.id LEFT JOIN contact o ON o.id = p.contact"
        " LEFT JOIN person n ON n.id = o.person LEFT JOIN staff w ON w.id = o.witness ORDER BY l.number, p.at, p.id",
    ),
    (
        "16-调解和诉讼.csv",
        "申请调解、支付令或起诉及其进展",
        _OF + 'SELECT c.kind AS "途径", c.amount AS "金额（元）", w.claimed AS "现请求（元）",'
        ' w.left_over AS "剩余（元）", s.on_day AS "日期", s.state AS "进展",'
        ' s.reference AS "文书编号", s.body AS "备注", f.name AS "经办人" FROM k JOIN claim c ON c.debtor = k.debtor'
        " JOIN claim_balance w ON w.claim = c.id JOIN claim_step s ON s.claim = c.id JOIN staff f ON f.id = s.by_staff"
        " ORDER BY c.at, c.id, s.on_day, s.at, s.id",
    ),
    (
        "08-异议.csv",
        "异议及答复经过",
        _OF + 'SELECT d.opened_at AS "提出时间", b.number AS "账单号", r.title AS "服务事项",'
        ' d.amount AS "异议金额（元）", d.reason AS "理由",'
        ' d.body AS "业主陈述", s.at AS "经过时间", s.kind AS "经过", s.body AS "内容", f.name AS "经办人"'
        " FROM k JOIN dispute d ON d.debtor = k.debtor LEFT JOIN bill_line l ON l.id = d.line"
        " LEFT JOIN bill b ON b.id = l.bill LEFT JOIN service_record r ON r.id = d.service"
        " LEFT JOIN dispute_step s ON s.dispute = d.id"
        " LEFT JOIN staff f ON f.id = s.by_staff ORDER BY d.opened_at, d.id, s.at, s.id",
    ),
    (
        "09-服务记录.csv",
        "欠费期间的服务记录",
        _OF + 'SELECT r.done_at AS "时间", r.area AS "类别", r.title AS "内容", r.place AS "地点", r.note AS "说明"'
        " FROM k JOIN debtor d ON d.id = k.debtor JOIN service_record r ON r.community = d.community"
        " WHERE to_char(r.done_at AT TIME ZONE k.zone, 'YYYY-MM') >= (SELECT min(l.first_month) FROM bill_line l"
        " JOIN bill b ON b.id = l.bill JOIN line_balance w ON w.line = l.id WHERE b.debtor = d.id"
        " AND w.outstanding > 0) ORDER BY r.done_at, r.id",
    ),
    (
        "10-分期.csv",
        "分期缴费协议及各期",
        _OF + 'SELECT p.asked_at AS "申请时间", p.state AS "状态", p.total AS "总额（元）", n.number AS "期次",'
        ' n.due_on AS "应缴日", n.amount AS "每期金额（元）", p.agreed_at AS "确认时间",'
        ' p.agreed_sha256 AS "分期缴费协议 SHA-256", p.agreed_text AS "分期缴费协议" FROM k'
        " JOIN plan p ON p.debtor = k.debtor JOIN plan_instalment n ON n.plan = p.id"
        " AND n.round = (SELECT max(round) FROM plan_instalment WHERE plan = p.id)"
        " ORDER BY p.asked_at, p.id, n.number",
    ),
)


async def tables_of(debtor: UUID, case: UUID, zone: str) -> list[Exhibit]:
    """All tables of the pack, in the caller's transaction; one without rows has only its header."""
    made = []
    with speaking(CHINESE):
        for name, title, sql in TABLES:
            heads = _HEAD.findall(sql)
            rows = await fetch(sql, debtor, case, zone)
            cells = [[_cell(name, head, cell, zone) for head, cell in zip(heads, row, strict=True)] for row in rows]
            made.append(Exhibit(name, title, csv_bytes(heads, cells)))
    return made


async def stages_table(case: UUID) -> Exhibit:
    """All changes of the case, in sentences."""
    heads = ["日期", "状态", "阶段", "经过", "未缴（元）", "其中暂缓（元）", "逾期天数", "规则版本"]
    rows = await fetch(
        "SELECT changed_on, state, stage, why, rule, facts FROM case_stage WHERE arrears_case = $1"
        " ORDER BY changed_on, at",
        case,
    )
    cells: list[list[str | Money | None]] = []
    before = 0
    with speaking(CHINESE):
        for row in rows:
            facts = json.loads(row["facts"])
            event = course(Why(row["why"]), row["stage"], before, row["changed_on"], facts)
            cells.append([str(row["changed_on"]), label(CaseState(row["state"])), str(row["stage"]), event,
                          Money(facts["overdue"]), Money(facts["held"]), str(facts["days"]), row["rule"]])  # fmt: skip
            before = row["stage"]
    return Exhibit("11-阶段变更.csv", "档案每次变更及其经过", csv_bytes(heads, cells))


async def limitation_table(debtor: UUID, on: date) -> Exhibit:
    """The limitation period of each overdue line, and what restarted it; one row for each such event."""
    heads = ["账单号", "收费项目", "所属月份", "未缴（元）", "应缴日", "时效中断日", "中断事由", "时效届满日"]
    cells: list[list[str | Money | None]] = []
    for row in (await limitation_of(debtor, on)).clocks:
        for one in row.clock.restarts or (None,):
            cells.append([str(row.bill), row.item.zh, str(row.period), row.outstanding, str(row.clock.due_on),
                          str(one.on) if one else None, CAUSES[one.cause] if one else None,
                          str(one.expires_on if one else row.clock.expires_on)])  # fmt: skip
    return Exhibit("14-诉讼时效.csv", "各笔欠费的诉讼时效及其中断", csv_bytes(heads, cells))


def _cell(file: str, head: str, value: object, zone: str) -> str | Money | None:
    if value is None:
        return None
    if head.endswith("（元）") and isinstance(value, int):
        return Money(value)
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).isoformat(" ", "seconds")
    return in_words(file, head, str(value))
