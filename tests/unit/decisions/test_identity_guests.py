"""A guest's session never goes beyond the published lists, whatever the guests' role allows."""

from __future__ import annotations

import fnmatch
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.decision import Refusal
from cogsim.decisions.authorization import authorise
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import RoleSession
from cogsim.decisions.cognito_session import session_for
from cogsim.decisions.session_policies import scope_down
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import Role
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

COGNITO = "cognito-identity.amazonaws.com"
GUEST = "arn:aws:iam::123456789012:role/guest"
NOW = 1_767_225_600.0


def words(text: str) -> list[str]:
    return text.split()


#: The inline policy of the enhanced flow, as published, and the managed one beside it, version 4.
INLINE = words("""cloudwatch:* logs:* dynamodb:* kinesis:* mobileanalytics:* s3:* ses:* sns:* sqs:* lambda:*
machinelearning:* execute-api:* iot:* gamelift:* cognito-identity:* cognito-idp:* lex:* polly:* comprehend:*
translate:* transcribe:*
rekognition:* mobiletargeting:* firehose:* appsync:* personalize:* sagemaker:InvokeEndpoint""")
OLDER_REGIONS = words("""cognito-sync:* codewhisperer:* textract:DetectDocumentText textract:AnalyzeDocument sdb:*
sumerian:View*""")
MANAGED = words("""rum:PutRumEvents sagemaker:InvokeEndpoint polly:* comprehend:* translate:* transcribe:* rekognition:*
mobiletargeting:* firehose:* personalize:* geo:GetMap* geo:ListMaps geo:SearchPlaceIndex* geo:GetPlace
geo:CalculateRoute* geo:*Geofence geo:*Geofences geo:*DevicePosition* kms:Encrypt kms:Decrypt kms:ReEncryptTo
kms:ReEncryptFrom kms:GenerateDataKey kms:GenerateDataKeyPair kms:GenerateDataKeyPairWithoutPlaintext
kms:GenerateDataKeyWithoutPlaintext""")

ACTIONS = words("""s3:GetObject dynamodb:Scan sqs:SendMessage lambda:InvokeFunction cognito-sync:ListRecords sdb:Select
textract:AnalyzeDocument textract:AnalyzeExpense sagemaker:InvokeEndpoint sagemaker:CreateModel kms:Decrypt
kms:CreateKey geo:GetPlace geo:DeleteMap rum:PutRumEvents rum:DeleteAppMonitor ec2:RunInstances iam:CreateUser
sts:AssumeRole secretsmanager:GetSecretValue ssm:GetParameter bedrock:InvokeModel
cognito-identity:GetOpenIdTokenForDeveloperIdentity
cognito-idp:AdminCreateUser sumerian:ViewRelease sumerian:Login codewhisperer:GenerateCompletions sns:Publish""")


def pool(region: str) -> IdentityPool:
    pool_id = f"{region}:00000000-1111-2222-3333-444444444444"
    return IdentityPool(
        pool_id,
        f"arn:aws:cognito-identity:{region}:123456789012:identitypool/{pool_id}",
        "p",
        allow_unauthenticated=True,
        roles=Map({"unauthenticated": GUEST}),
    )


def guest_session(made: IdentityPool, statements: list[dict[str, Any]]) -> tuple[World, RoleSession]:
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": COGNITO},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{COGNITO}:aud": made.id}},
    }
    trusting = parse({"Version": "2012-10-17", "Statement": [trust]}, PolicyKind.TRUST)
    own = parse({"Version": "2012-10-17", "Statement": statements}, PolicyKind.IDENTITY)
    world = World().with_identity_pool(made).with_role(Role(GUEST, "guest", trusting, inline=Map({"own": own})))
    found = session_for(world, made, None, f"{made.region}:guest", now=NOW, origin=CallOrigin(region=made.region)).value
    assert not isinstance(found, Refusal)
    return world, found


def listed(action: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(action.casefold(), each.casefold()) for each in patterns)


@pytest.mark.parametrize("region", ["us-east-1", "af-south-1"])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_guest_with_every_permission_may_do_what_is_listed(region: str, action: str) -> None:
    world, session = guest_session(pool(region), [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    inline = [*INLINE, *(OLDER_REGIONS if region == "us-east-1" else [])]
    found = authorise(world, session, action, "*", origin=CallOrigin(region=region), now=NOW)
    assert found.value.allowed is listed(action, [*inline, *MANAGED])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from((*ACTIONS, "*", "s3:*", "kms:*", "iam:*", "sagemaker:*")), min_size=1, max_size=4),
    st.sampled_from(ACTIONS),
)
def test_a_guests_session_is_the_roles_and_the_lists_together(granted: list[str], action: str) -> None:
    world, session = guest_session(pool("us-east-1"), [{"Effect": "Allow", "Action": granted, "Resource": "*"}])
    found = authorise(world, session, action, "*", origin=CallOrigin(), now=NOW).value.allowed
    assert found is (listed(action, granted) and listed(action, [*INLINE, *OLDER_REGIONS, *MANAGED]))


def test_the_inline_policy_is_the_published_one() -> None:
    narrow = scope_down(pool("us-east-1"), None).value
    (statement,) = json.loads(str(narrow.policy))["Statement"]
    assert sorted(statement["Action"]) == sorted([*INLINE, *OLDER_REGIONS])
    assert (statement["Effect"], statement["Resource"]) == ("Allow", ["*"])
    assert narrow.policy_arns == ("arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy",)
