"""Which actions exist: the operations of AWS's published models, and the names that only IAM knows."""

from __future__ import annotations

from functools import cache
from typing import Any

from cogsim.decision import Basis, Step
from cogsim.errors import InputError, suggest

#: S3's actions about buckets and objects: most differ from the names of its operations. # sar:s3
_S3_OF_BUCKETS = (
    *("CreateBucket", "DeleteBucket", "ListBucket", "ListBucketVersions", "ListBucketMultipartUploads"),
    *("DeleteBucketPolicy", "GetBucketPolicy", "GetBucketPolicyStatus", "PutBucketPolicy"),
    *("GetAccelerateConfiguration", "PutAccelerateConfiguration", "GetAnalyticsConfiguration"),
    *("PutAnalyticsConfiguration", "GetBucketAcl", "PutBucketAcl", "GetBucketCORS", "PutBucketCORS"),
    *("GetBucketLocation", "GetBucketLogging", "PutBucketLogging", "GetBucketNotification", "PutBucketNotification"),
    *("GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", "GetBucketOwnershipControls"),
    *("PutBucketOwnershipControls", "GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    *("GetBucketRequestPayment", "PutBucketRequestPayment", "GetBucketTagging", "PutBucketTagging"),
    *("GetBucketVersioning", "PutBucketVersioning", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
    *("GetEncryptionConfiguration", "PutEncryptionConfiguration", "GetIntelligentTieringConfiguration"),
    *("PutIntelligentTieringConfiguration", "GetInventoryConfiguration", "PutInventoryConfiguration"),
    *("GetLifecycleConfiguration", "PutLifecycleConfiguration", "GetMetricsConfiguration", "PutMetricsConfiguration"),
    *("GetReplicationConfiguration", "PutReplicationConfiguration"),
)
_S3_OF_OBJECTS = (
    *("GetObject", "PutObject", "DeleteObject", "GetObjectVersion", "DeleteObjectVersion", "AbortMultipartUpload"),
    *("ListMultipartUploadParts", "GetObjectAcl", "PutObjectAcl", "GetObjectVersionAcl", "PutObjectVersionAcl"),
    *("GetObjectAttributes", "GetObjectVersionAttributes", "GetObjectTagging", "PutObjectTagging"),
    *("DeleteObjectTagging", "GetObjectVersionTagging", "PutObjectVersionTagging", "DeleteObjectVersionTagging"),
    *("GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold", "RestoreObject"),
    *("BypassGovernanceRetention", "GetObjectTorrent", "GetObjectVersionTorrent", "ObjectOwnerOverrideToBucketOwner"),
    *("ReplicateObject", "ReplicateDelete", "ReplicateTags", "GetObjectVersionForReplication"),
    "InitiateReplication",
)
#: Actions that are made on no resource: only `*` names what they act on. # sar:s3, sar:dynamodb, sar:sts
_ON_NOTHING = {
    "s3": ("ListAllMyBuckets", "GetAccountPublicAccessBlock", "PutAccountPublicAccessBlock", "ListAccessPoints"),
    "dynamodb": (
        *("ListTables", "ListBackups", "ListGlobalTables", "ListExports", "ListImports", "ListStreams"),
        *("DescribeLimits", "DescribeReservedCapacity", "DescribeReservedCapacityOfferings", "DescribeEndpoints"),
        "PurchaseReservedCapacityOfferings",
    ),
    "sts": (
        *("GetCallerIdentity", "GetSessionToken", "GetAccessKeyInfo", "DecodeAuthorizationMessage"),
        "GetServiceBearerToken",
    ),
}
#: Names beside the operations, for services whose actions are all known here.
_BESIDE_OPERATIONS = {
    "dynamodb": (
        *("ConditionCheckItem", "PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete", "GetRecords"),
        *("GetShardIterator", "DescribeStream", "ListStreams", "RestoreTableFromAwsBackup", "StartAwsBackupJob"),
        *("DescribeReservedCapacity", "DescribeReservedCapacityOfferings", "PurchaseReservedCapacityOfferings"),
    ),
    "sts": ("TagSession", "SetSourceIdentity", "SetContext", "GetServiceBearerToken"),
    "iam": ("PassRole", "CreateServiceLinkedRole"),
    "cognito-idp": ("GetWebACLForResource", "AssociateWebACL", "DisassociateWebACL"),
    "cognito-identity": (),
}
_COMPLETE = {
    "s3": (*_S3_OF_BUCKETS, *_S3_OF_OBJECTS, *_ON_NOTHING["s3"]),
    "execute-api": ("Invoke", "InvalidateCache", "ManageConnections"),
}


@cache
def _loader() -> Any:
    from botocore.loaders import Loader

    return Loader()


@cache
def _services() -> frozenset[str]:
    return frozenset(_loader().list_available_services("service-2"))


@cache
def _known(service: str) -> tuple[tuple[str, ...], bool]:
    """The action names of `service` as far as they are known, and whether that is all of them."""
    if service in _COMPLETE:
        return _COMPLETE[service], True
    if service not in _services():
        return (), False
    operations = tuple(_loader().load_service_model(service, "service-2")["operations"])
    return (*operations, *_BESIDE_OPERATIONS.get(service, ())), service in _BESIDE_OPERATIONS


def check_action(action: str) -> tuple[Step, ...]:
    """No steps for an action known to exist; a step where the service's actions are not all known here. InputError for
    what is not an action's name, and for a name that a fully known service does not have."""
    service, colon, name = action.partition(":")
    if not colon or not service or not name:
        near = suggest(action, [f"s3:{known}" for known in _COMPLETE["s3"]])
        raise InputError(f"an action is written service:Name, not {action!r}", suggestion=near)
    if "*" in action or "?" in action:
        raise InputError(f"{action!r} names many actions; ask about one of them")
    known, complete = _known(service.casefold())
    if name.casefold() in {other.casefold() for other in known}:
        return ()
    near = suggest(name, known)
    if complete:
        raise InputError(f"{service} has no action {name!r}", suggestion=f"{service}:{near}" if near else None)
    return (_not_checked(action, service, bool(known), near),)


def _not_checked(action: str, service: str, modelled: bool, near: str | None) -> Step:
    found = f"{service} is known, not every action of it" if modelled else f"no published model is called {service}"
    alike = suggest(service, (*_services(), *_COMPLETE)) if not modelled else None
    hint = f"; {service}:{near} exists" if near else f"; a service {alike} exists" if alike else ""
    return Step(
        f"is there an action {action}?",
        "not checked: taken as written",
        found + hint,
        "ug:action",
        Basis.OBSERVED,
        facts=(("not-checked", action),),
    )


def acts_on_nothing(action: str) -> bool:
    """Whether the action has no resource type, so that `*` alone names what it acts on."""
    service, _, name = action.casefold().partition(":")
    return name in {other.casefold() for other in _ON_NOTHING.get(service, ())}


def check_resource(action: str, resource: str) -> None:
    """InputError unless `resource` is one ARN, or `*` for an action that is made on no resource."""
    from cogsim.arn import Arn

    if resource == "*":
        service = action.casefold().partition(":")[0]
        if service in (*_ON_NOTHING, *_COMPLETE) and not acts_on_nothing(action):
            raise InputError(f"{action} is made on a resource: give its ARN, not '*'")
        return
    arn = Arn.try_parse(resource)
    if arn is None:
        raise InputError(f"a resource is an ARN or '*', not {resource!r}", suggestion=_as_arn(action, resource))
    if "*" in resource or "?" in resource:
        raise InputError(f"{resource!r} names many resources; ask about one of them, or state an invariant over all")
    if arn.service == "s3" and not arn.account:
        _check_kind(action, arn.resource, resource)


def _check_kind(action: str, path: str, resource: str) -> None:
    """S3 tells bucket and object apart by the slash: a question about the other kind would always be refused."""
    name = action.casefold().removeprefix("s3:")
    if name in {other.casefold() for other in _S3_OF_OBJECTS} and "/" not in path:
        raise InputError(f"{action} is made on an object, and {resource!r} is a bucket", suggestion=f"{resource}/key")
    if name in {other.casefold() for other in _S3_OF_BUCKETS} and "/" in path:
        raise InputError(
            f"{action} is made on a bucket, and {resource!r} is an object", suggestion=resource.partition("/")[0]
        )


def _as_arn(action: str, resource: str) -> str | None:
    text = resource.removeprefix("s3://")
    return f"arn:aws:s3:::{text}" if action.casefold().startswith("s3:") and text and ":" not in text else None
