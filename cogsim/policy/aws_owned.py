"""What AWS itself owns or rules, by service: where resource control policies reach, and what every account is shown."""

from __future__ import annotations

AWS_ITSELF = "aws"
"""Stands in the place of the account in the ARNs of AWS's own managed policies. # ug:identifiers"""

# org:rcps §services-that-support: by the prefix of their actions, as the service authorization reference lists them
_UNDER_RCPS = frozenset(
    {
        "aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory",
        "cloudfront", "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline",
        "cognito-identity", "cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer",
        "cost-optimization-hub", "dax", "dsql", "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms",
        "gamelift", "health", "inspector-scan", "kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor",
        "notifications", "opensearch", "pca-connector-ad", "personalize", "polly", "pricing", "resource-groups",
        "rolesanywhere", "s3", "secretsmanager", "servicediscovery", "signin", "sqs", "sts", "support", "swf",
        "textract", "timestream-influxdb", "transcribe", "transfer", "translate", "wafv2", "workspaces", "xray",
    }
)  # fmt: skip


def rcps_reach(action: str) -> bool:
    """Whether resource control policies bear on `action`: only in the services that support them. # org:rcps"""
    return action.partition(":")[0].casefold() in _UNDER_RCPS


_CHANGES = ("add", "attach", "create", "delete", "detach", "put", "remove", "set", "tag", "untag", "update")


def changed_by_aws_alone(action: str, resource: str) -> bool:
    """Whether `action` would change a role that IAM Identity Center keeps, or a managed policy of AWS's: no policy lets
    an account do that. # sso:permission-sets; aws:managed-policies"""
    fields = resource.split(":", 5)
    vendor, _, name = action.casefold().partition(":")
    iam = vendor == "iam" and len(fields) == 6 and fields[2] == "iam"
    reserved = iam and (fields[5].startswith("role/aws-reserved/") or fields[4] == AWS_ITSELF)
    return reserved and name.startswith(_CHANGES)


def shown_to_every_account(action: str, resource: str) -> bool:
    """Whether `resource` is a managed policy of AWS's, and `action` one that reads it: each account may let its own
    principals do that, and nobody may change one. # aws:managed-policies"""
    fields = resource.split(":", 5)
    vendor, _, name = action.casefold().partition(":")
    reads = vendor == "iam" and name.startswith(("get", "list", "generate"))
    return reads and len(fields) == 6 and fields[2] == "iam" and fields[4] == AWS_ITSELF
