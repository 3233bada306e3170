"""Ids made many at a time are random UUIDs like any other."""

from uuid import RFC_4122, UUID

from portal.kit.ids import random_ids


def test_random_ids_are_uuids_of_version_4_and_all_different() -> None:
    ids = [UUID(digits) for digits in random_ids(1000)]
    assert len(set(ids)) == 1000
    assert {(i.version, i.variant) for i in ids} == {(4, RFC_4122)}
    assert len({str(i)[19] for i in ids}) == 4


def test_no_ids() -> None:
    assert random_ids(0) == []
