"""The policies that a root session of AssumeRoot is held to. # ug:root-access"""

from __future__ import annotations

from cogsim.decisions.aws_managed.published import Published, allow

_AUDIT = "iam: GetAccessKeyLastUsed GetLoginProfile GetUser ListAccessKeys ListMFADevices ListSigningCertificates"
_SINCE = "2024-11-14T00:00:00"


def _task(name: str, *actions: str) -> Published:
    return Published(f"root-task/{name}", "v1", _SINCE, _SINCE, (allow(*actions),))


#: ug:root-access §task-policies
POLICIES = (
    _task("IAMAuditRootUserCredentials", _AUDIT),
    _task("IAMCreateRootUserPassword", "iam: CreateLoginProfile GetLoginProfile"),
    _task(
        "IAMDeleteRootUserCredentials",
        _AUDIT,
        "iam: DeactivateMFADevice DeleteAccessKey DeleteLoginProfile DeleteSigningCertificate DeleteVirtualMFADevice",
    ),
    _task("S3UnlockBucketPolicy", "s3: DeleteBucketPolicy GetBucketPolicy ListAllMyBuckets PutBucketPolicy"),
    _task("SQSUnlockQueuePolicy", "sqs: GetQueueAttributes GetQueueUrl ListQueues SetQueueAttributes"),
)
