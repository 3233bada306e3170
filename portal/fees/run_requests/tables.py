"""Runs that were asked for at the desk."""

from piccolo.columns import JSONB, UUID, Integer, Timestamptz, Varchar
from piccolo.table import Table

from portal.fees.run_requests.states import RunState
from portal.people.estates.tables import Community
from portal.platform.db.unit_of_work import day, one_of, ref, text


class RunRequest(Table):
    """A run asked for at the desk: the worker previews it, and publishes it after somebody has approved the figures.

    `done` of `whole` homes are done. `report` has the figures to approve, and at the end those that were issued.
    """

    id = UUID(primary_key=True)
    community = ref(Community)
    period = Varchar(length=7, null=False, default=None)
    issued_on = day()
    asked_by = text()
    approved_by = text(null=True)
    approved_at = Timestamptz(null=True, default=None)
    state = text()
    done = Integer(null=False, default=None)
    whole = Integer(null=False, default=None)
    report = JSONB(null=True, default=None)  # while the worker is still looking
    accepted_zero = JSONB(null=True, default=None)  # as in bill_run
    created_at = Timestamptz(null=False, default=None)
    changed_at = Timestamptz(null=False, default=None)

    known_state = one_of("state", RunState)
