"""Everything a running sandbox remembers, in one place."""

from portal.sandbox.books import Books
from portal.sandbox.courier import Courier
from portal.sandbox.faults import Faults
from portal.sandbox.idempotency import Kept
from portal.sandbox.post import Post
from portal.sandbox.settings import SandboxSettings


class State:
    """Books, messages, faults and kept answers; gone when the process ends."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.faults = Faults()
        self.kept = Kept()
        self.post = Post()
        self.courier = Courier(settings, self.faults)
        self.books = Books(tell=self.courier.bring)
