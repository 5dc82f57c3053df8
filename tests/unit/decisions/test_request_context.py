"""The keys that each kind of caller puts into a request, and those it leaves out."""

from __future__ import annotations

import pytest

from cogsim.assumptions import assuming
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Anonymous, Caller, FederatedUser, IamUser, RoleSession, Root, Service
from cogsim.decisions.request_context import context_steps, request_context
from cogsim.errors import InputError
from cogsim.persistent import Map
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.layers import Layers, NamedPolicy
from cogsim.policy.parse import parse
from cogsim.policy.request import Context, Values
from cogsim.world.iam import Role, User
from cogsim.world.world import World

ACCOUNT = "123456789012"
NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
USER = User(f"arn:aws:iam::{ACCOUNT}:user/staff/bob", "bob", "/staff/", "AIDABOB", tags=Map({"team": "red"}))
ROLE = Role(
    f"arn:aws:iam::{ACCOUNT}:role/app/reader",
    "reader",
    Policy((), kind=PolicyKind.TRUST),
    "/app/",
    "AROAREADER",
    tags=Map({"Team": "blue", "cost": "1"}),
)
WORLD = World().with_user(USER).with_role(ROLE)
COGNITO_KEYS = Map({"cognito-identity.amazonaws.com:sub": Values(("us-east-1:id",))})

BOB = IamUser(USER.arn, "AIDABOB")
BOB_WITH_MFA = IamUser(USER.arn, "AIDABOB", issued_at=NOW - 60, mfa_at=NOW - 90)
BOB_SESSION = IamUser(USER.arn, "AIDABOB", issued_at=NOW - 60)
ASSUMED = RoleSession(ROLE.arn, "AROAREADER", "s1", NOW - 5, session_tags=Map({"team": "green"}), source_identity="bob")
FEDERATED = RoleSession(
    ROLE.arn,
    "AROAREADER",
    "CognitoIdentityCredentials",
    NOW,
    federated_provider="cognito-identity.amazonaws.com",
    federated=COGNITO_KEYS,
)
BROKERED = FederatedUser("carol", USER.arn, NOW, session_tags=Map({"Team": "x"}))
ROOT_SESSION = Root(ACCOUNT, issued_at=NOW - 30, mfa_at=NOW - 30)
ASSUMED_ROOT = Root(ACCOUNT, issued_at=NOW, assumed=True, source_identity="alice")
BY_ASSERTION = RoleSession(ROLE.arn, "AROAREADER", "carol", NOW, federated=Map({"saml:sub": Values(("carol",))}))
LAMBDA = Service("lambda.amazonaws.com", ACCOUNT, "arn:aws:lambda:us-east-1:123456789012:function:f")


def context(caller: Caller, **origin: object) -> Context:
    return request_context(WORLD, caller, origin=CallOrigin(**origin), now=NOW)  # type: ignore[arg-type]


PRESENT: list[tuple[Caller, str, str]] = [
    (Root(ACCOUNT), "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:root"),
    (Root(ACCOUNT), "aws:userid", ACCOUNT),
    (Root(ACCOUNT), "aws:PrincipalType", "Account"),
    (BOB, "aws:PrincipalArn", USER.arn),
    (BOB, "aws:username", "bob"),
    (BOB, "aws:userid", "AIDABOB"),
    (BOB, "aws:PrincipalType", "User"),
    (BOB, "aws:PrincipalTag/TEAM", "red"),
    (BOB, "aws:PrincipalIsAWSService", "false"),
    (BOB_WITH_MFA, "aws:MultiFactorAuthPresent", "true"),
    (BOB_WITH_MFA, "aws:MultiFactorAuthAge", "90"),
    (BOB_WITH_MFA, "aws:TokenIssueTime", "2025-12-31T23:59:00Z"),
    (BOB_SESSION, "aws:MultiFactorAuthPresent", "false"),
    (ASSUMED, "aws:PrincipalArn", ROLE.arn),
    (ASSUMED, "aws:userid", "AROAREADER:s1"),
    (ASSUMED, "aws:PrincipalType", "AssumedRole"),
    (ASSUMED, "aws:PrincipalTag/team", "green"),
    (ASSUMED, "aws:PrincipalTag/cost", "1"),
    (ASSUMED, "aws:SourceIdentity", "bob"),
    (ASSUMED, "aws:MultiFactorAuthPresent", "false"),
    (ASSUMED, "aws:TokenIssueTime", "2025-12-31T23:59:55Z"),
    (FEDERATED, "aws:FederatedProvider", "cognito-identity.amazonaws.com"),
    (FEDERATED, "cognito-identity.amazonaws.com:sub", "us-east-1:id"),
    (FEDERATED, "aws:PrincipalAccount", ACCOUNT),
    (BROKERED, "aws:PrincipalArn", f"arn:aws:sts::{ACCOUNT}:federated-user/carol"),
    (BROKERED, "aws:userid", f"{ACCOUNT}:carol"),
    (BROKERED, "aws:PrincipalType", "FederatedUser"),
    (BROKERED, "aws:PrincipalTag/team", "x"),
    (BROKERED, "aws:TokenIssueTime", "2026-01-01T00:00:00Z"),
    (ROOT_SESSION, "aws:MultiFactorAuthPresent", "true"),
    (ROOT_SESSION, "aws:MultiFactorAuthAge", "30"),
    (ROOT_SESSION, "aws:TokenIssueTime", "2025-12-31T23:59:30Z"),
    (ASSUMED_ROOT, "aws:AssumedRoot", "true"),
    (ASSUMED_ROOT, "aws:PrincipalType", "Account"),
    (ASSUMED_ROOT, "aws:userid", ACCOUNT),
    (ASSUMED_ROOT, "aws:SourceIdentity", "alice"),
    (ASSUMED_ROOT, "aws:MultiFactorAuthPresent", "false"),
    (BY_ASSERTION, "saml:sub", "carol"),
    (Anonymous(), "aws:PrincipalAccount", "anonymous"),
    (Anonymous(), "aws:PrincipalType", "Anonymous"),
    (Anonymous(), "aws:userid", "anonymous"),
    (LAMBDA, "aws:PrincipalIsAWSService", "true"),
    (LAMBDA, "aws:PrincipalServiceName", "lambda.amazonaws.com"),
    (LAMBDA, "aws:SourceAccount", ACCOUNT),
    (BOB, "aws:CurrentTime", "2026-01-01T00:00:00Z"),
    (BOB, "aws:EpochTime", "1767225600"),
    (BOB, "aws:SecureTransport", "true"),
    (BOB, "aws:RequestedRegion", "us-east-1"),
    (BOB, "aws:SourceIp", "198.51.100.1"),
    (BOB, "aws:ViaAWSService", "false"),
]

ABSENT: list[tuple[Caller, str]] = [
    (BOB, "aws:MultiFactorAuthPresent"),
    (BOB, "aws:MultiFactorAuthAge"),
    (BOB, "aws:TokenIssueTime"),
    (BOB, "aws:FederatedProvider"),
    (BOB, "aws:SourceVpce"),
    (BOB_SESSION, "aws:MultiFactorAuthAge"),
    (Root(ACCOUNT), "aws:username"),
    (ASSUMED, "aws:username"),
    (ASSUMED, "aws:FederatedProvider"),
    (FEDERATED, "aws:MultiFactorAuthPresent"),
    (FEDERATED, "aws:SourceIdentity"),
    (BROKERED, "aws:username"),
    (BROKERED, "aws:MultiFactorAuthPresent"),
    (BY_ASSERTION, "aws:MultiFactorAuthPresent"),
    (BY_ASSERTION, "aws:FederatedProvider"),
    (Root(ACCOUNT), "aws:TokenIssueTime"),
    (Root(ACCOUNT), "aws:AssumedRoot"),
    (ROOT_SESSION, "aws:AssumedRoot"),
    (BOB, "aws:SourceVpc"),
    (BOB, "aws:SourceVpcArn"),
    (BOB, "aws:VpcSourceIp"),
    (Anonymous(), "aws:PrincipalArn"),
    (Anonymous(), "aws:PrincipalIsAWSService"),
    (LAMBDA, "aws:PrincipalAccount"),
    (LAMBDA, "aws:PrincipalArn"),
    (BOB, "aws:PrincipalOrgID"),
]


@pytest.mark.parametrize(("caller", "key", "value"), PRESENT)
def test_a_key_that_is_present(caller: Caller, key: str, value: str) -> None:
    assert context(caller)[key].values == (value,)


@pytest.mark.parametrize(("caller", "key"), ABSENT)
def test_a_key_that_is_absent(caller: Caller, key: str) -> None:
    assert key not in context(caller)


def test_the_address_is_absent_through_an_endpoint() -> None:
    through = context(BOB, vpc_endpoint="vpce-1")
    assert "aws:SourceIp" not in through
    assert through["aws:SourceVpce"].values == ("vpce-1",)


def test_a_service_calling_shows_no_address() -> None:
    assert "aws:SourceIp" not in context(BOB, source_ip="cognito-identity.amazonaws.com")


def test_plain_http_is_not_secure_transport() -> None:
    assert context(BOB, tls=False)["aws:SecureTransport"].values == ("false",)


def test_a_session_tag_replaces_the_roles_tag_whatever_its_case() -> None:
    keys = [key for key in context(ASSUMED) if key.casefold() == "aws:principaltag/team"]
    assert keys == ["aws:PrincipalTag/team"]


def test_the_services_own_keys_win() -> None:
    origin = CallOrigin()
    extra = {"aws:RequestedRegion": "us-east-1", "s3:prefix": ""}
    made = request_context(WORLD, BOB, origin=origin, now=NOW, extra=extra, resource_account="999999999999")
    assert made["s3:prefix"].values == ("",)
    assert made["aws:ResourceAccount"].values == ("999999999999",)


def test_the_mfa_key_of_sessions_is_a_switch() -> None:
    with assuming({"context.mfaOfRoleSession": "absent", "context.mfaOfFederatedSession": "false"}):
        assert "aws:MultiFactorAuthPresent" not in context(ASSUMED)
        assert context(FEDERATED)["aws:MultiFactorAuthPresent"].values == ("false",)
        assert context(BROKERED)["aws:MultiFactorAuthPresent"].values == ("false",)


def test_the_network_shows_through_an_endpoint() -> None:
    arn = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-1a2b"
    by_arn = context(BOB, vpc_endpoint="vpce-1", source_vpc=arn, vpc_source_ip="10.0.0.7")
    assert by_arn["aws:SourceVpc"].values == ("vpc-1a2b",)
    assert by_arn["aws:SourceVpcArn"].values == (arn,)
    assert by_arn["aws:VpcSourceIp"].values == ("10.0.0.7",)
    by_id = context(BOB, vpc_endpoint="vpce-1", source_vpc="vpc-1a2b")
    assert by_id["aws:SourceVpc"].values == ("vpc-1a2b",)
    assert "aws:SourceVpcArn" not in by_id


@pytest.mark.parametrize(
    "origin",
    [
        {"source_vpc": "vpc-1"},
        {"vpc_source_ip": "10.0.0.1"},
        {"vpc_endpoint": "vpce-1", "vpc_source_ip": "ten"},
        {"vpc_endpoint": "vpce-1", "source_vpc": "subnet-1"},
        {"vpc_endpoint": "vpce-1", "source_vpc": "arn:aws:ec2:eu-west-1:1:subnet/subnet-1"},
    ],
)
def test_an_origin_that_cannot_be(origin: dict[str, str]) -> None:
    with pytest.raises(InputError):
        CallOrigin(**origin)  # type: ignore[arg-type]


def test_a_network_that_a_policy_reads_and_the_call_does_not_tell_is_named() -> None:
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    policy = parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.IDENTITY)
    layers = Layers(identity=(NamedPolicy("p", policy),))
    told = context_steps(WORLD, BOB, layers, CallOrigin(vpc_endpoint="vpce-1"))
    assert [dict(step.facts)["unresolved"] for step in told] == ["aws:SourceVpc"]
    assert context_steps(WORLD, BOB, layers, CallOrigin(vpc_endpoint="vpce-1", source_vpc="vpc-1")) == ()
    assert context_steps(WORLD, BOB, layers, CallOrigin()) == ()


def test_what_a_session_says_of_a_second_factor_rests_on_its_switch() -> None:
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    policy = parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.IDENTITY)
    layers = Layers(identity=(NamedPolicy("p", policy),))
    found = {step.assumption for caller in (BROKERED, BY_ASSERTION) for step in context_steps(WORLD, caller, layers)}
    assert found == {"context.mfaOfFederatedSession"}
    assert [step.assumption for step in context_steps(WORLD, ASSUMED, layers)] == ["context.mfaOfRoleSession"]
    assert context_steps(WORLD, BOB_WITH_MFA, layers) == ()
