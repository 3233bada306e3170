"""Everything a running sandbox remembers, in one place."""

import litestar
from litestar import datastructures

from sandbox.books import Books
from sandbox.browsers import Browser
from sandbox.courier import Courier
from sandbox.faults import Faults
from sandbox.idempotency import Kept
from sandbox.post import Post, Taken
from sandbox.settings import SandboxSettings


class State:
    """Books, messages, faults and kept answers; gone when the process ends."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.faults = Faults()
        self.kept = Kept()
        self.post = Post()
        self.texts: dict[str, Taken] = {}  # by the id that receipts are asked for with
        self.nonces: set[str] = set()
        self.codes: set[str] = set()  # of WeChat, each for once
        self.token = "", 0.0
        self.cards: set[str | None] = set()
        self.strangers: set[str] = set()  # who left the account
        self.sessions: dict[str, str] = {}  # the cookie of each person that signed in from the first page
        self.browsers: dict[str, Browser] = {}
        self.courier = Courier(settings, self.faults)
        self.books = Books(tell=self.courier.bring)


Request = litestar.Request[None, None, datastructures.State]


def state_of(request: Request) -> State:
    """The state of the sandbox that answers."""
    state: State = request.app.state.sandbox
    return state
