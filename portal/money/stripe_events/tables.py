"""The inbox of Stripe's events."""

from piccolo.columns import Bytea, Timestamptz, Varchar
from piccolo.table import Table

from portal.money.stripe_events.states import EventState
from portal.platform.db.unit_of_work import one_of, text


class StripeEvent(Table):
    """An event as Stripe sent it, stored before it is acknowledged."""

    id = Varchar(length=255, primary_key=True, null=False, default=None)
    type = text()
    body = Bytea(null=False, default=None)
    state = text()
    why = text(null=True)
    received_at = Timestamptz(null=False, default=None)
    settled_at = Timestamptz(null=True, default=None)

    known_state = one_of("state", EventState)
