"""The outbox: notices, and one delivery for each channel."""

from piccolo.columns import JSONB, UUID, SmallInt, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.people.estates.tables import Community
from portal.people.notices.states import Channel, DeliveryState
from portal.people.persons.tables import Person
from portal.platform.db.unit_of_work import columns, one_of, ref, text


class Notice(Table):
    """One notice to one person, sent once; `key` says which (kind, subject, period)."""

    id = UUID(primary_key=True)
    community = ref(Community)
    person = ref(Person)
    kind = text()
    subject = text()
    key = text()
    facts = JSONB(null=False, default=None)
    link = text(null=True)
    created_at = Timestamptz(null=False, default=None)

    notice_told_once = Unique(columns(community, person, key))


class Delivery(Table):
    """One channel by which a notice goes to its person."""

    id = UUID(primary_key=True)
    community = ref(Community)
    notice = ref(Notice)
    channel = text()
    state = text()
    tries = SmallInt(null=False, default=None)
    changed_at = Timestamptz(null=False, default=None)
    trouble = text(null=True)
    address = text(null=True)  # where the person is reached now
    not_before = Timestamptz(null=True, default=None)  # may go at any hour
    receipt = text(null=True)  # what the provider calls it; its way ends with us otherwise
    asked_at = Timestamptz(null=True, default=None)  # the provider was not asked yet what became of it

    delivery_once_a_channel = Unique(columns(notice, channel))
    known_channel = one_of("channel", Channel)
    known_state = one_of("state", DeliveryState)


class SentText(Table):
    """The exact words of one try of a delivery, and where they went. Never changed: it is what was sent."""

    id = UUID(primary_key=True)
    community = ref(Community)
    delivery = ref(Delivery)
    tried = SmallInt(null=False, default=None)
    address = text()
    words = text()
    at = Timestamptz(null=False, default=None)

    sent_text_once_a_try = Unique(columns(delivery, tried))
