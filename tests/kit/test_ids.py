"""Ids made many at a time are UUIDs of version 7, which lie in the order of time."""

import time
from uuid import RFC_4122, UUID

from portal.kit.ids import new_ids


def test_new_ids_are_uuids_of_version_7_and_all_different() -> None:
    ids = [UUID(digits) for digits in new_ids(1000)]
    assert len(set(ids)) == 1000
    assert {(i.version, i.variant) for i in ids} == {(7, RFC_4122)}
    assert len({str(i)[19] for i in ids}) == 4


def test_later_ids_come_after_earlier_ones() -> None:
    earlier = new_ids(10)
    time.sleep(0.002)
    assert max(earlier) < min(new_ids(10))
    assert abs(int(earlier[0][:12], 16) / 1000 - time.time()) < 5


def test_no_ids() -> None:
    assert new_ids(0) == []
