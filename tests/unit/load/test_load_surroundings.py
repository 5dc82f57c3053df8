"""Cogsim::AddressLocations and Cogsim::RateLimits: read, written back, refused where they say nothing."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.errors import InputError
from cogsim.world.template import dump

BOTH = """
Resources:
  Places:
    Type: Cogsim::AddressLocations
    Properties:
      Ranges:
        203.0.113.0/24: {Country: DE, City: Berlin, Latitude: 52.52, Longitude: 13.4}
        203.0.113.128/25: {Country: FR}
  Limits:
    Type: Cogsim::RateLimits
    Properties: {Categories: {UserAuthentication: 5}, PerAddress: 100}
"""


def test_the_narrowest_range_says_where_an_address_is(world_of: Any) -> None:
    table = world_of(BOTH).address_table
    assert str(table.place_of("203.0.113.5")) == "Berlin, DE"
    assert str(table.place_of("203.0.113.200")) == "FR"
    assert table.place_of("198.51.100.1") is None
    assert table.place_of("2001:db8::1") is None
    assert table.place_of(None) is None


def test_rates_that_are_not_stated_are_those_of_aws(world_of: Any) -> None:
    limits = world_of(BOTH).rate_limits
    assert (limits.rate("UserAuthentication"), limits.rate("UserCreation")) == (5, 50)
    assert (limits.per_user, limits.per_address) == (10, 100)


def test_both_come_back_from_what_is_written(world_of: Any) -> None:
    first = world_of(BOTH)
    again = world_of(*dump(first).values())
    assert (again.address_table, again.rate_limits) == (first.address_table, first.rate_limits)


@pytest.mark.parametrize(
    ("written", "wrong", "told"),
    [
        ("203.0.113.0/24: {Country: DE, City", "203.0.113.7/24: {Country: DE, City", "is no range of addresses"),
        ("Latitude: 52.52", "Latitude: 95", "must be degrees from -90 to 90"),
        ("Latitude: 52.52, ", "", "go together"),
        ("Country: FR", "City: Paris", "is required"),
        ("UserAuthentication: 5", "UserAuthentications: 5", "UserAuthentications"),
        ("UserAuthentication: 5", "UserAuthentication: 0", "is no rate"),
        ("PerAddress: 100", "PerAddress: 1", "below the 10"),
    ],
)
def test_what_makes_no_sense_is_an_error_with_its_place(world_of: Any, written: str, wrong: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        world_of(BOTH.replace(written, wrong))
    assert told in str(raised.value)
    assert "a.yaml:" in str(raised.value)
