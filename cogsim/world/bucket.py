"""Buckets and their objects, each with the versions it has had."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

# s3:bucket-names; the second form is what us-east-1 gave until 2018, and such buckets live on
_BUCKET_NAME = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LEGACY_BUCKET_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}")

#: With this one the bucket's owner owns every object and access control lists are off: what new buckets have.
# s3:about-object-ownership
ENFORCED = "BucketOwnerEnforced"
PREFERRED = "BucketOwnerPreferred"
OWNERSHIPS = (ENFORCED, PREFERRED, "ObjectWriter")
#: The settings of Block Public Access. # s3:block-public-access
PUBLIC_ACCESS_SETTINGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
ENABLED, SUSPENDED = "Enabled", "Suspended"
#: What S3 calls the version of an object that was written while versioning was not on. # s3:versioning
NULL = "null"

#: The longest key, in bytes of UTF-8. # s3:object-keys
LONGEST_KEY = 1024
#: Tags that one object can have. # s3:object-tagging
MOST_TAGS = 10
#: The largest body that one request can write (bytes). # s3:qfacts
LARGEST_PUT = 5 * 1024**3


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; `own_public_access_block` holds the names of its settings that are on, `account_public_access_block`
    those of its account, which the world puts there. # s3:block-public-access"""

    name: str
    account: str
    region: str
    partition: str = "aws"
    policy: Policy | None = None
    own_public_access_block: frozenset[str] = frozenset()
    tags: Map[str, str] = field(default_factory=Map)
    #: Enabled, Suspended, or empty where it never was on.
    versioning: str = ""
    object_ownership: str = ENFORCED
    #: Whether its tags count in conditions. # s3:abac
    attribute_based: bool = False
    created: float = 0.0
    account_public_access_block: frozenset[str] = frozenset()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    #: Where its policy stands, which is a resource of its own.
    policy_origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_placeholder(self.name) and not self.legacy_name and not _BUCKET_NAME.fullmatch(self.name):
            raise InvalidValue("BucketName", f"{self.name!r} must be 3 to 63 characters of a-z, 0-9, dots and hyphens")
        if self.versioning not in ("", ENABLED, SUSPENDED):
            raise InvalidValue("VersioningConfiguration.Status", f"{self.versioning!r} must be Enabled or Suspended")
        if self.object_ownership not in OWNERSHIPS:
            stated = f"{self.object_ownership!r} must be one of {', '.join(OWNERSHIPS)}"
            raise InvalidValue("OwnershipControls.Rules.ObjectOwnership", stated)

    @property
    def legacy_name(self) -> bool:
        """Whether the name is one that only buckets of before 2018 can have."""
        return _LEGACY_BUCKET_NAME.fullmatch(self.name) is not None and _BUCKET_NAME.fullmatch(self.name) is None

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:s3:::{self.name}"

    @property
    def public_access_block(self) -> frozenset[str]:
        """The settings that hold: what either of bucket and account forbids is forbidden. # s3:block-public-access"""
        return self.own_public_access_block | self.account_public_access_block


@dataclass(frozen=True, slots=True)
class AccountPublicAccessBlock:
    """The settings of Block Public Access of a whole account: the names of those that are on."""

    account: str
    partition: str = "aws"
    settings: frozenset[str] = frozenset()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        strange = sorted(self.settings - set(PUBLIC_ACCESS_SETTINGS))
        if strange:
            raise InvalidValue("", f"{strange[0]!r} must be one of {', '.join(PUBLIC_ACCESS_SETTINGS)}")

    @property
    def key(self) -> str:
        """What the world keeps it under."""
        return f"{self.partition}:{self.account}"


@dataclass(frozen=True, slots=True)
class S3Object:
    """An object of a bucket, or a delete marker in its place; `modified` is in seconds since the epoch, `etag` the MD5
    of the body without quotes, `version_id` empty for the null version, `headers` what is given back with the body
    (CacheControl, ContentDisposition…), `earlier` the versions before this one, newest first, each without its own."""

    key: str
    body: bytes = field(repr=False)
    etag: str = ""
    modified: float = 0.0
    content_type: str = "binary/octet-stream"
    metadata: Map[str, str] = field(default_factory=Map)
    tags: Map[str, str] = field(default_factory=Map)
    version_id: str = ""
    headers: Map[str, str] = field(default_factory=Map)
    storage_class: str = "STANDARD"
    encryption: str = "AES256"
    kms_key_id: str = ""
    delete_marker: bool = False
    earlier: tuple[S3Object, ...] = field(default=(), repr=False)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def shown_version(self) -> str:
        """The version id as S3 shows it."""
        return self.version_id or NULL

    def versions(self) -> Iterator[S3Object]:
        """Every version, the newest first."""
        yield replace(self, earlier=())
        yield from self.earlier

    def version(self, version_id: str) -> S3Object | None:
        """The version of that id as S3 shows it, None where there is none."""
        return next((each for each in self.versions() if each.shown_version == version_id), None)


def canonical_id(account: str) -> str:
    """The id of an account's canonical user, which says nothing of its number. # s3:canonical-id"""
    return hashlib.sha256(f"canonical user of {account}".encode()).hexdigest()


def entity_tag(body: bytes) -> str:
    """The entity tag of an object written whole, without quotes: the MD5 of its body. # s3:Object §etag"""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def written_over(bucket: Bucket, old: S3Object | None, new: S3Object) -> S3Object:
    """What a key holds after `new` is written where `old` was: with versioning every version is kept; while it is
    suspended the null version alone is replaced; without it nothing is kept. # s3:versioning"""
    if old is None or not bucket.versioning:
        return replace(new, earlier=())
    kept = tuple(each for each in old.versions() if new.version_id or each.version_id)
    return replace(new, earlier=kept)


def without_version(old: S3Object, version_id: str) -> S3Object | None:
    """What a key holds once that version (as S3 shows it) is gone for good; None where it was the last."""
    left = tuple(each for each in old.versions() if each.shown_version != version_id)
    return replace(left[0], earlier=left[1:]) if left else None
