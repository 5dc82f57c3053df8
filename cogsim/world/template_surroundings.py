"""Where addresses are and how fast callers may call, as the resources that they load from."""

from __future__ import annotations

from cogsim.world.locations import AddressTable, Place
from cogsim.world.rate_limits import RateLimits
from cogsim.world.template_parts import Json, present, resource


def locations(noun: AddressTable) -> Json:
    """Cogsim::AddressLocations."""
    return resource("Cogsim::AddressLocations", {"Ranges": {text: _place(at) for text, at in noun.ranges.items()}})


def _place(noun: Place) -> Json:
    degrees = {"Latitude": noun.latitude, "Longitude": noun.longitude}
    told = {name: repr(value) for name, value in degrees.items() if value is not None}
    return present({"Country": noun.country, "City": noun.city or None, **told})


def limits(noun: RateLimits) -> Json:
    """Cogsim::RateLimits."""
    properties: Json = {
        "Categories": dict(noun.categories.items()) or None,
        "PerUser": noun.per_user,
        "PerAddress": noun.per_address,
    }
    return resource("Cogsim::RateLimits", properties)
