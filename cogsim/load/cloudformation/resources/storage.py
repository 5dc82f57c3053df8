"""Buckets with their policies, and tables."""

from __future__ import annotations

from dataclasses import replace

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.world.bucket import Bucket
from cogsim.world.table import Table

PUBLIC_ACCESS_SETTINGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


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
            public_access_block=frozenset(s for s in PUBLIC_ACCESS_SETTINGS if block.flag(s, not stated)),
            tags=properties.tags("Tags"),
            origin=resource.origin,
        )
    )
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


def read_table(resource: Resource) -> Reference:
    """A table with its keys, its indexes and its own policy."""
    properties, env = resource.properties, resource.environment
    name = resource.name("TableName", 255)
    definitions = {
        each.needed("AttributeName"): each.needed("AttributeType")
        for each in properties.children("AttributeDefinitions")
    }
    table = Table(
        name=name,
        arn=f"arn:{env.partition}:dynamodb:{env.region}:{env.account}:table/{name}",
        key_schema=_keys(properties),
        attribute_types=Map(definitions),
        global_indexes=_indexes(properties, "GlobalSecondaryIndexes"),
        local_indexes=_indexes(properties, "LocalSecondaryIndexes"),
        policy=resource.policy(properties.child("ResourcePolicy"), "PolicyDocument", PolicyKind.RESOURCE),
        tags=properties.tags("Tags"),
        origin=resource.origin,
    )
    resource.define("table", table.arn)
    resource.draft.world = resource.draft.world.with_table(table)
    return resource.reference(name, Arn=table.arn)


def _keys(properties: Properties) -> tuple[tuple[str, str], ...]:
    """The key attributes, partition key first."""
    found = [
        (each.needed("AttributeName"), each.choice("KeyType", ("HASH", "RANGE"), "HASH"))
        for each in properties.children("KeySchema")
    ]
    return tuple(sorted(found, key=lambda key: key[1]))


def _indexes(properties: Properties, name: str) -> Map[str, tuple[tuple[str, str], ...]]:
    return Map({each.needed("IndexName"): _keys(each) for each in properties.children(name)})


_KEYS = ("AttributeName", "KeyType")

ADAPTERS = (
    Adapter(
        type="AWS::S3::Bucket",
        read=read_bucket,
        taken={
            "BucketName": "name",
            **{f"PublicAccessBlockConfiguration.{name}": "public_access_block" for name in PUBLIC_ACCESS_SETTINGS},
            "Tags.Key": "tags",
            "Tags.Value": "tags",
        },
        ignored=(
            *("AbacStatus", "AccelerateConfiguration", "AccessControl", "AnalyticsConfigurations", "BucketEncryption"),
            *("BucketNamePrefix", "BucketNamespace", "CorsConfiguration", "IntelligentTieringConfigurations"),
            *("InventoryConfigurations", "LifecycleConfiguration", "LoggingConfiguration", "MetadataConfiguration"),
            *("MetadataTableConfiguration", "MetricsConfigurations", "NotificationConfiguration"),
            *("ObjectLockConfiguration", "ObjectLockEnabled", "OwnershipControls", "ReplicationConfiguration"),
            *("VersioningConfiguration", "WebsiteConfiguration"),
        ),
        attributes=("Arn", "DomainName", "DualStackDomainName", "RegionalDomainName"),
        withheld=("WebsiteURL",),
    ),
    Adapter(
        type="AWS::S3::BucketPolicy",
        read=read_bucket_policy,
        taken={"Bucket": "name", "PolicyDocument": "policy"},
        required=("Bucket", "PolicyDocument"),
    ),
    Adapter(
        type="AWS::DynamoDB::Table",
        read=read_table,
        taken={
            "AttributeDefinitions.AttributeName": "attribute_types",
            "AttributeDefinitions.AttributeType": "attribute_types",
            **{f"KeySchema.{name}": "key_schema" for name in _KEYS},
            "GlobalSecondaryIndexes.IndexName": "global_indexes",
            **{f"GlobalSecondaryIndexes.KeySchema.{name}": "global_indexes" for name in _KEYS},
            "LocalSecondaryIndexes.IndexName": "local_indexes",
            **{f"LocalSecondaryIndexes.KeySchema.{name}": "local_indexes" for name in _KEYS},
            "ResourcePolicy.PolicyDocument": "policy",
            "TableName": "name",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
        },
        ignored=(
            *("BillingMode", "ContributorInsightsSpecification", "DeletionProtectionEnabled"),
            *("GlobalSecondaryIndexes.ContributorInsightsSpecification", "GlobalSecondaryIndexes.OnDemandThroughput"),
            *("GlobalSecondaryIndexes.Projection", "GlobalSecondaryIndexes.ProvisionedThroughput"),
            *("GlobalSecondaryIndexes.WarmThroughput", "ImportSourceSpecification", "KinesisStreamSpecification"),
            *("LocalSecondaryIndexes.Projection", "OnDemandThroughput", "PointInTimeRecoverySpecification"),
            *("ProvisionedThroughput", "SSESpecification", "StreamSpecification", "TableClass"),
            *("TimeToLiveSpecification", "VectorIndexes", "WarmThroughput"),
        ),
        required=("KeySchema",),
        attributes=("Arn",),
        withheld=("StreamArn",),
    ),
)
