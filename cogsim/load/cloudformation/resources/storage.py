"""Buckets with their policies, and what whole accounts block of public access."""

from __future__ import annotations

from dataclasses import replace

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.policy.document import PolicyKind
from cogsim.world.bucket import (
    ENABLED,
    ENFORCED,
    OWNERSHIPS,
    PUBLIC_ACCESS_SETTINGS,
    SUSPENDED,
    AccountPublicAccessBlock,
    Bucket,
)


def read_bucket(resource: Resource) -> Reference:
    """A bucket. One that states no public access block has all four settings on; one that states some has only those.
    # s3:block-public-access §default"""
    properties, env = resource.properties, resource.environment
    name = properties.text("BucketName") or resource.stack.generated_name(resource.logical_id, 63).lower()
    block = properties.child("PublicAccessBlockConfiguration")
    stated = properties.has("PublicAccessBlockConfiguration")
    bucket = properties.make(
        lambda: Bucket(
            name=name,
            account=env.account,
            region=env.region,
            partition=env.partition,
            own_public_access_block=frozenset(s for s in PUBLIC_ACCESS_SETTINGS if block.flag(s, not stated)),
            tags=properties.tags("Tags"),
            versioning=_versioning(properties),
            created=resource.pins.instant("Created"),
            object_ownership=_ownership(properties),
            attribute_based=properties.choice("AbacStatus", ("Enabled", "Disabled"), "Disabled") == "Enabled",
            origin=resource.origin,
        )
    )
    if bucket.object_ownership != ENFORCED:
        where = resource.origin.at("OwnershipControls")
        resource.draft.notes.warn(where, f"{resource.logical_id} has access control lists on, which are not modelled")
    if bucket.legacy_name:
        where = resource.origin.at("BucketName")
        resource.draft.notes.warn(where, f"BucketName {name}: S3 no longer gives such a name to a new bucket")
    resource.define("bucket", name)
    resource.draft.world = resource.draft.world.with_bucket(bucket)
    suffix = env.url_suffix
    return resource.reference(
        name,
        Arn=bucket.arn,
        DomainName=f"{name}.s3.{suffix}",
        DualStackDomainName=f"{name}.s3.dualstack.{env.region}.{suffix}",
        RegionalDomainName=f"{name}.s3.{env.region}.{suffix}",
    )


def read_account_block(resource: Resource) -> Reference:
    """What the stack's account blocks in all its buckets, which CloudFormation has no type for; all that is not
    stated is off. # s3:block-public-access"""
    env, properties = resource.environment, resource.properties
    settings = frozenset(name for name in PUBLIC_ACCESS_SETTINGS if properties.flag(name, False))
    block = AccountPublicAccessBlock(env.account, env.partition, settings, resource.origin)
    resource.define("public access block of the account", block.key)
    resource.draft.world = resource.draft.world.with_account_block(block)
    return resource.reference(env.account)


def _versioning(properties: Properties) -> str:
    stated = properties.child("VersioningConfiguration")
    return stated.choice("Status", (ENABLED, SUSPENDED), SUSPENDED) if stated.has("Status") else ""


def _ownership(properties: Properties) -> str:
    rules = list(properties.child("OwnershipControls").children("Rules"))
    return rules[0].choice("ObjectOwnership", OWNERSHIPS, ENFORCED) if rules else ENFORCED


def read_bucket_policy(resource: Resource) -> Reference:
    """The policy of a bucket; one a bucket."""
    properties, draft = resource.properties, resource.draft
    name = properties.needed("Bucket")
    policy = resource.policy(properties, "PolicyDocument", PolicyKind.RESOURCE)

    def change() -> None:
        bucket = draft.world.buckets.get(name)
        if bucket is None:
            draft.notes.warn(resource.place, f"{resource.logical_id} is a policy of {name}, which is not there")
            return
        resource.define("policy of the bucket", name)
        draft.world = draft.world.with_bucket(replace(bucket, policy=policy, policy_origin=resource.origin))

    draft.later(ATTACHMENTS, change)
    return resource.reference(name)


ADAPTERS = (
    Adapter(
        type="AWS::S3::Bucket",
        read=read_bucket,
        taken={
            "BucketName": "name",
            **{f"PublicAccessBlockConfiguration.{name}": "own_public_access_block" for name in PUBLIC_ACCESS_SETTINGS},
            "AbacStatus": "attribute_based",
            "OwnershipControls.Rules.ObjectOwnership": "object_ownership",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            "VersioningConfiguration.Status": "versioning",
        },
        ignored=(
            *("AccelerateConfiguration", "AccessControl", "AnalyticsConfigurations", "BucketEncryption"),
            *("BucketNamePrefix", "BucketNamespace", "CorsConfiguration", "IntelligentTieringConfigurations"),
            *("InventoryConfigurations", "LifecycleConfiguration", "LoggingConfiguration", "MetadataConfiguration"),
            *("MetadataTableConfiguration", "MetricsConfigurations", "NotificationConfiguration"),
            *("ObjectLockConfiguration", "ObjectLockEnabled", "ReplicationConfiguration"),
            "WebsiteConfiguration",
        ),
        attributes=("Arn", "DomainName", "DualStackDomainName", "RegionalDomainName"),
        withheld=("WebsiteURL",),
        pins=("Created",),
    ),
    Adapter(
        type="Cogsim::AccountPublicAccessBlock",
        read=read_account_block,
        taken=dict.fromkeys(PUBLIC_ACCESS_SETTINGS, "settings"),
    ),
    Adapter(
        type="AWS::S3::BucketPolicy",
        read=read_bucket_policy,
        taken={"Bucket": "name", "PolicyDocument": "policy"},
        required=("Bucket", "PolicyDocument"),
    ),
)
