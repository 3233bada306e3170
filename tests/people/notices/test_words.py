"""Every kind of notice has its words in both languages, and says nothing that it does not know."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from jinja2 import UndefinedError

from portal.kit.language import ENGLISH, LANGUAGES, language
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.notices.states import NoticeKind
from portal.people.notices.words import TEMPLATES, Sender, word

LINK = "https://portal.example/bills/1"
SENDER = Sender("青岚物业", "明溪花园", "400-000-0000")
DISPUTE = {"unit": "1栋101", "item": "物业服务费", "item_en": "Service fee", "month": Month(2026, 11)}
BINDING = {"unit": "1栋101", "estate": "明溪花园", "name": "唐悦", "role": "tenant", "starts_on": date(2026, 12, 1)}
PHONES = {"estate": "明溪花园", "old": "138****0001", "new": "139****0002"}
FACTS: dict[str, dict[str, object]] = {
    "bill_issued": {"unit": "1栋101", "total": Money(123450), "due_on": date(2026, 11, 15), "month": Month(2026, 11)},
    "payment_posted": {"unit": "1栋101", "amount": Money(30000), "number": 7, "on": date(2026, 11, 20)},
    "credit_left": {"unit": "1栋101", "amount": Money(5000)},
    "line_corrected": {"unit": "1栋101", "amount": Money(5000), "why": "面积登记有误"},
    "dispute_opened": {**DISPUTE, "amount": Money(10000), "reply_by": datetime(2026, 11, 24, 9, 30, tzinfo=UTC)},
    "dispute_asked": {**DISPUTE, "question": "请问是哪一天没有打扫？"},
    "dispute_routed": {**DISPUTE, "department": "工程部", "due_on": date(2026, 11, 25)},
    "dispute_rectified": {**DISPUTE, "department": "工程部", "done": "阀门已更换。"},
    "dispute_decided": {**DISPUTE, "outcome": "partly", "amount": Money(5000), "reason": "电梯停运 6 天。"},
    "arrears_reminder": {
        "estate": "明溪花园",
        "unit": "1栋101",
        "total": Money(12345),
        "covered": Money(500),
        "before": Money(12845),
        "fund": Money(700),
        "bills": [{"month": Month(2026, 10), "due_on": date(2026, 11, 1), "amount": Money(12345)}],
        "pay_on": date(2026, 11, 27),
    },
    "dispute_follow_up": DISPUTE,
    "plan_requested": {"unit": "1栋101", "total": Money(90000)},
    "plan_approved": {"unit": "1栋101", "answer": "请按期缴纳。"},
    "plan_countered": {
        "unit": "1栋101", "instalments": 6, "first_on": date(2026, 12, 15), "answer": "请从十二月中旬开始。",
    },
    "plan_refused": {"unit": "1栋101", "answer": ""},
    "plan_active": {"unit": "1栋101", "first_on": date(2026, 12, 15)},
    "plan_completed": {"unit": "1栋101", "on": date(2027, 5, 15), "missed": None},
    "claim_filed": {"path": "mediation", "unit": "1栋101", "amount": Money(7000), "filed_on": date(2026, 12, 4)},
    "claim_left": {"path": "suit", "unit": "1栋101", "total": Money(7000), "amount": Money(2000)},
    "pause_begun": {"unit": "1栋101", "from_on": date(2026, 12, 4), "until_on": date(2026, 12, 18)},
    "pause_ends": {"unit": "1栋101", "until_on": date(2026, 12, 18)},
    "pause_ended": {
        "unit": "1栋101", "until_on": date(2026, 12, 18), "total": Money(7000), "pay_on": date(2026, 12, 25), "days": 7,
    },
    "stage_climbed": {
        "unit": "1栋101", "stage": 2, "elsewhere": False, "step": "reminded", "done_on": date(2026, 11, 20),
        "on": date(2026, 11, 27), "amount": Money(7000), "next_on": date(2026, 12, 11),
    },
    "letter_issued": {"number": "TZ-2026-000001", "unit": "1栋101", "amount": Money(7000), "pay_on": date(2026, 12, 4)},
    "plan_broken": {"unit": "1栋101", "on": date(2027, 2, 16), "missed": 3},
    "plan_reinstated": {"unit": "1栋101", "answer": "补缴已到账。"},
    "binding_requested": BINDING,
    "binding_approved": BINDING,
    "binding_refused": {**BINDING, "why": "租约看不清"},
    "binding_begun": BINDING,
    "binding_revoked": BINDING,
    "phone_changed": PHONES,
    "phone_left": PHONES,
    "phone_asked": PHONES,
    "phone_refused": PHONES | {"why": "资料不符"},
    "statement_published": {
        "title": "2026 年第三季度收支", "estate": "明溪花园", "version": 1,
        "starts_on": date(2026, 7, 1), "ends_on": date(2026, 9, 30),
    },
    "statement_corrected": {
        "title": "2026 年第三季度收支", "estate": "明溪花园", "version": 2, "places": 3, "until_on": date(2026, 12, 15),
        "starts_on": date(2026, 7, 1), "ends_on": date(2026, 9, 30),
    },
    "question_answered": {"title": "2026 年第三季度收支", "estate": "明溪花园"},
    "ownership_began": {"unit": "1栋101", "estate": "明溪花园", "starts_on": date(2026, 12, 1)},
    "ownership_ended": {
        "unit": "1栋101", "estate": "明溪花园", "starts_on": date(2026, 12, 1), "last_on": date(2026, 11, 30),
        "amount": Money(50048),
    },
    "vacancy_approved": {"unit": "1栋101", "starts_on": date(2026, 12, 1), "answer": ""},
    "vacancy_refused": {"unit": "1栋101", "answer": "水表仍在走。"},
    "expense_asked": {"purpose": "更换水泵", "amount": Money(800000)},
    "vacancy_ended": {"unit": "1栋101", "starts_on": date(2027, 3, 1)},
    "rate_announced": {
        "item": "物业服务费", "item_en": "Service fee", "estate": "明溪花园", "starts_on": date(2027, 1, 1),
        "rate": "3.00 / ㎡", "before": "2.80 / ㎡", "source": "业主大会决议",
    },
}  # fmt: skip


@pytest.mark.parametrize("tongue", LANGUAGES)
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_notice_has_its_words(kind: NoticeKind, tongue: str) -> None:
    words = word(kind, FACTS[kind.value], tongue, sender=SENDER, link=LINK)
    assert words.subject
    assert "\n" not in words.subject + words.sms
    assert words.sms.startswith("【青岚物业】明溪花园") and words.sms.endswith(LINK)
    assert "400-000-0000" in words.sms and ("unit" not in FACTS[kind.value] or "1栋101" in words.sms)
    assert words.paragraphs
    for text in (words.subject, words.body, words.sms):
        assert "%(" not in text
        assert "{{" not in text
    if tongue != ENGLISH:
        plain = words.subject + words.sms.removesuffix(LINK)
        assert any("\u4e00" <= sign <= "\u9fff" for sign in plain), plain


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_text_message_of_long_names_needs_two_segments_at_most(kind: NoticeKind) -> None:
    """What does not fit into 70 signs is cut into parts of 67: of a link with an id half of two parts is left."""
    long = FACTS[kind.value] | {
        "unit": "12栋3单元1502",
        "amount": Money(1_234_567),
        "total": Money(1_234_567),
        "due_on": date(2026, 12, 15),
    }
    sender = Sender("青岚物业服务", "明溪花园北", "0571-8000000")
    text = word(kind, long, "zh-CN", sender=sender).sms
    assert len(text) <= 70, text


def test_a_notice_of_before_that_names_no_home_is_still_sent() -> None:
    assert (
        "明溪花园的分期款项已全部缴清"
        in word(NoticeKind.plan_completed, {"on": date(2026, 11, 1), "missed": None}, "zh-CN", sender=SENDER).sms
    )


def test_every_kind_has_its_three_texts_and_no_other_folder_is_left() -> None:
    assert {folder.name for folder in TEMPLATES.iterdir()} == {kind.value for kind in NoticeKind}
    for folder in TEMPLATES.iterdir():
        assert {file.name for file in folder.iterdir()} == {"subject.txt", "body.txt", "sms.txt"}


def test_sums_days_and_months_read_like_everywhere_else() -> None:
    words = word(NoticeKind.bill_issued, FACTS["bill_issued"], "zh-CN", link=LINK)
    assert words.subject == "1栋101 2026年11月账单：¥1,234.50"
    assert words.paragraphs[0] == "1栋101 2026年11月账单共 ¥1,234.50，请在2026年11月15日当天或之前缴纳。"
    english = word(NoticeKind.bill_issued, FACTS["bill_issued"], "en", link=LINK)
    assert english.paragraphs[0] == (
        "Your bill for 1栋101, November 2026, is ¥1,234.50. Please pay it by 15 November 2026."
    )


def test_a_moment_is_told_in_local_time_and_an_item_in_the_readers_language() -> None:
    english = word(NoticeKind.dispute_opened, FACTS["dispute_opened"], "en")
    assert "24 November 2026 17:30" in english.body
    assert "Service fee" in english.body
    assert "物业服务费" in word(NoticeKind.dispute_opened, FACTS["dispute_opened"], "zh-CN").body


@pytest.mark.parametrize(
    ("outcome", "says"), [("upheld", "异议成立"), ("partly", "部分成立"), ("rejected", "收费无误")]
)
def test_a_decision_says_how_it_ended(outcome: str, says: str) -> None:
    assert says in word(NoticeKind.dispute_decided, FACTS["dispute_decided"] | {"outcome": outcome}, "zh-CN").body


def test_a_refusal_without_reasons_leaves_no_empty_heading() -> None:
    assert "理由" not in word(NoticeKind.plan_refused, FACTS["plan_refused"], "zh-CN").body


def test_a_missing_fact_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises((UndefinedError, TypeError)):
        word(NoticeKind.bill_issued, {"month": Month(2026, 11)}, "zh-CN")


def test_wording_leaves_the_language_as_it_was() -> None:
    before = language()
    word(NoticeKind.plan_requested, FACTS["plan_requested"], "en")
    assert language() == before
