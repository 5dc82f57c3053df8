"""What an exchange with S3 or DynamoDB is to a leak check, and what a leak is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cogsim.decision import Step
from cogsim.world.bucket import S3Object
from cogsim.world.table import Table
from cogsim.world.tenancy import Owner
from cogsim.world.world import World


class Kind(StrEnum):
    """What became known, or happened, of somebody's data: the worse the earlier; `withheld` is no leak."""

    CHANGE = "change"  # it was written, replaced, deleted, or put in their place
    CONTENT = "content"  # a body, or attributes beside the keys
    METADATA = "metadata"  # size, tags, headers of an object
    NAME = "name"  # its key, which the caller did not have to know
    PRESENCE = "presence"  # whether there is anything of a key that the caller named: a condition, a 404, an empty page
    COUNT = "count"  # that it is one of so many
    WITHHELD = "withheld"  # the caller's own, and refused


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call that was answered, or refused with the code `error`. `before` and `after` are the world; `account` and
    `region` complete the name of a table."""

    operation: str
    params: Mapping[str, Any] = field(repr=False)
    response: Mapping[str, Any] | None = field(repr=False)
    error: str | None
    error_members: Mapping[str, Any] = field(repr=False)
    before: World = field(repr=False)
    after: World = field(repr=False)
    account: str = ""
    region: str = ""
    partition: str = "aws"


@dataclass(frozen=True, slots=True)
class Touched:
    """A thing that an exchange gave away, or changed. `thing` is an object's `bucket/key`, or an item's table and key;
    `owners` are whose it was and is (none: nobody's)."""

    thing: str
    owners: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Leak:
    """Data of `owner` that `caller`, of the tenants `tenants`, got at; with the kind `withheld` the caller's own that
    was refused. `because` is the step that let it happen."""

    caller: str
    tenants: tuple[str, ...]
    operation: str
    thing: str
    owner: str
    kind: Kind
    because: Step | None = None

    @property
    def tenant(self) -> str:
        """The caller's tenants as one text."""
        return ", ".join(self.tenants) or "none"

    def __str__(self) -> str:
        if self.kind == Kind.WITHHELD:
            return f"own data refused: {self.caller} of {self.tenant} may not {self.operation} {self.thing}"
        return f"leak: {self.caller} of {self.tenant}, {self.operation}: {self.kind} of {self.thing}, {self.owner}'s"


@dataclass(frozen=True, slots=True)
class Owners:
    """The declared owners of a world's data."""

    rules: tuple[Owner, ...]

    @classmethod
    def of(cls, world: World) -> Owners:
        return cls(tuple(rule for tenancy in world.tenancies.values() for rule in tenancy.owners))

    @property
    def tables(self) -> list[str]:
        """The ARNs of the tables whose data has owners, in order."""
        return sorted({rule.store for rule in self.rules if rule.store.startswith("arn:")})

    @property
    def buckets(self) -> list[str]:
        """The names of the buckets whose data has owners, in order."""
        return sorted({rule.store for rule in self.rules if not rule.store.startswith("arn:")})

    def begins_all(self, bucket: str, prefix: str) -> bool:
        """Whether everybody's keys in the bucket begin like that, by a pattern."""
        return any(rule.store == bucket and rule.head.startswith(prefix) for rule in self.rules)

    def of_key(self, bucket: str, key: str) -> str | None:
        """Whose a key is, whatever stands there."""
        return next((who for rule in self.rules if rule.store == bucket and (who := rule.of_key(key))), None)

    def of_object(self, bucket: str, held: S3Object) -> str | None:
        return next((who for rule in self.rules if rule.store == bucket and (who := rule.of_object(held))), None)

    def of_item(self, table: Table, attributes: Any) -> str | None:
        """Whose an item is, by all that is given of it."""
        return next(
            (who for rule in self.rules if rule.store == table.arn and (who := rule.of_item(table, attributes))), None
        )
