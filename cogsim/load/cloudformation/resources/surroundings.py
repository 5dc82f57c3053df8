"""What surrounds a cloud and no template of AWS has a word for: where addresses are, how fast callers may call."""

from __future__ import annotations

import math
from dataclasses import replace

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.world.locations import AddressTable, Place
from cogsim.world.rate_limits import CATEGORIES, RateLimits


def read_locations(resource: Resource) -> Reference:
    """Ranges of addresses with the place they are at."""
    properties = resource.properties
    ranges = Map({text: _place(stated) for text, stated in properties.entries("Ranges")})
    resource.define("table", "addresses and their places")
    table = properties.make(lambda: AddressTable(ranges, resource.origin))
    resource.draft.world = replace(resource.draft.world, address_table=table)
    return resource.reference(resource.logical_id)


def _place(stated: Properties) -> Place:
    north, east = (_degrees(stated, name, most) for name, most in (("Latitude", 90.0), ("Longitude", 180.0)))
    if (north is None) != (east is None):
        raise stated.error("Latitude", "and Longitude go together")
    return Place(stated.needed("Country"), stated.text("City", ""), north, east)


def _degrees(stated: Properties, name: str, most: float) -> float | None:
    text = stated.text(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not -most <= value <= most:
        raise stated.error(name, f"is {text!r}, and must be degrees from -{most:g} to {most:g}")
    return value


def read_limits(resource: Resource) -> Reference:
    """Limits on requests; what is not stated is AWS's own quota."""
    properties = resource.properties
    stated = properties.child("Categories")
    rates = {name: stated.number(name) for name in CATEGORIES if stated.has(name)}
    resource.define("set", "of rate limits")
    limits = properties.make(
        lambda: RateLimits(
            Map({name: rate for name, rate in rates.items() if rate is not None}),
            properties.number("PerUser", 10),
            properties.number("PerAddress"),
            resource.origin,
        )
    )
    resource.draft.world = replace(resource.draft.world, rate_limits=limits)
    return resource.reference(resource.logical_id)


ADAPTERS = (
    Adapter(
        type="Cogsim::AddressLocations",
        read=read_locations,
        taken={
            "Ranges.City": "city",
            "Ranges.Country": "country",
            "Ranges.Latitude": "latitude",
            "Ranges.Longitude": "longitude",
        },
        required=("Ranges",),
    ),
    Adapter(
        type="Cogsim::RateLimits",
        read=read_limits,
        taken={
            **{f"Categories.{name}": "categories" for name in CATEGORIES},
            "PerAddress": "per_address",
            "PerUser": "per_user",
        },
    ),
)
