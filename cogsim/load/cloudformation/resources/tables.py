"""DynamoDB tables with their indexes and policies."""

from __future__ import annotations

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.world.table import KeySchema, Projection, SecondaryIndex, Table

_PROJECTIONS = ("ALL", "KEYS_ONLY", "INCLUDE")
_CLASSES = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")


def read_table(resource: Resource) -> Reference:
    """A table with its keys, its indexes and its own policy."""
    stated = resource.properties
    return _read(resource, stated, _throughput(stated), stated.child("TimeToLiveSpecification"))


def read_global_table(resource: Resource) -> Reference:
    """The table that a global table is in the Region of the stack: what its replica there says, and what all share.
    Of its replicas elsewhere nothing is kept. # ddb:global-table"""
    region = resource.environment.region
    replicas = {each.needed("Region"): each for each in resource.properties.children("Replicas")}
    if region not in replicas:
        raise resource.properties.error("Replicas", f"has none in {region}, where the stack is")
    elsewhere = sorted(set(replicas) - {region})
    if elsewhere:
        where = resource.origin.at("Replicas") or resource.place
        told = f"the replicas of {resource.logical_id} in {', '.join(elsewhere)} are not modelled: only {region} is"
        resource.draft.notes.warn(where, told)
    expiry = resource.properties.child("TimeToLiveSpecification")
    units = _shared_throughput(resource.properties, replicas[region])
    return _read(resource, replicas[region], units, expiry)


def _read(resource: Resource, own: Properties, units: tuple[int, int] | None, expiry: Properties) -> Reference:
    """The table; `own` says what a replica has for itself."""
    properties, env = resource.properties, resource.environment
    name = resource.name("TableName", 255)
    definitions = {
        each.needed("AttributeName"): each.choice("AttributeType", ("S", "N", "B"), "S")
        for each in properties.children("AttributeDefinitions")
    }
    indexes = (*_indexes(properties, "GlobalSecondaryIndexes"), *_indexes(properties, "LocalSecondaryIndexes"))
    table = Table(
        name=name,
        arn=f"arn:{env.partition}:dynamodb:{env.region}:{env.account}:table/{name}",
        key_schema=_keys(properties),
        attribute_types=Map(definitions),
        indexes=Map({index.name: index for index in indexes}),
        throughput=units,
        table_class=own.choice("TableClass", _CLASSES, "STANDARD") if own.has("TableClass") else None,
        deletion_protection=own.flag("DeletionProtectionEnabled"),
        time_to_live=_time_to_live(expiry) if properties.has("TimeToLiveSpecification") else None,
        created=resource.pins.instant("Created"),
        policy=resource.policy(own.child("ResourcePolicy"), "PolicyDocument", PolicyKind.RESOURCE),
        tags=own.tags("Tags"),
        origin=resource.origin,
    )
    if not table.layout.partition:
        raise properties.error("KeySchema", "has no HASH key")
    _warn_of_undefined(resource, table)
    resource.define("table", table.arn)
    resource.draft.world = resource.draft.world.with_table(table)
    return resource.reference(name, Arn=table.arn)


def _warn_of_undefined(resource: Resource, table: Table) -> None:
    """AWS refuses a key without a definition; here it is taken for text."""
    keys = {name for index in table.indexes.values() for name, _ in index.key_schema}
    for name in sorted(keys | set(table.key_names)):
        if name not in table.attribute_types:
            where = resource.origin.at("AttributeDefinitions") or resource.place
            resource.draft.notes.warn(
                where, f"AttributeDefinitions of {table.name} leaves out the key {name}: read as S"
            )


def _throughput(stated: Properties) -> tuple[int, int] | None:
    """Reads and writes a second where they are provisioned; None on demand."""
    billing = stated.choice("BillingMode", ("PROVISIONED", "PAY_PER_REQUEST"), "PROVISIONED")
    if not stated.has("ProvisionedThroughput") or billing == "PAY_PER_REQUEST":
        return None
    return _units(stated.child("ProvisionedThroughput"))


def _shared_throughput(shared: Properties, own: Properties) -> tuple[int, int] | None:
    """Reads are each replica's own matter and writes everybody's; where they scale, they begin as small as they may."""
    if shared.choice("BillingMode", ("PROVISIONED", "PAY_PER_REQUEST"), "PROVISIONED") == "PAY_PER_REQUEST":
        return None
    reads = own.child("ReadProvisionedThroughputSettings")
    writes = shared.child("WriteProvisionedThroughputSettings").child("WriteCapacityAutoScalingSettings")
    least = reads.child("ReadCapacityAutoScalingSettings").number("MinCapacity", 1)
    return reads.number("ReadCapacityUnits", least), writes.number("MinCapacity", 1)


def _units(stated: Properties) -> tuple[int, int]:
    return stated.number("ReadCapacityUnits", 1), stated.number("WriteCapacityUnits", 1)


def _time_to_live(stated: Properties) -> tuple[str, bool] | None:
    name = stated.text("AttributeName", "")
    return (name, stated.flag("Enabled")) if name or stated.flag("Enabled") else None


def _keys(properties: Properties) -> KeySchema:
    """The key attributes, partition key first."""
    found = [
        (each.needed("AttributeName"), each.choice("KeyType", ("HASH", "RANGE"), "HASH"))
        for each in properties.children("KeySchema")
    ]
    return tuple(sorted(found, key=lambda key: key[1]))


def _indexes(properties: Properties, name: str) -> list[SecondaryIndex]:
    is_global = name == "GlobalSecondaryIndexes"
    found = []
    for each in properties.children(name):
        projection = each.child("Projection")
        kind = projection.choice("ProjectionType", _PROJECTIONS, "ALL")
        held = Projection(kind, projection.texts("NonKeyAttributes"))
        units = _units(each.child("ProvisionedThroughput")) if each.has("ProvisionedThroughput") else None
        found.append(SecondaryIndex(each.needed("IndexName"), _keys(each), is_global, held, units))
    return found


_KEYS = ("AttributeName", "KeyType")
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def _index_members(kind: str) -> dict[str, str]:
    """What is read of an index; both kinds have these."""
    members = ("IndexName", *(f"KeySchema.{name}" for name in _KEYS))
    projection = ("Projection.ProjectionType", "Projection.NonKeyAttributes")
    return {f"{kind}.{name}": "indexes" for name in (*members, *projection)}


#: What a global table says of capacity and the like, and what of it is not kept.
_SCALED = (
    *("ReadOnDemandThroughputSettings", "ReadProvisionedThroughputSettings", "WarmThroughput"),
    *("WriteOnDemandThroughputSettings", "WriteProvisionedThroughputSettings"),
)
_SCALING = ("MaxCapacity", "SeedCapacity", "TargetTrackingScalingPolicyConfiguration")
_READ_SCALING = "Replicas.ReadProvisionedThroughputSettings.ReadCapacityAutoScalingSettings"
_UNHELD = (
    *("ContributorInsightsSpecification", "DisassociationProtectionEnabled", "GlobalSecondaryIndexes"),
    *("GlobalTableSettingsReplicationMode", "KinesisStreamSpecification", "PointInTimeRecoverySpecification"),
    *("ReadOnDemandThroughputSettings", "ReplicaStreamSpecification", "SSESpecification"),
)

ADAPTERS = (
    Adapter(
        type="AWS::DynamoDB::Table",
        read=read_table,
        taken={
            "AttributeDefinitions.AttributeName": "attribute_types",
            "AttributeDefinitions.AttributeType": "attribute_types",
            "BillingMode": "throughput",
            "DeletionProtectionEnabled": "deletion_protection",
            **{f"KeySchema.{name}": "key_schema" for name in _KEYS},
            **_index_members("GlobalSecondaryIndexes"),
            **_index_members("LocalSecondaryIndexes"),
            **{f"GlobalSecondaryIndexes.ProvisionedThroughput.{name}": "indexes" for name in _UNITS},
            **{f"ProvisionedThroughput.{name}": "throughput" for name in _UNITS},
            "ResourcePolicy.PolicyDocument": "policy",
            "TableClass": "table_class",
            "TableName": "name",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            "TimeToLiveSpecification.AttributeName": "time_to_live",
            "TimeToLiveSpecification.Enabled": "time_to_live",
        },
        ignored=(
            *("ContributorInsightsSpecification", "GlobalSecondaryIndexes.ContributorInsightsSpecification"),
            *("GlobalSecondaryIndexes.OnDemandThroughput", "GlobalSecondaryIndexes.WarmThroughput"),
            *("ImportSourceSpecification", "KinesisStreamSpecification", "OnDemandThroughput"),
            *("PointInTimeRecoverySpecification", "SSESpecification", "StreamSpecification"),
            *("VectorIndexes", "WarmThroughput"),
        ),
        required=("KeySchema",),
        attributes=("Arn",),
        withheld=("StreamArn",),
        pins=("Created",),
    ),
    Adapter(
        type="AWS::DynamoDB::GlobalTable",
        read=read_global_table,
        taken={
            "AttributeDefinitions.AttributeName": "attribute_types",
            "AttributeDefinitions.AttributeType": "attribute_types",
            "BillingMode": "throughput",
            **{f"KeySchema.{name}": "key_schema" for name in _KEYS},
            **_index_members("GlobalSecondaryIndexes"),
            **_index_members("LocalSecondaryIndexes"),
            "Replicas.DeletionProtectionEnabled": "deletion_protection",
            "Replicas.ReadProvisionedThroughputSettings.ReadCapacityAutoScalingSettings.MinCapacity": "throughput",
            "Replicas.ReadProvisionedThroughputSettings.ReadCapacityUnits": "throughput",
            "Replicas.Region": "name",
            "Replicas.ResourcePolicy.PolicyDocument": "policy",
            "Replicas.TableClass": "table_class",
            "Replicas.Tags.Key": "tags",
            "Replicas.Tags.Value": "tags",
            "TableName": "name",
            "TimeToLiveSpecification.AttributeName": "time_to_live",
            "TimeToLiveSpecification.Enabled": "time_to_live",
            "WriteProvisionedThroughputSettings.WriteCapacityAutoScalingSettings.MinCapacity": "throughput",
        },
        ignored=(
            *(f"GlobalSecondaryIndexes.{name}" for name in _SCALED),
            *("GlobalTableSourceArn", "GlobalTableWitnesses", "MultiRegionConsistency"),
            *("ReadOnDemandThroughputSettings", "ReadProvisionedThroughputSettings", "SSESpecification"),
            *("StreamSpecification", "TableType", "VectorIndexes", "WarmThroughput"),
            "WriteOnDemandThroughputSettings",
            *(f"WriteProvisionedThroughputSettings.WriteCapacityAutoScalingSettings.{name}" for name in _SCALING),
            *(f"{_READ_SCALING}.{name}" for name in _SCALING),
            *(f"Replicas.{name}" for name in _UNHELD),
        ),
        required=("KeySchema", "Replicas"),
        attributes=("Arn",),
        withheld=("StreamArn", "TableId"),
        pins=("Created",),
    ),
)
