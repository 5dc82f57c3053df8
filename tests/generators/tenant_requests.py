"""What anybody may ask of a bucket and a table that tenants share, as steps of a scenario: every operation on data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Step = dict[str, Any]
Steps = list[Step]
Requests = st.SearchStrategy[Steps]
EITHER = {"decision": "either"}


@dataclass(frozen=True)
class Ground:
    """Where moves are made: whom they may be made by, the words that tenants go by there, how data are named, and the
    roles that there are. `broker` says that people come through one and not through a user pool."""

    actors: tuple[str, ...]
    tenants: tuple[str, ...]
    key: str = "%s/plan.txt"
    partition: str = "%s#orders"
    roles: tuple[str, ...] = ()
    broker: bool = False


def call(operation: str, who: str | None, save: str | None = None, **params: Any) -> Step:
    """A call that may be allowed or not."""
    signed = {"as": f"${who}"} if who is not None else {}
    saved = {"save": save} if save is not None else {}
    return {"call": operation, **signed, "with": params, **saved, "expect": EITHER}


def data(ground: Ground, who: str) -> Requests:
    """One request for data of whomever; a few steps where one needs what another answered."""
    return one_kind(_objects(ground, who), _listings(ground, who), _searches(ground, who), _items(ground, who))


def one_kind(*kinds: Requests) -> Requests:
    """One of the kinds, each as often as the others, however many forms it has: `one_of` would count the forms."""
    return st.sampled_from(range(len(kinds))).flatmap(lambda number: kinds[number])


# S3


def _objects(ground: Ground, who: str) -> Requests:
    keys = st.sampled_from(ground.tenants).map(lambda tenant: ground.key % tenant)

    def on(operation: str, **more: Any) -> Requests:
        return keys.map(lambda key: [call(f"s3:{operation}", who, Bucket="$Documents", Key=key, **more)])

    def presigned(steps: Steps) -> Steps:
        return [{**step, "from": {"auth_type": "REST-QUERY-STRING"}} for step in steps]

    version = {"VersionId": "null"}
    tags = {"Tagging": {"TagSet": [{"Key": "tenant", "Value": "acme"}]}}
    reads = (
        *(on("GetObject"), on("GetObject", Range="bytes=0-1"), on("GetObject", **version), on("HeadObject")),
        *(on("GetObject", IfNoneMatch="*"), on("GetObject").map(presigned), on("GetObjectTagging")),
        *(on("GetObjectTagging", **version), on("GetObjectAcl"), on("GetObjectAttributes", ObjectAttributes=["ETag"])),
    )
    writes = (
        *(on("PutObject", Body="written"), on("PutObject", Body="written", IfNoneMatch="*"), on("DeleteObject")),
        *(on("PutObject", Body="written", Tagging="tenant=acme"), on("PutObject", Body="signed").map(presigned)),
        *(on("DeleteObject", **version), on("PutObjectTagging", **tags), on("DeleteObjectTagging")),
    )
    several = st.lists(keys, min_size=1, max_size=2, unique=True).map(
        lambda found: [
            call("s3:DeleteObjects", who, Bucket="$Documents", Delete={"Objects": [{"Key": key} for key in found]})
        ]
    )
    return st.one_of(*reads, *writes, several, _copies(keys, who), _uploads(keys, who))


def _copies(keys: st.SearchStrategy[str], who: str) -> Requests:
    wishes = st.sampled_from(({}, {"TaggingDirective": "REPLACE"}, {"CopySourceIfNoneMatch": "*"}))
    return st.tuples(keys, keys, wishes).map(
        lambda drawn: [
            call(
                *("s3:CopyObject", who),
                **{"Bucket": "$Documents", "Key": drawn[0], "CopySource": f"$(Documents)/{drawn[1]}", **drawn[2]},
            )
        ]
    )


def _uploads(keys: st.SearchStrategy[str], who: str) -> Requests:
    """An upload in parts, of one's own bytes or of what stands at a key, finished or given up."""

    def made(key: str, source: str | None, end: str) -> Steps:
        begun = {"Bucket": "$Documents", "Key": key}
        at = {**begun, "UploadId": "$upload.UploadId"}
        first = call("s3:CreateMultipartUpload", who, "upload", **begun)
        part = call("s3:UploadPart", who, "part", **at, PartNumber=1, Body="written")
        etag = "$part.ETag"
        if source is not None:
            part = call("s3:UploadPartCopy", who, "part", **at, PartNumber=1, CopySource=f"$(Documents)/{source}")
            etag = "$part.CopyPartResult.ETag"
        parts = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}} if "Complete" in end else {}
        return [first, part, call(f"s3:{end}", who, **at, **parts)]

    ends = st.sampled_from(("CompleteMultipartUpload", "AbortMultipartUpload", "ListParts"))
    return st.tuples(keys, st.none() | keys, ends).map(lambda drawn: made(*drawn))


def _listings(ground: Ground, who: str) -> Requests:
    head = ground.key.partition("%s")[0]
    tenants = st.sampled_from(ground.tenants)
    prefixes = st.one_of(st.just(head), tenants.map(lambda t: f"{head}{t}"), tenants.map(lambda t: f"{head}{t}/"))
    operations = ("ListObjectsV2", "ListObjects", "ListObjectVersions", "ListMultipartUploads")
    wishes = st.sampled_from(({}, {"Delimiter": "/"}, {"Delimiter": "e"}, {"MaxKeys": 1}))

    def listed(operation: str, prefix: str | None, wish: dict[str, Any]) -> Steps:
        more = wish if "Uploads" not in operation else {}
        named = {"Prefix": prefix} if prefix is not None else {}
        return [call(f"s3:{operation}", who, Bucket="$Documents", **named, **more)]

    drawn = st.tuples(st.sampled_from(operations), st.none() | prefixes, wishes)
    return drawn.map(lambda each: listed(*each))


# DynamoDB

_TABLE = {"TableName": "$Records"}
_AMOUNT = {"ProjectionExpression": "amount"}


def _searches(ground: Ground, who: str) -> Requests:
    partitions = st.sampled_from(ground.tenants).map(lambda tenant: ground.partition % tenant)
    dear = {"FilterExpression": "amount > :n", "ExpressionAttributeValues": {":n": {"N": "15"}}}
    wishes = st.sampled_from(({}, _AMOUNT, {"Select": "COUNT"}, {"Limit": 1}))

    def queried(owner: str, wish: dict[str, Any]) -> Steps:
        names = {"ExpressionAttributeNames": {"#o": "owner"}, "ExpressionAttributeValues": {":o": {"S": owner}}}
        return [call("dynamodb:Query", who, **_TABLE, KeyConditionExpression="#o = :o", **names, **wish)]

    def by_status(status: str) -> Steps:
        names = {"ExpressionAttributeNames": {"#s": "status"}, "ExpressionAttributeValues": {":s": {"S": status}}}
        index = {**_TABLE, "IndexName": "by-status", "KeyConditionExpression": "#s = :s"}
        return [call("dynamodb:Query", who, **index, **names)]

    def older(owner: str) -> Steps:
        condition = {"owner": {"AttributeValueList": [{"S": owner}], "ComparisonOperator": "EQ"}}
        return [call("dynamodb:Query", who, **_TABLE, KeyConditions=condition)]

    scans = st.one_of(wishes, st.just(dear), st.just({"IndexName": "by-status"}))
    return st.one_of(
        st.tuples(partitions, wishes).map(lambda drawn: queried(*drawn)),
        partitions.map(older),
        st.sampled_from(("open", "paid")).map(by_status),
        scans.map(lambda how: [call("dynamodb:Scan", who, **_TABLE, **how)]),
    )


def _items(ground: Ground, who: str) -> Requests:
    partitions = st.sampled_from(ground.tenants).map(lambda tenant: ground.partition % tenant)
    numbers = st.sampled_from(("1", "9"))  # of the second there is none
    keys = st.tuples(partitions, numbers).map(lambda drawn: {"owner": {"S": drawn[0]}, "number": {"N": drawn[1]}})
    return st.one_of(_single(keys, who), _several(keys, who), _statements(partitions, who))


def _single(keys: st.SearchStrategy[Any], who: str) -> Requests:
    def on(operation: str, **more: Any) -> Requests:
        return keys.map(lambda key: [call(f"dynamodb:{operation}", who, **_TABLE, Key=key, **more)])

    unless = {"ConditionExpression": "attribute_not_exists(amount)"}
    back = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    seen = {"UpdateExpression": "SET seen = :y", "ExpressionAttributeValues": {":y": {"S": "yes"}}}
    put = keys.map(
        lambda key: [
            call("dynamodb:PutItem", who, **_TABLE, Item={**key, "amount": {"N": "0"}}, ReturnValues="ALL_OLD")
        ]
    )
    return st.one_of(
        *(on("GetItem"), on("GetItem", **_AMOUNT), put, on("DeleteItem"), on("DeleteItem", ReturnValues="ALL_OLD")),
        *(on("DeleteItem", **unless, **back), on("UpdateItem", **seen, ReturnValues="ALL_NEW")),
        *(on("UpdateItem", **seen, **unless), on("UpdateItem", UpdateExpression="SET seen = unknown")),
    )


def _several(keys: st.SearchStrategy[Any], who: str) -> Requests:
    lists = st.lists(keys, min_size=1, max_size=2, unique_by=str)

    def kept(key: Any) -> Any:
        return {**key, "amount": {"N": "0"}}

    def transacted(found: Any, how: str) -> Steps:
        held = {
            "ConditionCheck": lambda key: {"Key": key, "ConditionExpression": "attribute_exists(amount)"},
            "Delete": lambda key: {"Key": key},
            "Put": lambda key: {"Item": kept(key)},
            "Update": lambda key: {"Key": key, "UpdateExpression": "REMOVE seen"},
        }[how]
        return [
            call("dynamodb:TransactWriteItems", who, TransactItems=[{how: {**_TABLE, **held(key)}} for key in found])
        ]

    def batched(found: Any, how: str) -> Steps:
        written = {
            "delete": [{"DeleteRequest": {"Key": key}} for key in found],
            "put": [{"PutRequest": {"Item": kept(key)}} for key in found],
        }[how]
        return [call("dynamodb:BatchWriteItem", who, RequestItems={"records": written})]

    return st.one_of(
        lists.map(lambda found: [call("dynamodb:BatchGetItem", who, RequestItems={"records": {"Keys": found}})]),
        lists.map(
            lambda found: [
                call("dynamodb:TransactGetItems", who, TransactItems=[{"Get": {**_TABLE, "Key": key}} for key in found])
            ]
        ),
        st.tuples(lists, st.sampled_from(("ConditionCheck", "Delete", "Put", "Update"))).map(
            lambda drawn: transacted(*drawn)
        ),
        st.tuples(lists, st.sampled_from(("delete", "put"))).map(lambda drawn: batched(*drawn)),
    )


#: Statements; a question mark is a partition's key.
_STATEMENTS = (
    'SELECT amount FROM "records" WHERE owner = ?',
    'SELECT amount FROM "records" WHERE owner = ? AND number = 1',
    'SELECT * FROM "records" WHERE owner IN [?] AND amount > 15',
    'SELECT * FROM "records" WHERE amount > 0',
    """SELECT * FROM "records"."by-status" WHERE status = 'open'""",
    'DELETE FROM "records" WHERE owner = ? AND number = 1 RETURNING ALL OLD *',
    'UPDATE "records" SET amount = 0 WHERE owner = ? AND number = 1 RETURNING ALL OLD *',
    'UPDATE "records" SET amount = unknown WHERE owner = ? AND number = 1',
    """INSERT INTO "records" VALUE {'owner': ?, 'number': 1}""",
    """INSERT INTO "records" VALUE {'owner': ?, 'number': 9}""",
)


def _statements(partitions: st.SearchStrategy[str], who: str) -> Requests:
    def stated(text: str, owner: str, how: str) -> Steps:
        one = {"Statement": text, **({"Parameters": [{"S": owner}]} if "?" in text else {})}
        match how:
            case "ExecuteStatement":
                return [call("dynamodb:ExecuteStatement", who, **one)]
            case "BatchExecuteStatement":
                return [call("dynamodb:BatchExecuteStatement", who, Statements=[one])]
        return [call("dynamodb:ExecuteTransaction", who, TransactStatements=[one])]

    ways = st.sampled_from(("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"))
    return st.tuples(st.sampled_from(_STATEMENTS), partitions, ways).map(lambda drawn: stated(*drawn))
