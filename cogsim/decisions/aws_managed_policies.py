"""The few AWS managed policies whose documents cogsim holds; the grants of any other are unknown, and said to be."""

from __future__ import annotations

from functools import cache

from cogsim.arn import Arn
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.parse import parse

#: What the identity pool passes with the session of a guest, beside its inline policy. # ci:iam-roles
GUEST_SESSION_POLICY = "AmazonCognitoUnAuthedIdentitiesSessionPolicy"

_AUDIT_ROOT = (
    *("iam:GetAccessKeyLastUsed", "iam:GetLoginProfile", "iam:GetUser", "iam:ListAccessKeys", "iam:ListMFADevices"),
    "iam:ListSigningCertificates",
)

#: By name: the version published, and the actions it allows on every resource. # aws:managed-policies
_ALLOW_ON_EVERYTHING: dict[str, tuple[str, tuple[str, ...]]] = {
    "AdministratorAccess": ("v1", ("*",)),
    "AmazonS3FullAccess": ("v2", ("s3:*", "s3-object-lambda:*")),
    "AmazonS3ReadOnlyAccess": (
        "v3",
        ("s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*"),
    ),
    "service-role/AWSLambdaBasicExecutionRole": (
        "v1",
        ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
    ),
    GUEST_SESSION_POLICY: (
        "v4",
        (
            *("rum:PutRumEvents", "sagemaker:InvokeEndpoint", "polly:*", "comprehend:*", "translate:*"),
            *("transcribe:*", "rekognition:*", "mobiletargeting:*", "firehose:*", "personalize:*"),
            *("geo:GetMap*", "geo:ListMaps", "geo:SearchPlaceIndex*", "geo:GetPlace", "geo:CalculateRoute*"),
            *("geo:*Geofence", "geo:*Geofences", "geo:*DevicePosition*"),
            *("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptTo", "kms:ReEncryptFrom", "kms:GenerateDataKey"),
            *("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext"),
            "kms:GenerateDataKeyWithoutPlaintext",
        ),
    ),
    # ug:root-access §task-policies: what a root session of AssumeRoot is held to
    "root-task/IAMAuditRootUserCredentials": ("v1", _AUDIT_ROOT),
    "root-task/IAMCreateRootUserPassword": ("v1", ("iam:CreateLoginProfile", "iam:GetLoginProfile")),
    "root-task/IAMDeleteRootUserCredentials": (
        "v1",
        (
            *_AUDIT_ROOT,
            *("iam:DeactivateMFADevice", "iam:DeleteAccessKey", "iam:DeleteLoginProfile"),
            *("iam:DeleteSigningCertificate", "iam:DeleteVirtualMFADevice"),
        ),
    ),
    "root-task/S3UnlockBucketPolicy": (
        "v1",
        ("s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:ListAllMyBuckets", "s3:PutBucketPolicy"),
    ),
    "root-task/SQSUnlockQueuePolicy": (
        "v1",
        ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueues", "sqs:SetQueueAttributes"),
    ),
}


def aws_managed_policy(arn: str) -> Policy | None:
    """The document behind an AWS managed policy's ARN, or None where it is not held here."""
    parsed = Arn.try_parse(arn)
    if parsed is None or parsed.service != "iam" or parsed.account != "aws":
        return None
    return _document(parsed.resource.removeprefix("policy/"))


@cache
def _document(name: str) -> Policy | None:
    if name not in _ALLOW_ON_EVERYTHING:
        return None
    actions = list(_ALLOW_ON_EVERYTHING[name][1])
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.IDENTITY)
