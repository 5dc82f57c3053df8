"""Whose data is whose, and whose person belongs to which tenant: what a leak is measured by.

1. An owner is read from the data itself: from the key, a tag or an attribute. Who decides on access is never asked.
2. A membership is what an administrator says, by list, pool, group, attribute or directory. What people can change
   about themselves later changes nothing here: readers hold it against the world as administrators left it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from cogsim.errors import InvalidValue
from cogsim.world.attribute_value import Attributes
from cogsim.world.bucket import S3Object
from cogsim.world.origin import NOWHERE, Origin
from cogsim.world.table import Table

TENANT = "${tenant}"


@dataclass(frozen=True, slots=True)
class Owner:
    """How the data of one bucket (by name) or table (by ARN) names its owner: by `key_pattern` with `${tenant}`, where
    `*` is any text, which an object's key or an item's partition key fits; or by a tag or an attribute."""

    store: str
    key_pattern: str | None = None
    tag: str | None = None
    attribute: str | None = None

    def __post_init__(self) -> None:
        stated = [each for each in (self.key_pattern, self.tag, self.attribute) if each is not None]
        if len(stated) != 1 or not stated[0]:
            other = "Attribute" if self.store.startswith("arn:") else "Tag"
            raise InvalidValue("", f"says by one of KeyPattern and {other} whose the data is")
        if self.key_pattern is not None and TENANT not in self.key_pattern:
            raise InvalidValue("KeyPattern", f"{self.key_pattern!r} has no {TENANT}")

    @property
    def head(self) -> str:
        """What every key of the pattern begins with, empty without one."""
        return (self.key_pattern or "").partition(TENANT)[0].partition("*")[0]

    def of_key(self, key: str) -> str | None:
        """Whose data a key of the bucket, or a partition key of the table, belongs to; None for nobody's."""
        return None if self.key_pattern is None else _tenant_in(self.key_pattern, key)

    def of_object(self, held: S3Object) -> str | None:
        """Whose the object is."""
        return held.tags.get(self.tag) if self.tag is not None else self.of_key(held.key)

    def of_item(self, table: Table, attributes: Attributes) -> str | None:
        """Whose the item is; a key alone tells it where keys do."""
        found = attributes.get(self.attribute if self.attribute is not None else table.layout.partition[0])
        if found is None or found.kind == "NULL":
            return None
        if found.kind not in ("S", "N"):
            return f"an attribute of type {found.kind}"  # nobody's name, so that nobody passes for its owner
        return str(found.held) if self.attribute is not None else self.of_key(str(found.held))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces, made = pattern.split(TENANT), ""
    for number, piece in enumerate(pieces):
        named = "(?P<tenant>.+?)" if number == 1 else "(?P=tenant)"
        fixed = "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", piece))
        made += (named if number else "") + fixed
    return re.compile(made, re.DOTALL)


def _tenant_in(pattern: str, text: str) -> str | None:
    """What stands where the pattern has `${tenant}`, the shortest that fits."""
    found = _compiled(pattern).fullmatch(text)
    return found["tenant"] if found is not None else None


#: Where people come from whose tenant is stated.
SOURCES = ("UserPool", "IdentityPool", "Directory", "Broker")


@dataclass(frozen=True, slots=True)
class Members:
    """Whose tenant people are. `source` is one of `SOURCES` with its id in `of` (a directory's entity id or issuer URL,
    a broker's name), or empty for IAM principals.

    The tenant is `tenant` for all of the source, or for `people` of it alone; else what `attribute` says of each (of a
    broker without one: its directory's tenant), or what stands for `${tenant}` in the names of their `groups`. In an
    identity pool everybody is a tenant of their own: the identity's id. Who signs up in a user pool is of no tenant
    until an administrator confirms, groups or describes them.
    """

    source: str = ""
    of: str = ""
    tenant: str | None = None
    people: tuple[str, ...] = ()
    attribute: str | None = None
    groups: str | None = None

    def __post_init__(self) -> None:
        if not self.source and not (self.tenant and self.people):
            raise InvalidValue("", f"names one of {', '.join(SOURCES)}, or a Tenant with its People")
        if self.people and not self.tenant:
            raise InvalidValue("People", "needs the Tenant that they belong to")
        ways = [name for name, value in self._ways() if value is not None]
        least = self.source in ("UserPool", "Directory")
        if len(ways) > 1 or (least and not ways) or (self.source == "IdentityPool" and ways):
            told = ", ".join(name for name, _ in self._ways())
            raise InvalidValue("", f"says by one of {told} whose people they are; an identity pool by none")
        if self.groups is not None and (TENANT not in self.groups or self.source not in ("UserPool", "Directory")):
            raise InvalidValue("Groups", f"is a pattern with {TENANT} of groups in a user pool or a directory")

    def _ways(self) -> tuple[tuple[str, str | None], ...]:
        return (("Tenant", self.tenant), ("Attribute", self.attribute), ("Groups", self.groups))

    def in_groups(self, names: tuple[str, ...]) -> Iterator[str]:
        """The tenants that groups of these names stand for."""
        found = (_tenant_in(self.groups or "", name) for name in names)
        return (tenant for tenant in found if tenant is not None)


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A declaration of owners and members. What belongs to one of `shared` is for everybody to see, and `operators`
    (ARNs of IAM users and roles) may see everything."""

    name: str
    owners: tuple[Owner, ...] = ()
    members: tuple[Members, ...] = ()
    shared: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
