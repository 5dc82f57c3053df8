"""What is protected, in the world: buckets with their objects, tables with their items, and what routes to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from cogsim.persistent import Map, SortedMap
from cogsim.world.accounts import Accounts
from cogsim.world.resources import Bucket, S3Object, Table


@dataclass(frozen=True, slots=True)
class Protected(Accounts):
    """The part of a world that callers want to reach: buckets by name, tables by ARN, objects by bucket and key."""

    buckets: Map[str, Bucket] = field(default_factory=Map)
    objects: Map[str, SortedMap[S3Object]] = field(default_factory=Map)
    tables: Map[str, Table] = field(default_factory=Map)

    def with_bucket(self, bucket: Bucket) -> Self:
        return self._put("buckets", bucket.name, bucket)

    def with_table(self, table: Table) -> Self:
        return self._put("tables", table.arn, table)

    def with_object(self, bucket: str, thing: S3Object) -> Self:
        held = self.objects.get(bucket) or SortedMap()
        return self._put("objects", bucket, held.set(thing.key, thing))

    def without_object(self, bucket: str, key: str) -> Self:
        held = self.objects.get(bucket) or SortedMap()
        return self._put("objects", bucket, held.discard(key))
