"""Everything a running sandbox remembers, in one place."""

from portal.sandbox.books import Books
from portal.sandbox.browsers import Browser
from portal.sandbox.courier import Courier
from portal.sandbox.faults import Faults
from portal.sandbox.idempotency import Kept
from portal.sandbox.post import Post, Taken
from portal.sandbox.settings import SandboxSettings


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
