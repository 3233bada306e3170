"""Text messages by Alibaba Cloud's own client over HTTP: signed, in approved wordings, with receipts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.kit.language import LANGUAGES
from portal.people.channels.provider import NotSent
from portal.people.channels.sms import Text, send_sms, sign_of
from portal.people.delivery.actions import send_notice
from portal.people.delivery.jobs import ask_receipts
from portal.people.notices.states import NoticeKind
from portal.people.notices.words import PATH, word
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings, Unusable
from portal.run.cli.work import all_approved, by_code, wordings
from portal.signin.owners.words import CodeText
from tests.arrears.cases.world import TODAY, on
from tests.people.delivery.test_actions import reminded
from tests.people.notices.test_words import FACTS, SENDER
from tests.sandbox.running import RunningSandbox, running_sandbox

pytestmark = [pytest.mark.anyio]
KEYS = {"sms_key_id": "LTAI4242", "sms_key_secret": "s3cret", "sms_sign_name": "明白, 青岚, 青岚物业"}


def customer(settings: Settings, sandbox: RunningSandbox | None = None) -> Settings:
    """Settings of a customer whose every wording is approved."""
    codes = {name: f"SMS_{number}" for number, name in enumerate(wordings(""))}
    return replace(settings, sms_url=sandbox and sandbox.url, sms_templates=codes, **KEYS)


def approved(settings: Settings) -> dict[str, object]:
    """What the sandbox must know of that customer."""
    here = customer(settings)
    keys = {name: getattr(here, name) for name in ("sms_key_id", "sms_key_secret", "sms_signs")}
    return {**keys, "sms_wordings": by_code(here)}


CODE = Text("+8619900000101", "", CodeText.sign_in.name, "zh-CN", {"code": "424242"}, "key")


@pytest.mark.parametrize("tongue", LANGUAGES)
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_wording_with_its_places_filled_says_what_the_whole_message_says(kind: NoticeKind, tongue: str) -> None:
    """I-M4: whichever gateway sends it, a message reads the same."""
    words = word(kind, FACTS[kind.value], tongue, sender=SENDER, link="https://portal.example/bills/1")
    said = wordings("https://portal.example")[f"{kind.value}.{tongue}"]
    for name, value in {**words.places, PATH: "bills/1"}.items():
        assert f"${{{name}}}" in said
        said = said.replace(f"${{{name}}}", value)
    assert f"【青岚物业】{said}" == words.sms


async def test_a_code_and_a_foreign_number_go_through_the_real_client(settings: Settings) -> None:
    async with running_sandbox(**approved(settings)) as sandbox:
        here = customer(settings, sandbox)
        assert await send_sms(here, CODE)
        await send_sms(here, replace(CODE, to="+85251234567", language="en"))
        abroad, home = sandbox.state.post.to("sms", None)
    assert (home.to, abroad.to) == ("+8619900000101", "+85251234567")
    assert home.text == "【明白】您的登录验证码是 424242，5 分钟内有效。请勿告诉任何人，包括物业工作人员。"
    assert abroad.text.startswith("【明白】424242 is your sign-in code")


@pytest.mark.parametrize(
    ("changes", "text", "code"),
    [
        ({"sms_key_secret": "stolen"}, CODE, "SignatureDoesNotMatch"),
        ({"sms_key_id": "LTAI0"}, CODE, "InvalidAccessKeyId.NotFound"),
        ({"sms_sign_name": "别家"}, CODE, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({}, replace(CODE, sign="别家物业"), "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"sms_templates": {"sign_in": "SMS_0815"}}, CODE, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"sms_templates": {}}, CODE, "SMS_TEMPLATES has no sign_in"),
        ({}, replace(CODE, places={}), "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({}, replace(CODE, to="+8612"), "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"sms_url": "http://127.0.0.1:9"}, CODE, "UnretryableException"),
    ],
)
async def test_what_is_refused_is_not_sent_and_says_why_without_the_number(
    settings: Settings, changes: dict[str, object], text: Text, code: str
) -> None:
    async with running_sandbox(**approved(settings)) as sandbox:
        with pytest.raises(NotSent) as refused:
            await send_sms(replace(customer(settings, sandbox), **changes), text)
        assert sandbox.state.post.to("sms", None) == []
    assert str(refused.value) == code


@pytest.mark.usefixtures("database", "clean")
@pytest.mark.parametrize(("lost", "state"), [(0, "delivered"), (1, "failed")])
async def test_the_receipt_of_a_reminder_is_asked_for_once_it_can_be_there(
    settings: Settings, lost: int, state: str
) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        async with running_sandbox(**approved(settings)) as sandbox:
            sandbox.state.faults.merge({"sms": {"lost": lost}})
            here = customer(settings, sandbox)
            await send_notice(replace(here, smtp_host="127.0.0.1", smtp_port=sandbox.smtp_port), **errand)
            (text,) = sandbox.state.post.to("sms", None)
            kept = await debts.row(
                "SELECT words FROM sent_text t JOIN delivery d ON d.id = t.delivery WHERE channel = 'sms'"
            )
            assert text.text == kept["words"]
            assert await ask_receipts(here) == 0, "too early"
            async with unit_of_work(debts.estate.community):
                await fetch("UPDATE delivery SET changed_at = changed_at - $1::interval", timedelta(minutes=1))
            [(message, taken)] = sandbox.state.texts.items()
            sandbox.state.texts[message] = replace(taken, status=1)
            assert await ask_receipts(here) == 0, "the network has not said yet"
            sandbox.state.texts[message] = taken
            assert await ask_receipts(here) == 0, "not asked again at once"
            for gateway in (replace(here, sms_url="http://127.0.0.1:9"), None):
                async with unit_of_work(debts.estate.community):
                    await fetch("UPDATE delivery SET asked_at = asked_at - $1::interval", timedelta(minutes=11))
                if gateway:
                    assert await ask_receipts(gateway) == 0, "nobody can tell now; another time"
            assert (await ask_receipts(here), await ask_receipts(here)) == (1, 0)
        rows = await debts.rows("SELECT channel, state, trouble FROM delivery WHERE channel = 'sms'")
    why = {"delivered": None, "failed": "MK:0001"}[state]
    assert [tuple(row) for row in rows] == [("sms", state, why)]


def test_a_company_signs_with_the_longest_approved_name_that_is_a_part_of_its_own(settings: Settings) -> None:
    here = customer(settings)
    assert sign_of(here, "青岚物业服务有限公司") == "青岚物业"
    assert sign_of(here, "别家物业有限公司") == "别家物业有限公司", "which the gateway takes only if it was approved"


def test_a_wording_that_nobody_approved_keeps_the_portal_from_starting(settings: Settings) -> None:
    whole = customer(settings)
    assert all_approved(whole) is whole and all_approved(settings) is settings
    short = {name: code for name, code in whole.sms_templates.items() if not name.startswith("plan_broken")}
    with pytest.raises(Unusable, match="plan_broken; see `portal wordings`"):
        all_approved(replace(whole, sms_templates=short))
    assert all_approved(replace(whole, sms_templates=short | {"plan_broken": "SMS_1"})), "one code for both languages"
