"""A department says what it did: its task ends, the owner reads it, and its photos stay in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from portal.care.dispute_desk.handling import live, replied, tell
from portal.care.disputes import steps
from portal.care.disputes.rules import resumed
from portal.care.disputes.states import DisputeState, PhotoKind, StepKind
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.people.notices.states import NoticeKind
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos
from portal.platform.files.photos import Encoded

NO_TASK = N_("No department has a task here now. Pass the dispute to a department first; then it can say what it did.")
FIELDS = {PhotoKind.before: "before", PhotoKind.after: "after", PhotoKind.other: "photos"}


@retrying
async def rectify(
    by: Principal, dispute: UUID, text: str, photos: Mapping[PhotoKind, Sequence[Sent]] | None = None
) -> None:
    """Record what the department did, in words and photos that the owner sees; its task is done with it.

    A question to the owner and a proposed decision stand as they were. Raises Missing, Refused when no department
    has a task, and Invalid at the field of a photo that cannot be read.
    """
    drawn = {kind: await _drawn(kind, sent) for kind, sent in (photos or {}).items()}
    async with unit_of_work(by):
        found = await live(by, dispute)
        if not steps.has_task(found):
            raise Refused(NO_TASK)
        me = await staff_of(by, found["community"])
        to = resumed(False, steps.was_reopened(found)) if found["state"] == DisputeState.routed else None
        await steps.move(found, to, department_due=None, **replied(found, me))
        department = found["department"]
        made = await steps.step(found, StepKind.rectified, staff=me, body=text, department=department)
        for kind, shown in drawn.items():
            await keep_photos(found["community"], steps.photos_at(made, kind), by.actor, shown)
        kept = sum(len(shown) for shown in drawn.values())
        await steps.leave_trace(by, AuditVerb.DISPUTE_RECTIFIED, found, department=department, photos=kept)
        await tell(found, NoticeKind.dispute_rectified, made, department=department, done=text)


async def _drawn(kind: PhotoKind, sent: Sequence[Sent]) -> list[Encoded]:
    try:
        return await encode(sent)
    except Invalid as no:
        raise Invalid(FIELDS[kind], no.sentence.text, **no.sentence.facts) from None
