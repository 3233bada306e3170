"""Humans who sign in, the persons and staff they are in each estate, and their sessions, codes and limits."""

from piccolo.columns import JSONB, UUID, Array, Boolean, Integer, SmallInt, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.people.estates.tables import Community
from portal.people.persons.principal import Audience
from portal.people.persons.states import DebtorStanding, Identity, Language, PhoneChangeState
from portal.platform.db.unit_of_work import columns, day, one_of, ref, text


class Human(Table):
    """One sign-in: owners by phone (E.164), staff by login. The same phone is one human everywhere."""

    id = UUID(primary_key=True)
    phone = Varchar(length=20, null=True, default=None, unique=True)
    login = Varchar(length=64, null=True, default=None, unique=True)
    language = text()
    large_text = Boolean(null=False, default=None)
    password_hash = text(null=True)
    totp_secret = text(null=True)
    totp_confirmed = Boolean(null=False, default=None)
    last_totp_step = Integer(null=True, default=None)
    sms_off_at = Timestamptz(null=True, default=None)
    email_off_at = Timestamptz(null=True, default=None)
    wechat_openid = Varchar(length=64, null=True, default=None, unique=True)
    created_at = Timestamptz(null=False, default=None)

    known_language = one_of("language", Language)


class Person(Table):
    """Someone on a community's roll; `external_id` is the id of the import."""

    id = UUID(primary_key=True)
    community = ref(Community)
    external_id = text()
    name = text()
    human = ref(Human, null=True)
    phone = Varchar(length=20, null=True, default=None)
    email = text(null=True)
    language = text()

    person_one_ref = Unique(columns(community, external_id))
    known_language = one_of("language", Language)


class Staff(Table):
    """A member of staff in one community, with their roles there."""

    id = UUID(primary_key=True)
    community = ref(Community)
    human = ref(Human)
    name = text()
    roles = Array(base_column=Text(), null=False, default=None)
    department = text(null=True)

    staff_once_a_community = Unique(columns(community, human))


class CommitteePost(Table):
    """A post on the owners' committee, from and to inclusive; whether it has a vote, None if unknown."""

    id = UUID(primary_key=True)
    community = ref(Community)
    person = ref(Person)
    post = text()
    votes = Boolean(null=True, default=None)
    starts_on = day(null=True)
    ends_on = day(null=True)

    committee_post_one_post = Unique(columns(community, person, post))


class PhoneChange(Table):
    """Another number for somebody who has lost the old one: asked for at the desk, approved by a second person."""

    id = UUID(primary_key=True)
    community = ref(Community)
    person = ref(Person)
    phone = Varchar(length=20, null=False, default=None)
    identity = text()
    reason = text()
    state = text()
    asked_by = ref(Staff)
    asked_at = Timestamptz(null=False, default=None)
    answered_by = ref(Staff, null=True)  # not answered yet
    answered_at = Timestamptz(null=True, default=None)
    answer = text(null=True)

    known_identity = one_of("identity", Identity)
    known_state = one_of("state", PhoneChangeState)
    two_people = Check('"answered_by" IS NULL OR "answered_by" <> "asked_by"')


class PersonStanding(Table):
    """The standing of a debtor, since which day, and its evidence; the newest row of a person counts.

    `owner` and `former` say that they are alive, and their postal address; whether they own the home comes from
    ownership. An heir inherits from `person`: what is sent to them goes to `represented_by` from then on.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    person = ref(Person)
    standing = text()
    since = day()
    evidence = text()
    address = text(null=True)
    represented_by = ref(Person, null=True)  # nobody has inherited
    by_staff = ref(Staff)
    at = Timestamptz(null=False, default=None)

    known_standing = one_of("standing", DebtorStanding)
    an_heir_is_somebody = Check('("standing" = \'heir\') = ("represented_by" IS NOT NULL)')
    nobody_inherits_from_themselves = Check('"represented_by" IS NULL OR "represented_by" <> "person"')


class LetterCode(Table):
    """A letter with a code for asking to change a number; of the code only the HMAC is stored here."""

    id = UUID(primary_key=True)
    community = ref(Community)
    person = ref(Person)
    code_hmac = Varchar(length=64, null=False, default=None, unique=True)
    tries = SmallInt(null=False, default=None)
    made_by = ref(Staff)
    made_at = Timestamptz(null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)
    used_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class WebSession(Table):
    """A signed-in browser; only the SHA-256 of its token is stored here."""

    id = UUID(primary_key=True)
    token_sha256 = Varchar(length=64, null=False, default=None, unique=True)
    human = ref(Human)
    audience = text()
    user_agent = text()
    created_at = Timestamptz(null=False, default=None)
    seen_at = Timestamptz(null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)
    stepped_up_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)

    known_audience = one_of("audience", Audience)


class Device(Table):
    """A browser that shows notices by web push (RFC 8030, 8291): its address, public key and secret.

    It is deleted if somebody ends the sign-in that added it, or if its push service no longer knows it. A sign-in that
    expires by itself does not delete it.
    """

    id = UUID(primary_key=True)
    human = ref(Human)
    session = UUID(null=False, default=None, index=True)  # no key: sign-ins that expired are swept away
    endpoint = Text(null=False, default=None, unique=True)
    p256dh = text()
    auth = text()
    added_at = Timestamptz(null=False, default=None)


class OneTimeCode(Table):
    """A six-digit code, kept as HMAC-SHA256 with its own salt and bound to the browser that asked."""

    id = UUID(primary_key=True)
    human = ref(Human)
    browser_sha256 = Varchar(length=64, null=False, default=None, index=True)
    salt = text()
    code_hmac = text()
    tries = SmallInt(null=False, default=None)
    created_at = Timestamptz(null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)
    used_at = Timestamptz(null=True, default=None)


class SetUpLink(Table):
    """A one-time link by which a member of staff sets a password and a TOTP secret."""

    id = UUID(primary_key=True)
    human = ref(Human)
    token_sha256 = Varchar(length=64, null=False, default=None, unique=True)
    expires_at = Timestamptz(null=False, default=None)
    used_at = Timestamptz(null=True, default=None)


class RateLimit(Table):
    """How often something was done in one window: codes per number, tries per login."""

    id = UUID(primary_key=True)
    key = text()
    window_from = Timestamptz(null=False, default=None)
    count = Integer(null=False, default=None)  # type: ignore[assignment]  # nobody counts rows by the table's method

    rate_limit_one_window = Unique(columns(key, window_from))


class HeldForm(Table):
    """The fields of a form whose session had ended, for the same human to continue with."""

    id = UUID(primary_key=True)
    human = ref(Human)
    path = text()
    fields = JSONB(null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)
