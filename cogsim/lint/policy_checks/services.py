"""What only one service's policies get wrong: S3's prefixes, DynamoDB's attributes, and policies of a resource."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.lint.policy_checks.trust import allows_action
from cogsim.lint.policy_draft import Draft, StatementDraft
from cogsim.lint.policy_finding import PolicyFinding

_READS = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:TransactGetItems")
# CloudFormation's type → the services whose actions its policy can be about, and the form of its ARNs.
ATTACHED_TO: dict[str, tuple[tuple[str, ...], str]] = {
    "AWS::ApiGateway::RestApi": (("execute-api",), r"arn:[^:]*:execute-api:.*|execute-api:/.*"),
    "AWS::Backup::BackupVault": (("backup",), r"arn:[^:]*:(backup|ec2|rds|dynamodb|elasticfilesystem|fsx)?:?.*"),
    "AWS::DynamoDB::Stream": (("dynamodb",), r"arn:[^:]*:dynamodb:[^:]*:[^:]*:table/.*/stream/.*"),
    "AWS::DynamoDB::Table": (("dynamodb",), r"arn:[^:]*:dynamodb:[^:]*:[^:]*:table/.*"),
    "AWS::ECR::Repository": (("ecr",), r"arn:[^:]*:ecr:.*"),
    "AWS::EFS::FileSystem": (("elasticfilesystem",), r"arn:[^:]*:elasticfilesystem:.*"),
    "AWS::Kinesis::Stream": (("kinesis",), r"arn:[^:]*:kinesis:.*"),
    "AWS::KMS::Key": (("kms",), r"arn:[^:]*:kms:[^:]*:[^:]*:key/.*"),
    "AWS::Lambda::Function": (("lambda",), r"arn:[^:]*:lambda:.*"),
    "AWS::Logs::ResourcePolicy": (("logs",), r"arn:[^:]*:logs:.*"),
    "AWS::OpenSearchService::Domain": (("es",), r"arn:[^:]*:es:.*"),
    "AWS::S3::AccessPoint": (("s3",), r"arn:[^:]*:s3:[^:]*:[^:]*:accesspoint/.*"),
    "AWS::S3::Bucket": (("s3",), r"arn:[^:]*:s3:::.*"),
    "AWS::S3::MultiRegionAccessPoint": (("s3",), r"arn:[^:]*:s3::[^:]*:accesspoint/.*"),
    "AWS::S3Express::DirectoryBucket": (("s3express",), r"arn:[^:]*:s3express:.*"),
    "AWS::S3ObjectLambda::AccessPoint": (("s3-object-lambda",), r"arn:[^:]*:s3-object-lambda:.*"),
    "AWS::S3Tables::TableBucket": (("s3tables",), r"arn:[^:]*:s3tables:.*"),
    "AWS::SecretsManager::Secret": (("secretsmanager",), r"arn:[^:]*:secretsmanager:.*"),
    "AWS::SNS::Topic": (("sns",), r"arn:[^:]*:sns:.*"),
    "AWS::SQS::Queue": (("sqs",), r"arn:[^:]*:sqs:.*"),
    "AWS::IAM::AssumeRolePolicyDocument": (("sts",), r".*"),
}


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Prefixes that are denied in vain, attributes that a read without a projection returns, and foreign resources."""
    for statement in draft.statements:
        yield from _prefixes(statement)
        yield from _attributes(statement)
        if draft.resource_type in ATTACHED_TO and draft.is_resource_side:
            yield from _attached(statement, draft.resource_type)


def _prefixes(statement: StatementDraft) -> Iterator[PolicyFinding]:
    # s3:walkthrough: a shorter prefix also lists what is below a longer one
    for test in statement.tested("s3:prefix"):
        if test.name.startswith("String") and statement.effect and test.negated == statement.allows:
            message = "Whoever asks for a shorter prefix is not held by this test and still lists what is below it."
            fix = "allow the prefixes that may be listed with StringLike, or deny all others with StringNotLike"
            yield test.key.finding("S3_PREFIX_IN_NEGATIVE_CONTEXT", message, fix)


def _attributes(statement: StatementDraft) -> Iterator[PolicyFinding]:
    test = next(statement.tested("dynamodb:Attributes"), None)
    if test is None or not statement.allows or any(statement.tested("dynamodb:Select")):
        return
    if any(allows_action(statement, action) for action in _READS):
        message = "A read that names no attributes returns all of them: dynamodb:Select is not tested."
        fix = '"StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}'
        yield test.key.finding("DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", message, fix)


def _attached(statement: StatementDraft, resource_type: str) -> Iterator[PolicyFinding]:
    services, form = ATTACHED_TO[resource_type]
    for word in statement.actions.values if statement.actions else ():
        service = word.text.partition(":")[0].casefold()
        if not word.open and ":" in word.text and not set("*?") & set(service) and service not in services:
            message = f"A policy of {resource_type} is about actions of {' and '.join(services)}, not {word.text}."
            yield word.finding("UNSUPPORTED_ACTION_IN_POLICY", message)
    for word in statement.resources.values if statement.resources else ():
        if not word.open and "*" not in word.text.split(":")[:3] and word.text != "*" and not re.match(form, word.text):
            message = f"A policy of {resource_type} is about that resource, not {word.text!r}."
            yield word.finding("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", message)
