"""The one handler of /v1: who calls, what goes wrong, was it asked before, and only then the operation."""

import asyncio
import base64
import re
import secrets
from dataclasses import replace

from litestar import Response, route
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from sandbox.faults import REFUSALS, tampered
from sandbox.idempotency import Answer
from sandbox.listing import expanded
from sandbox.objects import API_VERSION
from sandbox.operations import Call, find
from sandbox.state import Request, State, state_of
from sandbox.wire import StripeRefusal, decode, read

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?").fullmatch
HANG = 90.0  # seconds; longer than any client should wait


class BrokenOff(Exception):
    """Raised into the server after half an answer, which makes it close the connection."""


class Break(ASGIResponse):
    """An answer that never comes: the connection is closed, at once or after a long silence."""

    def __init__(self, after: float = 0) -> None:
        super().__init__()
        self.after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(self.after)
        # A promised length that is not kept: the server has to drop the connection, and every client notices.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4096")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise BrokenOff


@route("/v1/{path:path}", http_method=["GET", "POST"], name="v1")
async def v1(request: Request) -> ASGIResponse:
    """Any call of Stripe's API."""
    state = state_of(request)
    form = await request.body() if request.method == "POST" else request.scope["query_string"]
    request_id = f"req_{secrets.token_hex(8)}"
    try:
        _authenticate(state, request)
        fault = state.faults.take(request.method, request.url.path)
        if fault == "reset_before":
            return Break()
        answer = _answer(state, request, form, fault, request_id)
    except StripeRefusal as refusal:
        fault, answer = "", Answer(refusal.status, refusal.body(), request_id)
    if fault in ("reset_after", "hang"):
        return Break(HANG if fault == "hang" else 0)
    if fault.startswith("wrong_"):
        answer = replace(answer, body=tampered(answer.body, fault))
    return _respond(request, answer, request_id)


def _authenticate(state: State, request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":  # as curl -u sends it: the key as the user, no password
        key = base64.b64decode(key.encode()).decode(errors="replace").partition(":")[0] if _BASE64(key) else ""
    elif scheme.lower() != "bearer":
        key = ""
    if not secrets.compare_digest(key.encode(), state.settings.api_key.encode()):
        raise StripeRefusal("Invalid API Key provided", status=401)
    if (version := request.headers.get("stripe-version", API_VERSION)) != API_VERSION:
        raise StripeRefusal(f"Invalid Stripe API version: {version}. The sandbox speaks {API_VERSION}.")


def _answer(state: State, request: Request, form: bytes, fault: str, request_id: str) -> Answer:
    """Run the operation, or repeat what the key got before. Raises StripeRefusal, which is not kept."""
    method, path, now = request.method, request.url.path, state.books.now()
    key = request.headers.get("idempotency-key", "") if method == "POST" else ""
    if fault in ("409", "429", "500_unsaved"):
        raise REFUSALS[fault]
    if key and (earlier := state.kept.earlier(key, method, path, form, now)):
        return replace(earlier, replayed=True)
    if fault == "500_saved":
        answer = Answer(500, REFUSALS[fault].body(), request_id)
    else:
        operation, identifier = find(method, path)
        params = read(decode(form), operation.shape)
        base_url = state.settings.public_url or str(request.base_url).rstrip("/")
        result = operation.run(Call(state.books, params, path, identifier, base_url))
        answer = Answer(200, expanded(state.books, result, params.get("expand", [])), request_id)
    if key:
        state.kept.keep(key, method, path, form=form, now=now, answer=answer)
    return answer


def _respond(request: Request, answer: Answer, request_id: str) -> ASGIResponse:
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION, "Cache-Control": "no-cache, no-store"}
    if key := request.headers.get("idempotency-key"):
        headers |= {"Idempotency-Key": key, "Original-Request": answer.request_id}
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, status_code=answer.status, headers=headers).to_asgi_response(None, request)
