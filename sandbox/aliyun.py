"""Alibaba Cloud's SMS service (Dysmsapi 2017-05-25): signature 3 checked, approved wordings filled, receipts."""

import hashlib
import hmac
import json
import random
import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response, post

from portal.kit.clock import real_now
from sandbox.post import Taken
from sandbox.state import Request, State, state_of
from sandbox.wire import Json

ALGORITHM = "ACS3-HMAC-SHA256"
_AUTHORIZATION = re.compile(rf"{ALGORITHM} Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{{64}})")
SIGNED = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
VERSION = "2017-05-25"
SKEW = timedelta(minutes=15)
CHINA = ZoneInfo("Asia/Shanghai")
_NUMBER = re.compile(r"1\d{10}|[2-9]\d{6,14}")
_PLACE = re.compile(r"\$\{(\w+)\}")
NO_RECEIPT, LOST, DELIVERED = 1, 2, 3


class Refusal(Exception):
    """An answer with an error code; of the gateway itself with 4xx, of the service with 200."""

    def __init__(self, code: str, status: int = 200) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@post("/", status_code=200, name="aliyun")
async def call(request: Request) -> Response[Json]:
    """Any call of the service; the action stands in a header."""
    state = state_of(request)
    answer: Json = {"RequestId": secrets.token_hex(16).upper(), "Code": "OK", "Message": "OK"}
    try:
        _check_signature(state, request, await request.body())
        action = ACTIONS.get(request.headers.get("x-acs-action", ""))
        if action is None or request.headers.get("x-acs-version") != VERSION:
            raise Refusal("InvalidAction.NotFound", 404)
        return Response(answer | action(state, dict(request.query_params)))
    except Refusal as error:
        return Response(answer | {"Code": error.code, "Message": error.code}, status_code=error.status)


def _check_signature(state: State, request: Request, body: bytes) -> None:
    """As Alibaba Cloud describes version 3 of its signature. Raises Refusal."""
    found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if not found:
        raise Refusal("MissingAuthorization", 400)
    key, names, signature = found.group(1), found.group(2).split(";"), found.group(3)
    if not state.settings.sms_key_id or key != state.settings.sms_key_id:
        raise Refusal("InvalidAccessKeyId.NotFound", 404)
    if names != sorted(names) or not set(names) >= SIGNED:
        raise Refusal("IncompleteSignature", 400)
    hashed = hashlib.sha256(body).hexdigest()
    if hashed != request.headers["x-acs-content-sha256"]:
        raise Refusal("SignatureDoesNotMatch", 400)
    query = sorted(request.query_params.items())
    lines = [
        request.method,
        request.url.path,
        "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query),
        *(f"{name}:{request.headers[name].strip()}" for name in names),
        "",
        ";".join(names),
        hashed,
    ]
    canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    signed = f"{ALGORITHM}\n{canonical}"
    right = hmac.new(state.settings.sms_key_secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, signature):
        raise Refusal("SignatureDoesNotMatch", 400)
    when = datetime.fromisoformat(request.headers["x-acs-date"])
    if abs(real_now() - when) > SKEW:
        raise Refusal("InvalidTimeStamp.Expired", 400)
    if (nonce := request.headers["x-acs-signature-nonce"]) in state.nonces:
        raise Refusal("SignatureNonceUsed", 400)
    state.nonces.add(nonce)


def _send(state: State, asked: dict[str, Any]) -> Json:
    number, code = asked.get("PhoneNumbers", ""), asked.get("TemplateCode", "")
    if not asked.get("SignName") or (state.settings.sms_signs and asked["SignName"] not in state.settings.sms_signs):
        raise Refusal("isv.SMS_SIGNATURE_ILLEGAL")
    wording = state.settings.sms_wordings.get(code)
    if wording is None:
        raise Refusal("isv.SMS_TEMPLATE_ILLEGAL")
    if not _NUMBER.fullmatch(number):
        raise Refusal("isv.MOBILE_NUMBER_ILLEGAL")
    content = f"【{asked['SignName']}】{_filled(wording, asked.get('TemplateParam', '{}'))}"
    state.post.put("sms", f"+86{number}" if number.startswith("1") else f"+{number}", content)
    status = LOST if random.random() < state.faults.sms.lost else DELIVERED  # noqa: S311 - a chance, no secret
    message = f"{secrets.randbelow(10**15)}^0"
    state.texts[message] = Taken(
        number=number,
        template=code,
        content=content,
        out_id=asked.get("OutId", ""),
        at=real_now().astimezone(CHINA),
        status=status,
    )
    return {"BizId": message}


def _filled(wording: str, param: str) -> str:
    try:
        places = json.loads(param)
    except ValueError:
        raise Refusal("isv.INVALID_JSON_PARAM") from None
    if not isinstance(places, dict) or not set(_PLACE.findall(wording)) <= set(places):
        raise Refusal("isv.TEMPLATE_MISSING_PARAMETERS")
    return _PLACE.sub(lambda place: str(places[place.group(1)]), wording)


def _details(state: State, asked: dict[str, Any]) -> Json:
    """What is known of a number's messages of a day, newest first, or of one of them."""
    wanted, day = asked.get("BizId"), asked.get("SendDate")
    found = [
        _detail(taken)
        for message, taken in reversed(state.texts.items())
        if wanted in (None, message) and taken.number == asked.get("PhoneNumber") and f"{taken.at:%Y%m%d}" == day
    ]
    size, page = int(asked.get("PageSize", 10)), int(asked.get("CurrentPage", 1))
    part = found[size * (page - 1) : size * page]
    return {"TotalCount": str(len(found)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": part}}


def _detail(taken: Taken) -> Json:
    return {
        "PhoneNum": taken.number,
        "SendStatus": taken.status,
        "ErrCode": "DELIVERED" if taken.status == DELIVERED else "MK:0001",
        "TemplateCode": taken.template,
        "Content": taken.content,
        "OutId": taken.out_id,
        "SendDate": f"{taken.at:%Y-%m-%d %H:%M:%S}",
        "ReceiveDate": f"{taken.at:%Y-%m-%d %H:%M:%S}",
    }


ACTIONS = {"SendSms": _send, "QuerySendDetails": _details}
