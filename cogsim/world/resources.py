"""The protected resources: buckets with their objects, and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

# s3:bucket-names; the second form is what us-east-1 gave until 2018, and such buckets live on
_BUCKET_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LEGACY_BUCKET_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; `public_access_block` holds the names of the settings that are on. # s3:block-public-access"""

    name: str
    account: str
    region: str
    partition: str = "aws"
    policy: Policy | None = None
    public_access_block: frozenset[str] = frozenset()
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    #: Where its policy stands, which is a resource of its own.
    policy_origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_placeholder(self.name) and not self.legacy_name and not _BUCKET_NAME.fullmatch(self.name):
            raise InvalidValue("BucketName", f"{self.name!r} must be 3 to 63 characters of a-z, 0-9, dots and hyphens")

    @property
    def legacy_name(self) -> bool:
        """Whether the name is one that only buckets of before 2018 can have."""
        return _LEGACY_BUCKET_NAME.fullmatch(self.name) is not None and _BUCKET_NAME.fullmatch(self.name) is None

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:s3:::{self.name}"


@dataclass(frozen=True, slots=True)
class S3Object:
    """An object of a bucket; `modified` is in seconds since the epoch, `etag` the MD5 of the body without quotes."""

    key: str
    body: bytes = field(repr=False)
    etag: str = ""
    modified: float = 0.0
    content_type: str = "binary/octet-stream"
    metadata: Map[str, str] = field(default_factory=Map)
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A DynamoDB table: key attributes with their types, partition key first."""

    name: str
    arn: str
    key_schema: tuple[tuple[str, str], ...]  # (attribute name, HASH or RANGE)
    attribute_types: Map[str, str] = field(default_factory=Map)
    global_indexes: Map[str, tuple[tuple[str, str], ...]] = field(default_factory=Map)
    local_indexes: Map[str, tuple[tuple[str, str], ...]] = field(default_factory=Map)
    policy: Policy | None = None
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
