"""Webhooks that Stripe did not send, sent before, or signs with another secret now (F-25, F-26, F-27), and F-11."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections import Counter
from dataclasses import replace

import asyncpg
import pytest
import stripe
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st

from portal.money.stripe.gateway import gateway
from portal.money.stripe_events.webhook import MOST_BYTES
from portal.platform.db.logins import Database
from tests.faults.counts import SEED, note, times
from tests.faults.paying import all_waiting, more_bills, paid, rows
from tests.money.checkout.telling import deliver, signed
from tests.money.checkout.till import Till, events_stored
from tests.sandbox.running import SETTINGS

pytestmark = pytest.mark.anyio
GENUINE = {"id": "evt_forged", "object": "event", "type": "checkout.session.completed", "livemode": False,
           "api_version": stripe.api_version, "data": {"object": {}}}  # fmt: skip
THIN = {"id": "evt_thin", "object": "v2.core.event", "type": "v2.core.event_destination.ping", "livemode": False}
Forgery = tuple[bytes, list[tuple[bytes, bytes]]]


def with_header(body: bytes, header: str | bytes | None, **more: str) -> Forgery:
    raw = header.encode("latin-1", "replace") if isinstance(header, str) else header
    given = [] if raw is None else [(b"stripe-signature", raw)]
    return body, given + [(name.encode(), value.encode()) for name, value in more.items()]


def by(secret: str, event: object, *, age: float = 0, spoil: bytes = b"", **more: str) -> Forgery:
    """Signed, and then perhaps spoiled."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    header = stripe.WebhookSignature.generate_signature_header(body.decode("latin-1"), secret, int(time.time() - age))
    return with_header(body + spoil, header, **more)


def named_shapes() -> list[Forgery]:
    """The shapes that the fault matrix names."""
    ours, body = SETTINGS.webhook_secret, json.dumps(GENUINE).encode()
    right = stripe.WebhookSignature.generate_signature_header(body.decode(), ours, int(time.time()))
    return [
        with_header(body, None),
        with_header(body, ""),
        by("whsec_other", GENUINE),
        with_header(body, "t=\u00e9,v1=\u00fc"),
        with_header(body, b"t=1,v1=\xe4\xbd\xa0"),
        with_header(b"\xff\xfe\x00", right),
        by(ours, GENUINE, age=301),
        by(ours, GENUINE, age=3 * 86400),
        by(ours, GENUINE, spoil=b" "),
        with_header(body[:-20], right),
        with_header(body, right[:-8]),
        with_header(body, right.replace("v1=", "v0=")),
        with_header(body, right.replace(",", ";")),
        by(ours, THIN),
        by(ours, b"[1,2]"),
        by(ours, b"[" * 20000),
        by(ours, b'{"a":' * 5000 + b"1" + b"}" * 5000),
        by(ours, b"null"),
        by(ours, {**GENUINE, "id": 5}),
        by(ours, {**GENUINE, "type": None}),
        by(ours, {name: GENUINE[name] for name in GENUINE if name != "livemode"}),
        by("whsec_other", GENUINE, **{"content-type": "application/x-www-form-urlencoded"}),
        by("whsec_other", GENUINE, **{"content-type": "multipart/form-data"}),
        with_header(body, "t=" + "9" * 5000 + ",v1=" + "a" * 64),
        with_header(body, ",".join(["t=1", *["v1=" + "a" * 64] * 200])),
        (b"x" * (MOST_BYTES + 1), []),
        (b"x" * 2**20, [(b"stripe-signature", right.encode())]),
    ]


HEADERS = st.one_of(
    st.none(),
    st.binary(max_size=200).filter(lambda raw: not set(raw) & {0, 10, 13}),
    st.builds(
        lambda t, v, n: f"t={t},{','.join(f'v{n}={one}' for one in v)}".encode("utf-8", "replace"),
        st.integers() | st.integers(int(time.time()) - 600, int(time.time()) + 600),
        st.lists(st.text("0123456789abcdef", max_size=70), max_size=3),
        st.sampled_from([0, 1, 1, 2]),
    ),
)
WORDS = st.text(max_size=20)  # small ones: what Hypothesis spends on large ones is time, not another kind of body
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda x: st.lists(x, max_size=2) | st.dictionaries(WORDS, x, max_size=2),
    max_leaves=3,
)
BODIES = (
    st.binary(max_size=400)
    | JSONS.map(lambda x: json.dumps(x).encode())
    | st.fixed_dictionaries({"id": JSONS, "object": st.just("event") | JSONS, "type": JSONS}).map(
        lambda x: json.dumps(x).encode()
    )
)


def raw_forgeries(number: int) -> list[Forgery]:
    """Bytes that Hypothesis thinks of: half of them signed rightly, but they are no events."""
    found: list[Forgery] = []

    @seed(SEED)
    @settings(max_examples=number, phases=[Phase.generate], database=None, deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(BODIES, HEADERS, st.booleans())
    def think(body: bytes, header: bytes | None, sign: bool) -> None:
        if sign:
            at = int(time.time())
            header = b"t=%d,v1=%s" % (at, _digest(body, at).encode())
        found.append(with_header(body, header))

    think()
    return found


def _digest(body: bytes, at: int, secret: str = SETTINGS.webhook_secret) -> str:
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


async def test_what_stripe_did_not_sign_is_refused_and_nothing_is_kept(till: Till):
    tries = times(sample=250, landing=5000)
    shapes = named_shapes()
    forged = shapes + raw_forgeries(tries - len(shapes))
    answers: Counter = Counter()
    async with till.browser_of(None) as client:
        for body, headers in forged:
            request = client.build_request("POST", "/webhooks/stripe", content=body, headers=headers)
            answer = await client.send(request)
            answers[answer.status_code] += 1
            assert answer.status_code in (400, 413), (body[:200], headers)
    assert answers.total() >= tries
    assert await events_stored() == []
    assert await rows("SELECT id FROM pgqueuer") == []
    note("F-25", answers.total(), named=len(shapes), **{f"answered_{code}": n for code, n in sorted(answers.items())})


async def test_a_genuine_webhook_sent_again_is_known_or_too_old(till: Till):
    chance, tries = random.Random(SEED), times(sample=20, landing=500)
    one = await paid(till, (await more_bills(till, 1))[0])
    fresh = signed(one.completed)
    async with till.browser_of(None) as client:
        assert (await client.post("/webhooks/stripe", content=fresh[0], headers=fresh[1])).status_code == 200
        for n in range(tries):
            age = chance.uniform(0, 250) if n % 2 else chance.uniform(302, 3 * 86400)
            answer = await deliver(client, one.completed, at=time.time() - age)
            assert answer.status_code == (200 if n % 2 else 400), age
    assert [one["id"] for one in await events_stored()] == [one.completed["id"]]
    assert len(await rows("SELECT id FROM pgqueuer")) == 1
    note("F-26", tries)


async def test_while_the_secret_changes_both_are_believed_and_afterwards_the_old_one_is_not(till: Till):
    tries = times(sample=5, landing=50)
    one = await paid(till, (await more_bills(till, 1))[0])
    async with till.browser_of(None) as client:
        for n in range(tries):
            old, new = f"whsec_old_{n}", f"whsec_new_{n}"
            headers = {"Stripe-Signature": ""}

            async def says(at_work: str, *signs: str, n: int = n, headers: dict = headers) -> int:
                gateway.point_at(replace(till.settings, stripe_webhook_secret=at_work))
                body, _headers = signed(one.completed | {"id": f"evt_{n}_{at_work.count(',')}_{len(signs)}"})
                at = int(time.time())
                digests = [_digest(body, at, secret) for secret in signs]
                headers["Stripe-Signature"] = ",".join([f"t={at}", *(f"v1={one}" for one in digests)])
                return (await client.post("/webhooks/stripe", content=body, headers=headers)).status_code

            assert [await says(f"{new},{old}", old), await says(f"{new}, {old}", new)] == [200, 200]
            assert [await says(new, old, new), await says(old, old, new)] == [200, 200]
            assert [await says(new, old), await says(old, new), await says(f"{new},{old}", "whsec_3")] == [400] * 3
    till.retune()
    note("F-27", tries)


async def test_a_webhook_is_acknowledged_only_if_its_row_is_there(till: Till, database: Database):
    """F-11: several copies wait for another's transaction; some lose their connection, that one may roll back."""
    chance, tries = random.Random(SEED), times(sample=8, landing=200)
    gate = await asyncpg.connect(**database.config("admin"))
    seen: Counter = Counter()
    try:
        async with till.browser_of(None) as client:
            for n in range(tries):
                event = GENUINE | {"id": f"evt_race_{n}"}
                first = gate.transaction()
                await first.start()
                await gate.execute(
                    "INSERT INTO stripe_event (id, type, body, state, received_at)"
                    " VALUES ($1, 'x', '{}', 'pending', now())", event["id"],
                )  # fmt: skip
                crowd = asyncio.gather(*(deliver(client, event) for _ in range(3)))
                await all_waiting(gate, 3, crowd)
                for _ in range(chance.randrange(4)):
                    await gate.execute("SELECT pg_stat_clear_snapshot()")
                    await gate.fetch(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' LIMIT 1"
                    )
                await (first.commit() if chance.random() < 0.3 else first.rollback())
                answers = Counter(one.status_code for one in await crowd)
                kept = await rows("SELECT id FROM stripe_event WHERE id = $1", event["id"])
                assert set(answers) <= {200, 503}
                assert answers[200] == 0 or len(kept) == 1, "acknowledged and not there"
                seen += answers
    finally:
        await gate.close()
    assert len(await rows("SELECT id FROM stripe_event")) <= tries
    note("F-11", tries, acknowledged=seen[200], refused=seen[503])
