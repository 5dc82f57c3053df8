"""Buckets, objects and tables as the CloudFormation resources that they load from."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from cogsim.policy.document import Policy
from cogsim.policy.parse import unparse
from cogsim.world.bucket import Bucket, S3Object
from cogsim.world.table import Table
from cogsim.world.template_parts import Json, document, mapping, present, resource, some, tags

_PUBLIC_ACCESS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def bucket(noun: Bucket) -> Json:
    """AWS::S3::Bucket."""
    properties: Json = {
        "BucketName": noun.name,
        "PublicAccessBlockConfiguration": {name: name in noun.public_access_block for name in _PUBLIC_ACCESS},
        "Tags": tags(noun.tags),
    }
    return resource("AWS::S3::Bucket", properties)


def bucket_policy(name: str, policy: Policy) -> Json:
    return resource("AWS::S3::BucketPolicy", {"Bucket": name, "PolicyDocument": unparse(policy)})


def objects(bucket_name: str, held: Iterable[S3Object]) -> Json:
    return resource("Cogsim::Objects", {"Bucket": bucket_name, "Objects": {each.key: _object(each) for each in held}})


def _object(noun: S3Object) -> Json:
    members: Json = {
        **_body(noun.body),
        "ETag": noun.etag,
        "Modified": noun.modified,
        "ContentType": noun.content_type,
        "Metadata": mapping(noun.metadata),
        "Tags": mapping(noun.tags),
    }
    return present(members)


def _body(body: bytes) -> Json:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"BodyBase64": base64.b64encode(body).decode()} if "\0" in text else {"Body": text}


def table(noun: Table) -> Json:
    """AWS::DynamoDB::Table."""
    definitions = [{"AttributeName": name, "AttributeType": kind} for name, kind in noun.attribute_types.items()]
    properties: Json = {
        "TableName": noun.name,
        "KeySchema": _keys(noun.key_schema),
        "AttributeDefinitions": some(definitions),
        "GlobalSecondaryIndexes": some(_index(name, keys) for name, keys in noun.global_indexes.items()),
        "LocalSecondaryIndexes": some(_index(name, keys) for name, keys in noun.local_indexes.items()),
        "BillingMode": "PAY_PER_REQUEST",
        "ResourcePolicy": {"PolicyDocument": document(noun.policy)} if noun.policy else None,
        "Tags": tags(noun.tags),
    }
    return resource("AWS::DynamoDB::Table", properties)


def _keys(keys: tuple[tuple[str, str], ...]) -> list[Json]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys]


def _index(name: str, keys: tuple[tuple[str, str], ...]) -> Json:
    return {"IndexName": name, "KeySchema": _keys(keys), "Projection": {"ProjectionType": "ALL"}}
