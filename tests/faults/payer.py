"""An owner who pays by the real pages while things break, and remembers what they were told."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

SETTLES_WITHIN = 60  # seconds until an owner who tries again has paid


@dataclass
class History:
    """What the owners were told, all together: the oracle that no database can give."""

    answers: Counter[str] = field(default_factory=Counter)  # ok, unavailable (503) or unknown (no answer)
    sessions: set[str] = field(default_factory=set)  # payment pages that somebody was sent to
    posted: dict[str, int] = field(default_factory=dict)  # payments that a page called posted, in fen
    paid: set[str] = field(default_factory=set)  # bills that a page called paid
    broken: list[str] = field(default_factory=list)  # answers that must never be


class Payer:
    """One owner at one phone."""

    def __init__(self, url: str, sandbox: str, history: History) -> None:
        self.url, self.sandbox, self.history = url, sandbox, history
        self.http = httpx.AsyncClient(
            base_url=url, headers={"Origin": url, "Sec-Fetch-Site": "same-origin"}, trust_env=False, timeout=30
        )
        self.bills: list[str] = []  # those still to pay

    async def sign_in(self, phone: str, code_for: Callable[[str], str]) -> None:
        """By the code that comes by SMS; then all bills are known."""
        await self.http.post("/sign-in", data={"phone": phone})
        answer = await self.http.post("/sign-in/code", data={"code": await asyncio.to_thread(code_for, phone)})
        assert answer.status_code == 303, answer.text
        page = await self.http.get("/bills")
        self.bills = re.findall(r'data-bill="([^"]+)" data-state="issued"', page.text)
        assert self.bills

    async def sees_bills(self) -> bool:
        """Whether the page of all bills comes."""
        answer = await self._ask("GET", "/bills")
        return answer is not None and answer.status_code == 200

    async def pay(self, bill: str, *, come_back: bool = True) -> bool:
        """Try once to pay a bill; whether a page said that it is paid. One who does not come back just pays."""
        answer = await self._ask("POST", "/payments/new", data={"bill": bill, "method": "alipay"})
        if answer is None:
            return False
        if answer.status_code == 409:  # paid already, or on its way
            return await self._sees_paid(bill)
        assert answer.status_code == 303, answer.text
        if not answer.headers["location"].startswith(self.sandbox):
            return False  # Stripe did not tell an address: the payment's page says so
        back = await self._at_stripe(answer.headers["location"])
        if not come_back:
            return False
        landed = await self._ask("GET", back)
        if landed is None:
            return False
        assert landed.status_code == 303, landed.text
        page = await self._ask("GET", landed.headers["location"])
        if page is None:
            return False
        assert page.status_code == 200, page.text
        for payment, state, fen in re.findall(r'data-payment="([^"]+)" data-state="(\w+)" data-fen="(\d+)"', page.text):
            if state == "posted":
                self.history.posted[payment] = int(fen)
        return await self._sees_paid(bill)

    async def pay_at_last(self, bill: str) -> None:
        """Try until a page says that it is paid, as somebody does whose phone showed an error. Raises TimeoutError."""
        async with asyncio.timeout(SETTLES_WITHIN):
            while not await self.pay(bill):  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    async def _at_stripe(self, page: str) -> str:
        """Pay on the hosted page, which never breaks here; the address of the way back."""
        self.history.sessions.add(page.rpartition("/")[2])
        async with httpx.AsyncClient(trust_env=False, timeout=30) as stripe:
            answer = await stripe.post(page, data={"outcome": "paid", "method": "alipay"})
            assert answer.status_code == 303, answer.text
            return answer.headers["location"]

    async def _sees_paid(self, bill: str) -> bool:
        page = await self._ask("GET", f"/bills/{bill}")
        paid = page is not None and f'data-bill="{bill}" data-state="paid"' in page.text
        if paid:
            self.history.paid.add(bill)
        return paid

    async def _ask(self, method: str, path: str, **more: dict[str, str]) -> httpx.Response | None:
        """An answer, or None when there was none or the portal said that it cannot now."""
        try:
            answer = await self.http.request(method, path, **more)  # type: ignore[arg-type]
        except httpx.TransportError:
            self.history.answers["unknown"] += 1
            return None
        if answer.status_code < 500:
            self.history.answers["ok"] += 1
            return answer
        self.history.answers["unavailable"] += 1
        calm = answer.status_code == 503 and answer.headers.get("retry-after") and "Traceback" not in answer.text
        if not calm:
            self.history.broken.append(f"{method} {path}: {answer.status_code}")
        return None
