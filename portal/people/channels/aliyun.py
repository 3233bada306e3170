"""Text messages by Alibaba Cloud, only in approved wordings, each with its own code and receipts.

Its client loads certificates for every call, also in its asynchronous form, where everybody would wait for it and could
tell from that whether a code was sent. So its synchronous form is called, in a thread.
"""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.exceptions import DaraException, UnretryableException
from darabonba.runtime import RuntimeOptions

from portal.people.channels.provider import NotSent
from portal.people.channels.sms import Text
from portal.people.notices.states import DeliveryState
from portal.platform.process.settings import Settings

PATIENCE = RuntimeOptions(connect_timeout=3000, read_timeout=5000, autoretry=False)  # milliseconds
DONE = "OK"
HOME = "+86"
STATES = {2: DeliveryState.failed, 3: DeliveryState.delivered}  # 1: no receipt yet


async def send(settings: Settings, text: Text) -> str:
    """Send a message by its template and variables, and return the id for asking about its receipt. Raises NotSent."""
    code = settings.template_of(text.name, text.language)
    if code is None:
        raise NotSent(f"SMS_TEMPLATES has no {text.name}")
    answer = await _ask(
        _client(settings).send_sms_with_options,
        SendSmsRequest(
            phone_numbers=_number(text.to),
            sign_name=text.sign or settings.sms_signs[0],
            template_code=code,
            template_param=json.dumps(text.places, ensure_ascii=False),
            out_id=text.key,
        ),
    )
    return str(answer.biz_id)


async def receipt(settings: Settings, to: str, message: str, sent_on: date) -> tuple[DeliveryState, str] | None:
    """The result of a message to a number: delivered, or failed with the network's reason; None if not known yet.

    `sent_on` is the day in China on which it was sent. Raises NotSent if the provider cannot say now.
    """
    answer = await _ask(
        _client(settings).query_send_details_with_options,
        QuerySendDetailsRequest(
            phone_number=_number(to), biz_id=message, send_date=f"{sent_on:%Y%m%d}", page_size=1, current_page=1
        ),
    )
    result = answer.sms_send_detail_dtos.sms_send_detail_dto if answer.sms_send_detail_dtos else []
    state = STATES.get(result[0].send_status) if result else None
    return (state, result[0].err_code or "") if state else None


def _client(settings: Settings) -> Client:
    assert settings.sms_url
    where = urlsplit(settings.sms_url)
    return Client(
        Config(
            access_key_id=settings.sms_key_id,
            access_key_secret=settings.sms_key_secret,
            endpoint=where.netloc,
            protocol=where.scheme,
        )
    )


async def _ask(call: Any, request: Any) -> Any:
    """The body of a successful answer. Raises NotSent with a code, because the provider's messages quote numbers."""
    try:
        body = (await asyncio.to_thread(call, request, PATIENCE)).body
    except (DaraException, UnretryableException, OSError) as failed:
        raise NotSent(str(getattr(failed, "code", None) or type(failed).__name__)) from failed
    if body.code != DONE:
        raise NotSent(str(body.code))
    return body


def _number(to: str) -> str:
    """The number as the provider writes it: Chinese numbers without country code, others without the plus."""
    return to.removeprefix(HOME) if to.startswith(HOME) else to.removeprefix("+")
