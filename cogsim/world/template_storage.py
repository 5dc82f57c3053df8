"""Buckets and objects as the CloudFormation resources that they load from."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from cogsim.policy.document import Policy
from cogsim.policy.parse import unparse
from cogsim.world.bucket import PUBLIC_ACCESS_SETTINGS, AccountPublicAccessBlock, Bucket, S3Object
from cogsim.world.template_parts import Json, mapping, present, resource, tags


def bucket(noun: Bucket) -> Json:
    """AWS::S3::Bucket."""
    properties: Json = {
        "BucketName": noun.name,
        "PublicAccessBlockConfiguration": {
            name: name in noun.own_public_access_block for name in PUBLIC_ACCESS_SETTINGS
        },
        "Tags": tags(noun.tags),
        "VersioningConfiguration": {"Status": noun.versioning} if noun.versioning else None,
        "OwnershipControls": {"Rules": [{"ObjectOwnership": noun.object_ownership}]},
        "AbacStatus": "Enabled" if noun.attribute_based else None,
    }
    return resource("AWS::S3::Bucket", properties, {"Created": noun.created or None})


def bucket_policy(name: str, policy: Policy) -> Json:
    return resource("AWS::S3::BucketPolicy", {"Bucket": name, "PolicyDocument": unparse(policy)})


def account_block(noun: AccountPublicAccessBlock) -> Json:
    """Cogsim::AccountPublicAccessBlock."""
    return resource(
        "Cogsim::AccountPublicAccessBlock", {name: name in noun.settings for name in PUBLIC_ACCESS_SETTINGS}
    )


def objects(bucket_name: str, held: Iterable[S3Object]) -> Json:
    return resource("Cogsim::Objects", {"Bucket": bucket_name, "Objects": {each.key: _object(each) for each in held}})


def _object(noun: S3Object) -> Json:
    return {**_version(noun), **({"Earlier": [_version(each) for each in noun.earlier]} if noun.earlier else {})}


def _version(noun: S3Object) -> Json:
    members: Json = {
        **_body(noun.body),
        "ETag": noun.etag,
        "Modified": noun.modified,
        "ContentType": noun.content_type,
        "Metadata": mapping(noun.metadata),
        "Tags": mapping(noun.tags),
        "VersionId": noun.version_id or None,
        "Headers": mapping(noun.headers),
        "StorageClass": noun.storage_class,
        "ServerSideEncryption": noun.encryption,
        "SSEKMSKeyId": noun.kms_key_id or None,
        "DeleteMarker": noun.delete_marker or None,
    }
    return present(members)


def _body(body: bytes) -> Json:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"BodyBase64": base64.b64encode(body).decode()} if "\0" in text else {"Body": text}
