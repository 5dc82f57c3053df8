"""Where addresses are, as far as the world says: threat protection sees places only through this table."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class Place:
    """A place on earth; degrees where they are known."""

    country: str
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def __str__(self) -> str:
        return f"{self.city}, {self.country}" if self.city else self.country


@dataclass(frozen=True, slots=True)
class AddressTable:
    """Ranges of addresses (CIDR) and where they are."""

    ranges: Map[str, Place] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        for text in self.ranges:
            network(text, f"Ranges.{text}")

    def place_of(self, address: str | None) -> Place | None:
        """The place of the narrowest range that holds `address`; None where none does."""
        if address is None:
            return None
        host = ip_address(address)
        held = [(ip_network(text), place) for text, place in self.ranges.items()]
        holding = [each for each in held if each[0].version == host.version and host in each[0]]
        return max(holding, key=lambda each: each[0].prefixlen)[1] if holding else None


def network(text: str, path: str) -> IPv4Network | IPv6Network:
    """The range that `text` writes; InvalidValue at `path` where it writes none."""
    try:
        return ip_network(text)
    except ValueError as error:
        raise InvalidValue(path, f"{text!r} is no range of addresses: {error}") from None
