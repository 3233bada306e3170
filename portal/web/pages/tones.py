"""Which tone a state is shown in; words and an icon always say the same, colour never alone."""

from enum import Enum

GOOD, WAIT, BAD, CALM, INFO = "good", "wait", "bad", "calm", "info"

# By value, since the same word means the same thing in every slice.
TONES = {
    GOOD: "clear paid posted accepted completed active published approved upheld kept delivered done answered settled"
    " imported confirmed effective agreed",
    WAIT: "pending unknown part_paid asked routed awaiting_approval requested countered paused held under_review"
    " part_refunded partly draft preparing prepared filed creating running checking checked importing",
    BAD: "overdue failed broken rejected faulty unserved",
    CALM: "replaced expired refunded withdrawn closed superseded refused void cancelled voided dismissed suppressed",
    INFO: "issued open reopened decided judged",
}
_TONE = {state: tone for tone, states in TONES.items() for state in states.split()}


def tone_of(state: Enum | str) -> str:
    """good, wait, bad, calm or info; info for a state that nobody gave a tone."""
    return _TONE.get(str(state.value if isinstance(state, Enum) else state), INFO)
