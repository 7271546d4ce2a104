"""Ids keep the order in which they were made, and those that were shortened find what they were the beginning of."""

from datetime import UTC, datetime
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ids import first_id_at, id_of, id_range, new_id


@given(st.uuids(), st.integers(1, 36), st.booleans())
def test_an_id_lies_in_the_range_of_each_of_its_beginnings(key: UUID, length: int, shout: bool) -> None:
    typed = str(key)[:length].upper() if shout else str(key)[:length]
    bounds = id_range(f" {typed} ")
    assert bounds is not None
    assert bounds[0] <= key <= bounds[1]


@given(st.uuids(), st.uuids(), st.integers(1, 32))
def test_an_id_lies_in_no_range_of_what_it_does_not_begin_with(one: UUID, other: UUID, length: int) -> None:
    bounds = id_range(one.hex[:length])
    assert bounds is not None
    assert (bounds[0] <= other <= bounds[1]) == (other.hex[:length] == one.hex[:length])


@pytest.mark.parametrize("typed", ["", "-", "xyz", "0193b6c7-0000-7000-8000-0000000000011", "١٢", "01 93"])
def test_what_no_id_begins_with_has_no_range(typed: str) -> None:
    assert id_range(typed) is None


def test_a_whole_id_is_a_range_of_one() -> None:
    key = new_id()
    assert id_range(str(key)) == (key, key)


@pytest.mark.parametrize("microseconds", [1, 1_000, 1_000_000])
def test_ids_are_ordered_by_the_microsecond_whatever_is_random_in_them(microseconds: int) -> None:
    at = 1_800_000_000_123_456_789
    earlier, later = id_of(at, b"\xff" * 16), id_of(at + 1_000 * microseconds, b"\x00" * 16)
    assert earlier < later
    assert [(one.version, one.variant) for one in (earlier, later)] == [(7, RFC_4122)] * 2
    assert first_id_at(datetime.fromtimestamp(at // 1_000_000 / 1000, UTC)) <= earlier
