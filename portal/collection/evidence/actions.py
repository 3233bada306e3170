"""Build the evidence pack of a case: tables, notices as sent, photos, audit proof, index of fingerprints."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from portal.arrears.case_file.rows import CaseRow, rows_where, standing_cases
from portal.collection.evidence.exhibits import Exhibit, limitation_table, packed, stages_table, tables_of
from portal.collection.letters.documents import letters_pdf, place_of
from portal.collection.letters.queries import letters_for
from portal.homes.units.standing import members_of
from portal.kit.errors import Missing
from portal.kit.facts import from_json
from portal.kit.language import CHINESE, speaking
from portal.kit.words import label
from portal.people.estates.creditor import Creditor, Paper
from portal.people.estates.queries import creditor_of
from portal.people.notices.states import Channel, DeliveryState, NoticeKind, Unsent
from portal.people.notices.words import word
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.states import DebtorStanding
from portal.platform.audit.actions import record
from portal.platform.audit.seals import body_of, seal_community
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.platform.documents.paper import typeset
from portal.platform.documents.sheet import csv_bytes

_SUBJECTS = """
SELECT 'case:' || $2::uuid AS subject UNION ALL SELECT 'bill:' || id FROM bill WHERE debtor = $1
UNION ALL SELECT 'dispute:' || id FROM dispute WHERE debtor = $1
UNION ALL SELECT 'plan:' || id FROM plan WHERE debtor = $1
UNION ALL SELECT 'payment:' || id FROM payment WHERE debtor = $1
UNION ALL SELECT 'contact:' || id FROM contact WHERE arrears_case = $2
UNION ALL SELECT 'letter:' || id FROM letter WHERE arrears_case = $2
UNION ALL SELECT 'claim:' || id FROM claim WHERE debtor = $1
"""
_NOTICES = """
SELECT n.id, n.kind, n.facts, n.link, n.created_at, p.name, coalesce(h.language, p.language) AS language
FROM notice n JOIN person p ON p.id = n.person LEFT JOIN human h ON h.id = p.human
JOIN debtor_member m ON m.person = n.person AND m.debtor = $1
WHERE n.subject = ANY($2) ORDER BY n.created_at, n.subject, p.external_id, n.id
"""
_SENT = """
SELECT notice, channel, state, trouble, changed_at, tries FROM delivery WHERE notice = ANY($1) ORDER BY notice, channel
"""
_TEXTS = """
SELECT d.notice, d.channel, t.tried, t.address, t.words, t.at FROM sent_text t JOIN delivery d ON d.id = t.delivery
WHERE d.notice = ANY($1) ORDER BY d.notice, d.channel, t.tried
"""


async def evidence_of(by: Principal, case: UUID) -> tuple[str, bytes]:
    """The name and bytes of a case's evidence.zip; the same facts on the same day give the same bytes.

    Taking it is audited, but that row is not in it. Raises Missing in communities where they have no role for it,
    Refused if details of the company that it must name are missing.
    """
    async with unit_of_work(*by.where(May.export_evidence)):
        community = await fetch_value(
            "SELECT community FROM arrears_case WHERE id = $1 AND community = ANY($2::int[])",
            case,
            list(by.where(May.export_evidence)),
        )
    if community is None:
        raise Missing
    await seal_community(community)  # so that every act on the case is in the chain
    async with unit_of_work(community):
        creditor = await creditor_of(community)
        creditor.must_fill(Paper.evidence)
        result = (await standing_cases(await rows_where("k.id = $1", case)))[0]
        files = await _files(result)
        addresses = [
            f"{one.name}：{one.address}"
            for one in (await members_of([result.debtor], [result.on]))[result.debtor]
            if one.address
        ]
        await record(by.actor, AuditVerb.EVIDENCE_TAKEN, f"case:{case}", community=community, on=result.on)
    at = datetime.combine(result.on, time(), ZoneInfo(result.zone))
    index = Exhibit(
        "00-证据清单.pdf", "证据清单", await typeset("evidence.typ", _index(creditor, result, addresses, files), at)
    )
    return f"evidence-{result.on:%Y%m%d}-{str(case)[:8]}.zip", packed([index, *files])


async def _files(case: CaseRow) -> list[Exhibit]:
    subjects = [row["subject"] for row in await fetch(_SUBJECTS, case.debtor, case.id)]
    files = [
        *await tables_of(case.debtor, case.id, case.zone),
        await stages_table(case.id),
        await limitation_table(case.debtor, case.on),
        *await _notices(case, subjects),
        *await _letters(case),
        *await _photos(subjects),
        await _audit(subjects),
    ]
    return sorted(files, key=lambda file: file.name)


async def _notices(case: CaseRow, subjects: list[str]) -> list[Exhibit]:
    """All notices: those in the inbox worded from their facts, SMS and mail as they were sent; with their delivery."""
    rows = await fetch(_NOTICES, case.debtor, subjects)
    zone, files, sent = ZoneInfo(case.zone), [], []
    ways = await fetch(_SENT, [row["id"] for row in rows])
    texts = await fetch(_TEXTS, [row["id"] for row in rows])
    for number, row in enumerate(rows, 1):
        message = word(NoticeKind(row["kind"]), from_json(row["facts"]), row["language"], link=row["link"] or "")
        name = f"05-通知/{number:04d}.txt"
        text = f"——站内信——\n{message.subject}\n\n{message.body}\n"
        for one in texts:
            if one["notice"] == row["id"]:
                at = one["at"].astimezone(zone).isoformat(" ", "seconds")
                text += (
                    f"\n——{_named(one['channel'])}，第 {one['tried']} 次，{at}，{one['address']}——\n{one['words']}\n"
                )
        files.append(Exhibit(name, f"第 {number} 条通知原文", text.encode()))
        sent += [
            [name, row["name"], str(row["created_at"].astimezone(zone)), *_how(way),
             str(way["changed_at"].astimezone(zone)), str(way["tries"])]
            for way in ways
            if way["notice"] == row["id"]
        ]  # fmt: skip
    heads = ["原文", "收件人", "生成时间", "渠道", "状态", "未发送的原因", "状态时间", "尝试次数"]
    return [Exhibit("05-通知.csv", "发出的通知及送达情况", csv_bytes(heads, sent)), *files]


def _how(way: Record) -> list[str]:
    """The channel of a message, its result, and why it was not sent if it was not, in words."""
    state = DeliveryState(way["state"])
    with speaking(CHINESE):
        why = label(Unsent(way["trouble"])) if state is DeliveryState.suppressed else ""
        return [_named(way["channel"]), label(state), why]


def _named(channel: str) -> str:
    with speaking(CHINESE):
        return label(Channel(channel))


async def _letters(case: CaseRow) -> list[Exhibit]:
    """Every letter as it was issued."""
    return [
        Exhibit(f"15-函件/{row.called}.pdf", f"函件 {row.called}", await letters_pdf([(row, facts, at)]))
        for row, facts, at in await letters_for(case.id)
    ]


async def _photos(subjects: list[str]) -> list[Exhibit]:
    rows = await fetch(
        "SELECT picture FROM photo WHERE subject = ANY($1) ORDER BY created_at, sha256, id",
        subjects,
    )
    return [
        Exhibit(f"12-照片/{number:04d}.jpg", f"第 {number} 张照片", row["picture"])
        for number, row in enumerate(rows, 1)
    ]


async def _audit(subjects: list[str]) -> Exhibit:
    """Each act with its body and hash, and the hash before: SHA-256(previous + body) must give the hash."""
    rows = await fetch(
        "SELECT e.*, s.sequence, s.hash, p.hash AS previous FROM audit_entry e JOIN audit_seal s ON s.entry = e.id"
        " LEFT JOIN audit_seal p ON p.community = s.community AND p.sequence = s.sequence - 1"
        " WHERE e.subject = ANY($1) AND e.verb <> $2 ORDER BY s.sequence",
        subjects,
        AuditVerb.EVIDENCE_TAKEN.value,
    )
    heads = ["序号", "前一散列（hex）", "内容（JSON）", "散列（hex）"]
    cells = [
        [str(row["sequence"]), (row["previous"] or bytes(32)).hex(), body_of(row).decode(), row["hash"].hex()]
        for row in rows
    ]
    return Exhibit("13-操作记录.csv", "操作记录及其散列链，散列 = SHA-256（前一散列 + 内容）", csv_bytes(heads, cells))


def _index(creditor: Creditor, case: CaseRow, addresses: list[str], files: list[Exhibit]) -> dict[str, object]:
    return {
        "creditor": creditor.as_facts(),
        "estate": case.estate,
        "place": place_of({"estate": case.estate, "unit": case.unit, "standing": case.standing.value}),
        "send_to": "；".join(addresses) or ("同房屋" if case.standing is DebtorStanding.owner else "未登记"),
        "people": case.people,
        "on": case.on.isoformat(),
        "opened_on": case.opened_on.isoformat(),
        "stage": str(case.stage),
        "overdue": f"{case.overdue.yuan:,.2f}",
        "held": f"{case.held.yuan:,.2f}",
        "chaseable": f"{case.chaseable.yuan:,.2f}",
        "files": [
            {"name": file.name, "title": file.title, "size": str(len(file.content)), "sha256": file.sha256}
            for file in files
        ],
    }
