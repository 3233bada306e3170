"""Where a run that was asked for stands."""

from enum import StrEnum

from portal.kit.states import Moves


class RunState(StrEnum):
    """Where a run that was asked for at the desk stands."""

    previewing = "previewing"
    previewed = "previewed"
    publishing = "publishing"
    published = "published"


RUN_MOVES = Moves(
    RunState,
    {
        RunState.previewing: {RunState.previewed},
        RunState.previewed: {RunState.publishing},
        RunState.publishing: {RunState.published, RunState.previewed},  # back, if the figures have changed
        RunState.published: set(),
    },
)
