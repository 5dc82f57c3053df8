"""A DynamoDB table: its keys, its secondary indexes and its settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.world.origin import NOWHERE, Origin

#: Attribute names with HASH or RANGE, as they were stated.
KeySchema = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KeyLayout:
    """The attributes that place an item: those that choose its partition, those that sort it there, and for an index
    the table's own keys, which tell apart what sorts alike."""

    partition: tuple[str, ...]
    sort: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All attributes of the layout, each once."""
        return tuple(dict.fromkeys((*self.partition, *self.sort, *self.suffix)))


@dataclass(frozen=True, slots=True)
class Projection:
    """What an index holds of an item beside the keys: ALL, KEYS_ONLY, or with INCLUDE the attributes named."""

    kind: str = "ALL"
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondaryIndex:
    """An index of a table. A global one may be read in another order and from another partition, a local one shares the
    table's partition key. `throughput` are reads and writes a second, None on demand."""

    name: str
    key_schema: KeySchema
    is_global: bool = True
    projection: Projection = field(default_factory=Projection)
    throughput: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its ARN. `created` is in seconds since the epoch; `policy_revision` counts the policies it has had."""

    name: str
    arn: str
    key_schema: KeySchema
    attribute_types: Map[str, str] = field(default_factory=Map)
    indexes: Map[str, SecondaryIndex] = field(default_factory=Map)
    throughput: tuple[int, int] | None = None
    table_class: str | None = None
    deletion_protection: bool = False
    #: The attribute that says when an item expires, and whether items are to expire at all.
    time_to_live: tuple[str, bool] | None = None
    created: float = 0.0
    policy: Policy | None = None
    policy_revision: int = field(default=0, compare=False, repr=False)
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The id that AWS gives a table, another for a namesake made later."""
        return named("dynamodb/table-id", self.arn, str(self.created)).uuid()

    @property
    def layout(self) -> KeyLayout:
        return _layout(self.key_schema, ())

    @property
    def key_names(self) -> tuple[str, ...]:
        """The primary key's attributes, partition key first."""
        return self.layout.names

    def layout_of(self, index: str | None) -> KeyLayout:
        """Where the table, or its index of that name, puts an item."""
        return self.layout if index is None else _layout(self.indexes[index].key_schema, self.key_names)

    def type_of(self, name: str) -> str:
        """The type of a key attribute; text where no definition says."""
        return self.attribute_types.get(name, "S")

    def index_arn(self, name: str) -> str:
        return f"{self.arn}/index/{name}"

    def projected(self, index: str) -> frozenset[str] | None:
        """The attributes that an index holds; None for all of them."""
        held = self.indexes[index]
        if held.projection.kind == "ALL":
            return None
        own = held.projection.attributes if held.projection.kind == "INCLUDE" else ()
        return frozenset((*self.layout_of(index).names, *own))

    def indexes_on(self, name: str) -> Iterator[str]:
        """The indexes that have the attribute among their keys, by name."""
        for index in self.indexes.values():
            if any(name == key for key, _ in index.key_schema):
                yield index.name


@lru_cache(maxsize=4096)
def _layout(schema: KeySchema, suffix: tuple[str, ...]) -> KeyLayout:
    partition = tuple(name for name, kind in schema if kind == "HASH")
    return KeyLayout(partition, tuple(name for name, kind in schema if kind != "HASH"), suffix)
