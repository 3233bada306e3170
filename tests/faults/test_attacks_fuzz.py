"""Hostile input: whatever comes, the answer is a calm no, nothing inside is told, and the books stay right (F-77)."""

from __future__ import annotations

import logging
import traceback
from collections import Counter

import pytest

from portal.people.persons.actions import end_session
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests.faults.counts import SEED, note, times
from tests.populated import signed_in
from tests.web.walk.conftest import Stage
from tests.web.walk.hostile import Answer, Attacker, put

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(3000)]

REQUESTS = times(sample=500, landing=20_000)
# Who opens each door, and others that try all of them.
WHO = {"owner": "陈静", "staff": "沈平", "committee": "吴霞"} | {
    name: name for name in ("李明", "赵敏", "周杰", "郑伟", "韩冰", "冯丽", "卫兰", "褚英")
}
INSIDE = (b"Traceback", b"asyncpg", b"site-packages", b"SELECT ", b"INSERT INTO", b"$argon2", b'.py"')
# They end sessions; whoever walks on needs a new one.
ENDS = ("signin:out", "settings:revoke", "settings:revoke-others")


class Heard(logging.Handler):
    """The errors that were logged, to tell why."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            place = traceback.extract_tb(error.__traceback__)[-6:]
            self.last = f"{type(error).__name__}: {str(error)[:200]} in " + " > ".join(
                f"{f.name}:{f.lineno}" for f in place
            )


def told(answer: Answer, secrets: list[bytes]) -> list[bytes]:
    """What stands in an answer and may not."""
    return [secret for secret in (*INSIDE, *secrets) if secret in answer.body]


async def test_whatever_is_sent_the_answer_is_calm(stage: Stage, settings: Settings) -> None:
    async def sign_in(door: str) -> str:
        return (await signed_in(stage.world.people[WHO[door]]))[0]

    tokens = {door: await sign_in(door) for door in WHO} | {"ended": await sign_in("owner")}
    await end_session(tokens["ended"])
    attacker = Attacker(SEED, [r for r in stage.routes if r.path != "/readyz"], stage.world.homes)  # no worker runs
    heard, wrong, seen = Heard(), Counter[str](), Counter[int]()
    logging.getLogger("portal.web").addHandler(heard)
    secrets = [settings.secret_key.encode(), settings.stripe_webhook_secret.encode(), settings.stripe_api_key.encode()]
    try:
        for number in range(REQUESTS):
            route, request = attacker.request(tokens)
            heard.last = ""
            answer = await put(stage.app, request)
            seen[answer.status] += 1
            where = f"{answer.status} {route.method} {route.path}: "
            if answer.broke or answer.status >= 500 or not answer.status:
                wrong[f"{where}{answer.broke!r} {heard.last}\n    #{number} {request}"] += 1
            if found := told(answer, secrets + [token.encode() for token in tokens.values()]):
                wrong[f"{where} tells {found}\n    #{number} {request}"] += 1
            if route.name in ENDS:
                tokens |= {door: await sign_in(door) for door in WHO}
    finally:
        logging.getLogger("portal.web").removeHandler(heard)
    note("F-77", REQUESTS, answers=dict(sorted(seen.items())), wrong=len(wrong), routes=len(stage.routes))
    assert not wrong, "\n".join([f"{len(wrong)} of seed {SEED}", *wrong])
    assert {200, 303, 400, 403, 404, 405, 422} <= seen.keys(), seen
    assert (await verify())["ok"]
