"""Which key of KMS an object is under, and what writing and reading it asks of that key besides S3's own permissions.

1. Under S3's own keys nothing more is asked. # s3:UsingKMSEncryption
2. Under the key that AWS manages for S3 in the bucket's account, everybody of that account is let through who may use
   S3, and nobody else. # s3:UsingKMSEncryption §aws-managed
3. Under another key its rights are asked, in its own account: a data key to write, decryption to read. Keys have no
   policy in the world, so the default one is taken, which leaves it to the account's own policies. # kms:key-policies
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.arn import Arn
from cogsim.decision import Refusal
from cogsim.decisions.caller import Caller, caller_account
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.bucket import Bucket

_BY_KMS = ("aws:kms", "aws:kms:dsse")
TO_WRITE, TO_READ = "kms:GenerateDataKey", "kms:Decrypt"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What is asked of a key: the action, the key's ARN, its account, and the condition keys of the request."""

    action: str
    key_arn: str
    account: str
    context: Mapping[str, Any] = field(default_factory=dict)


def accept_key_of_account(bucket: Bucket, caller: Caller, encryption: str, key_id: str) -> Check:
    """Argument 2, and that a key is only named where there is one to use."""
    question, found = "may the caller use the key of S3 in the bucket's account?", encryption
    if key_id and encryption not in _BY_KMS:
        text = (
            "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : "
            "aws:kms"
        )
        return refused(Refusal("InvalidArgument", text), question, key_id, "s3:UsingKMSEncryption")
    if encryption in _BY_KMS and not key_id and caller_account(caller) != bucket.account:
        found = f"{caller_account(caller) or 'no account'}; the key is {bucket.account}'s"
        return refused(Refusal("AccessDenied", "Access Denied"), question, found, "s3:UsingKMSEncryption")
    return passed(question, found, "s3:UsingKMSEncryption")


def key_use(bucket: Bucket, caller: Caller, action: str, encryption: str, key_id: str, key: str) -> KeyUse | None:
    """Argument 3, for the object `key` of the bucket; None where no key of one's own is used."""
    if encryption not in _BY_KMS or not key_id:
        return None
    arn = Arn.try_parse(key_id)
    account = arn.account if arn is not None else caller_account(caller) or bucket.account
    written = key_id if arn is not None else f"arn:{bucket.partition}:kms:{bucket.region}:{account}:key/{key_id}"
    context = {
        "kms:ViaService": f"s3.{bucket.region}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"{bucket.arn}/{key}",
        "kms:EncryptionContextKeys": ("aws:s3:arn",),
        "kms:CallerAccount": caller_account(caller) or "",
    }
    return KeyUse(action, written, account, context)


def is_alias(key_id: str) -> bool:
    """Whether a key is named by an alias, of which the world does not tell what key it stands for."""
    return key_id.startswith("alias/") or ":alias/" in key_id
