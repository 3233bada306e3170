"""Versions of an estate's collection rules: the terms for everyone, then the exceptions in order."""

from piccolo.columns import UUID, SmallInt, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.arrears.ladder.states import History
from portal.homes.units.states import OccupancyState, Use
from portal.people.estates.tables import Community
from portal.people.persons.tables import Staff
from portal.platform.db.unit_of_work import columns, day, fen, one_of, ref, text


class LadderVersion(Table):
    """One version of the rules, in force from a day until the next one, with its reason."""

    id = UUID(primary_key=True)
    community = ref(Community)
    starts_on = day()
    reason = text()
    made_by = ref(Staff)
    made_at = Timestamptz(null=False, default=None)


class LadderRule(Table):
    """Terms in a version, in days and fen: position 0 is for everybody, others for those who meet its conditions."""

    id = UUID(primary_key=True)
    community = ref(Community)
    version = ref(LadderVersion)
    position = SmallInt(null=False, default=None)
    use = text(null=True)
    occupancy = text(null=True)
    history = text(null=True)
    least = fen(null=True)
    buffer_days = SmallInt(null=False, default=None)
    small_balance = fen()
    stay_1 = SmallInt(null=False, default=None)
    stay_2 = SmallInt(null=False, default=None)
    stay_3 = SmallInt(null=False, default=None)
    pay_within = SmallInt(null=False, default=None)
    grace_days = SmallInt(null=False, default=None)

    ladder_rule_once = Unique(columns(version, position))
    known_use = one_of("use", Use)
    known_occupancy = one_of("occupancy", OccupancyState)
    known_history = one_of("history", History)
    ladder_rule_for_whom = Check(
        '("position" = 0) = ("use" IS NULL AND "occupancy" IS NULL AND "history" IS NULL AND "least" IS NULL)'
    )
    ladder_rule_is_fair = Check(
        '"buffer_days" BETWEEN 0 AND 30 AND "small_balance" BETWEEN 0 AND 100000 AND "stay_1" BETWEEN 3 AND 60'
        ' AND "stay_2" BETWEEN 3 AND 60 AND "stay_3" BETWEEN 7 AND 90 AND "pay_within" BETWEEN 3 AND 30'
        ' AND "grace_days" BETWEEN 7 AND 60'
    )
