"""Service standards, and the work done with its time and place. Photos point here."""

from piccolo.columns import UUID, SmallInt, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.care.standards.states import GradeOrder, Per, ServiceArea
from portal.people.estates.tables import Community
from portal.people.persons.tables import Person, Staff
from portal.platform.db.unit_of_work import columns, day, one_of, ref, text


class ServiceRecord(Table):
    """One piece of work done."""

    id = UUID(primary_key=True)
    community = ref(Community)
    area = text()
    title = text()
    place = text()
    note = text(null=True)
    done_at = Timestamptz(null=False, default=None)
    recorded_by = ref(Staff)
    recorded_at = Timestamptz(null=False, default=None)
    once = UUID(null=False, default=None, unique=True)

    known_area = one_of("area", ServiceArea)


class ServiceStandard(Table):
    """A promise: how often, from and to inclusive. A changed promise is a new version that begins when it ends.

    `heading` is the area in the file's own words if it is none of ours; what the file left empty is unknown.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    area = text()
    heading = text(null=True)
    item_zh = text()
    item_en = text()
    frequency = SmallInt(null=True, default=None)
    per = text(null=True)
    grade = text(null=True)
    grade_order = text(null=True)
    source = text(null=True)
    version = SmallInt(null=False, default=None)
    starts_on = day()
    ends_on = day(null=True)

    known_area = one_of("area", ServiceArea)
    known_per = one_of("per", Per)
    known_grade_order = one_of("grade_order", GradeOrder)
    service_standard_counts = Check('"frequency" >= 1 AND "version" >= 1')
    service_standard_has_days = Check('"ends_on" >= "starts_on"')


class ServiceRound(Table):
    """One round of a promise in a period, with the work that kept it or the reason why none did.

    A missed round may be given to a department to make up by a day; work by then makes it late instead of missed.

    Whether it is due, done, late or missed follows from the days.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    standard = ref(ServiceStandard)
    first_day = day()
    last_day = day()
    number = SmallInt(null=False, default=None)
    record = ref(ServiceRecord, null=True)
    reason = text(null=True)
    explained_by = ref(Staff, null=True)
    department = text(null=True)
    make_up_by = day(null=True)

    service_round_once = Unique(columns(standard, first_day, number))
    service_round_one_work = Unique(columns(record))
    service_round_has_days = Check('"last_day" >= "first_day" AND "number" >= 1')
    service_round_is_kept_explained_or_made_up = Check(
        '("reason" IS NULL) = ("explained_by" IS NULL) AND ("department" IS NULL) = ("make_up_by" IS NULL)'
        ' AND ("make_up_by" IS NULL OR "reason" IS NOT NULL)'
        ' AND ("record" IS NULL OR "reason" IS NULL OR "make_up_by" IS NOT NULL)'
    )


class ServiceRating(Table):
    """One resident's rating of a piece of work: one to five stars, and words for the service centre only."""

    id = UUID(primary_key=True)
    community = ref(Community)
    record = ref(ServiceRecord)
    person = ref(Person)
    stars = SmallInt(null=False, default=None)
    text = text(null=True)
    rated_at = Timestamptz(null=False, default=None)

    service_rating_one_each = Unique(columns(record, person))
    service_rating_one_to_five = Check('"stars" BETWEEN 1 AND 5')
