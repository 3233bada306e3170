"""The states of an import from the desk."""

from enum import StrEnum

from portal.kit.states import Moves


class ImportState(StrEnum):
    """From the upload to its end; in `checking` and `importing` the worker has it."""

    checking = "checking"
    checked = "checked"
    faulty = "faulty"
    importing = "importing"
    imported = "imported"
    cancelled = "cancelled"
    expired = "expired"


_GIVEN_UP = {ImportState.cancelled, ImportState.expired}
IMPORT_MOVES = Moves(
    ImportState,
    {
        ImportState.checking: {ImportState.checked, ImportState.faulty, *_GIVEN_UP},
        ImportState.checked: {ImportState.importing, *_GIVEN_UP},
        # back, if the estate has changed so that somebody else has to confirm it
        ImportState.importing: {ImportState.imported, ImportState.faulty, ImportState.checked, *_GIVEN_UP},
        ImportState.faulty: set(),
        ImportState.imported: set(),
        ImportState.cancelled: set(),
        ImportState.expired: set(),
    },
)
WITH_WORKER = (ImportState.checking, ImportState.importing)
OPEN = (*WITH_WORKER, ImportState.checked)  # as in guards.sql
