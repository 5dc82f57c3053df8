"""What the encryption of an object requires of whoever writes or reads it."""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Requirement
from cogsim.decisions.s3_encryption import accept_key_of_account, is_alias, key_use
from cogsim.errors import NotModelled
from cogsim.world.bucket import Bucket


def key_requirements(
    ctx: CallContext, bucket: Bucket, key: str, action: str, encryption: str, key_id: str
) -> tuple[Requirement, ...]:
    """What is asked of the key that the object `key` is under; AwsError where it is not for the caller."""
    if is_alias(key_id):
        raise NotModelled(ctx.call.operation, "SSEKMSKeyId", "an alias of a key")
    ctx.require(accept_key_of_account(bucket, ctx.caller, encryption, key_id))
    use = key_use(bucket, ctx.caller, action, encryption, key_id, key)
    if use is None:
        return ()
    return (Requirement(use.action, use.key_arn, use.context, resource_account=use.account),)
