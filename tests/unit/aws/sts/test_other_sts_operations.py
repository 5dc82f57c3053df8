"""AssumeRoot, GetAccessKeyInfo, DecodeAuthorizationMessage and the sign-in to the console, at the door."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cogsim.aws.call import Credentials
from cogsim.aws.gaps import REASONS
from cogsim.aws.model import operation_shape
from cogsim.aws.operation import declared_operations
from cogsim.decision import Decision
from cogsim.decisions.authorization_message import encoded_message
from cogsim.decisions.caller import Root
from cogsim.decisions.console_session import login_url
from cogsim.decisions.root_session import TASKS
from cogsim.errors import InvalidValue, NotModelled
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import Layers, Result
from cogsim.policy.parse import parse
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Principal, PrincipalKind, Request
from cogsim.world.bucket import Bucket
from cogsim.world.iam import RootAccess
from tests.unit.aws.sts.sts_door import (
    ACCOUNT,
    ALL_OF_STS,
    BOB,
    BOB_ARN,
    IAM,
    OTHER,
    ROOT,
    Sts,
    allow,
    role,
    text,
    trust,
)

TASK = "arn:aws:iam::aws:policy/root-task/"
AUDIT = {"arn": f"{TASK}IAMAuditRootUserCredentials"}
CONSOLE = "https://console.aws.amazon.com/s3/home"


def managing(management: str = ACCOUNT, delegated: str | None = None, **more: Any) -> Sts:
    """Bob's account, which manages the root users of the other one (or of its own organization, `management` at its
    head)."""
    sts = Sts(role("app", trust(*ALL_OF_STS)), **more)
    sts.cloud.world = sts.cloud.world.with_root_access(RootAccess(management, (OTHER,), delegated))
    return sts


def assume_root(sts: Sts, by: Credentials = BOB, **params: Any) -> Credentials:
    return sts.keys("AssumeRoot", by, **{"TargetPrincipal": OTHER, "TaskPolicyArn": AUDIT, **params})


@pytest.mark.parametrize("target", [OTHER, f"arn:aws:iam::{OTHER}:root"])
def test_a_root_session_is_the_member_accounts_root_user(target: str) -> None:
    sts = managing()
    keys = assume_root(sts, TargetPrincipal=target)
    told = {"UserId": OTHER, "Account": OTHER, "Arn": f"arn:aws:iam::{OTHER}:root"}
    outcome = sts.submit("GetCallerIdentity", keys)
    assert outcome.unwrap() == told
    assert isinstance(outcome.caller, Root)
    assert outcome.caller.assumed


def test_a_root_session_does_its_task_and_nothing_else() -> None:
    sts = managing()
    keys = assume_root(sts)
    sts.cloud.world = sts.cloud.world.with_bucket(Bucket("theirs", OTHER, "us-east-1"))
    code, message = sts.error("iam:ListUsers", keys)
    assert code == "AccessDenied"
    assert message.endswith("because no session policy allows the iam:ListUsers action")
    assert sts.error("iam:GetUser", keys, UserName="nobody")[0] == "NoSuchEntity"
    assert not sts.may(keys, "s3:PutObject", Bucket="theirs", Key="k", Body="x")


@pytest.mark.parametrize(
    ("management", "delegated", "params", "code"),
    [
        (ACCOUNT, None, {}, None),
        ("333333333333", ACCOUNT, {}, None),
        ("333333333333", None, {}, "AccessDenied"),
        (ACCOUNT, None, {"TargetPrincipal": "444444444444"}, "AccessDenied"),
        (ACCOUNT, None, {"TargetPrincipal": ACCOUNT}, "AccessDenied"),
        (ACCOUNT, None, {"TargetPrincipal": f"arn:aws:iam::{OTHER}:user/bob"}, "ValidationError"),
        (ACCOUNT, None, {"TargetPrincipal": "twelve chars"}, "ValidationError"),
        (ACCOUNT, None, {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}}, "ValidationError"),
        (ACCOUNT, None, {"TaskPolicyArn": {"arn": f"{TASK}NoSuchTaskAtAll"}}, "ValidationError"),
        (ACCOUNT, None, {"TaskPolicyArn": {}}, "ValidationError"),
        (ACCOUNT, None, {"DurationSeconds": 901}, "ValidationError"),
    ],
)
def test_who_may_assume_root(management: str, delegated: str | None, params: dict[str, Any], code: str | None) -> None:
    asked = {"TargetPrincipal": OTHER, "TaskPolicyArn": AUDIT, **params}
    error = managing(management, delegated).submit("AssumeRoot", **asked).error
    assert (error.code if error else None) == code


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_its_policy(task: str) -> None:
    assert assume_root(managing(), TaskPolicyArn={"arn": TASK + task})


def test_assume_root_takes_a_permission_bounded_by_the_task() -> None:
    bounded = {"Condition": {"StringEquals": {"sts:TaskPolicyArn": AUDIT["arn"]}}}
    sts = managing(bob=(allow("sts:AssumeRoot", resource=f"arn:aws:iam::{OTHER}:root", **bounded),))
    assert assume_root(sts)
    other = {"TaskPolicyArn": {"arn": f"{TASK}S3UnlockBucketPolicy"}}
    code, message = sts.error("AssumeRoot", TargetPrincipal=OTHER, **other)
    assert code == "AccessDenied"
    assert message.startswith(f"User: {BOB_ARN} is not authorized to perform: sts:AssumeRoot on resource: ")


def test_the_root_user_assumes_no_root() -> None:
    assert managing().error("AssumeRoot", ROOT, TargetPrincipal=OTHER, TaskPolicyArn=AUDIT)[0] == "AccessDenied"


def test_a_root_session_keeps_the_source_identity_and_ends_after_a_quarter_of_an_hour() -> None:
    sts = managing()
    by = sts.assume("app", SourceIdentity="bob")
    made = sts.call("AssumeRoot", by, TargetPrincipal=OTHER, TaskPolicyArn=AUDIT)
    assert made["SourceIdentity"] == "bob"
    keys = assume_root(sts)
    sts.cloud.advance(900)
    assert sts.error("GetCallerIdentity", keys)[0] == "ExpiredToken"


def test_an_organization_is_made_of_accounts() -> None:
    for access in (("x", ()), (ACCOUNT, ("1",)), (ACCOUNT, (ACCOUNT,))):
        with pytest.raises(InvalidValue, match="Members"):
            RootAccess(*access)


def test_whose_key_it_is() -> None:
    sts = Sts(role("app", trust(*ALL_OF_STS)))
    made = sts.call("iam:CreateAccessKey")["AccessKey"]["AccessKeyId"]
    session = sts.assume("app").access_key_id
    for key_id in (made, session):
        assert sts.call("GetAccessKeyInfo", AccessKeyId=key_id) == {"Account": ACCOUNT}
    sts.call("iam:DeleteAccessKey", AccessKeyId=made, UserName="bob")
    assert sts.call("GetAccessKeyInfo", AccessKeyId=made) == {"Account": ACCOUNT}, "a deleted one tells it too"
    with pytest.raises(NotModelled, match="AccessKeyId"):
        sts.call("GetAccessKeyInfo", AccessKeyId="AKIAIOSFODNN7EXAMPLE")


def test_whose_key_it_is_takes_a_permission() -> None:
    code, message = Sts(bob=(allow("s3:*"),)).error("GetAccessKeyInfo", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    assert (code, "sts:GetAccessKeyInfo" in message) == ("AccessDenied", True)


def test_an_encoded_message_is_read_by_who_may() -> None:
    bob = Principal(PrincipalKind.USER, BOB_ARN, ACCOUNT, unique_id="AIDABOB")
    request = Request(bob, "ec2:StopInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1")
    refused: Decision[Result] = decide(Layers(), request)
    message = encoded_message(refused, request)
    told = Sts().call("DecodeAuthorizationMessage", EncodedMessage=message)["DecodedMessage"]
    assert '"action":"ec2:StopInstances"' in told
    wrong = ("InvalidAuthorizationMessageException", "Message is not valid")
    assert Sts().error("DecodeAuthorizationMessage", EncodedMessage="what is this") == wrong
    assert Sts(bob=(allow("s3:*"),)).error("DecodeAuthorizationMessage", EncodedMessage=message)[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("operation", "params", "why"),
    [
        ("sts:GetWebIdentityToken", {"Audience": ["x"], "SigningAlgorithm": "RS256"}, "other parties"),
        ("sts:GetDelegatedAccessToken", {"TradeInToken": "x"}, "trade-in token"),
        ("iam:EnableOutboundWebIdentityFederation", {}, "other parties"),
        ("cognito-sync:BulkPublish", {"IdentityPoolId": "us-east-1:p"}, "streams"),
        (
            "sts:AssumeRole",
            {"ProvidedContexts": [{"ProviderArn": "p" * 20, "ContextAssertion": "abcd"}]},
            "Identity Center",
        ),
        ("sts:AssumeRole", {"MinimumSessionTokenSize": 100}, "session tokens"),
    ],
)
def test_what_aws_has_and_cogsim_does_not_is_named_with_the_reason(
    operation: str, params: dict[str, Any], why: str
) -> None:
    named: dict[str, Any] = {"RoleArn": f"{IAM}role/app", "RoleSessionName": "s1"}
    wanted = {**named, **params} if operation == "sts:AssumeRole" else params
    with pytest.raises(NotModelled, match=f"{operation}.*{why}"):
        Sts().submit(operation, **wanted)


def test_a_reason_is_given_for_what_aws_has() -> None:
    for key in REASONS:
        operation, parameter = (key, None) if isinstance(key, str) else key
        shape = operation_shape(operation)
        assert parameter is None or parameter in shape.members
        assert parameter is not None or operation not in declared_operations(operation.partition(":")[0])


def token(sts: Sts, keys: Credentials, **params: Any) -> Any:
    given = {"SessionId": keys.access_key_id, "SessionKey": keys.secret_access_key, "SessionToken": keys.session_token}
    return sts.submit("cogsim:GetSigninToken", None, **given, **params)


def opened(sts: Sts, signin_token: str, destination: str = CONSOLE) -> Any:
    said = {"SigninToken": signin_token, "Destination": destination, "Issuer": "https://broker.example.com"}
    return sts.submit("cogsim:OpenConsole", None, **said)


@pytest.mark.parametrize(
    ("made_by", "asked", "seconds"),
    [
        ("role", None, 3600),
        ("role", 43200, 43200),
        ("role", 900, 900),
        ("role", 899, None),
        ("role", 43201, None),
        ("federated", None, 43200),
        ("federated", 3600, None),
        ("long federated", None, 43200),
        ("chained", None, 3600),
        ("chained", 3600, None),
        ("user", None, None),
        ("root task", None, None),
    ],
)
def test_how_long_one_is_signed_in(made_by: str, asked: int | None, seconds: int | None) -> None:
    sts = managing()
    two = role("two", trust("sts:AssumeRole", principal={"AWS": f"{IAM}role/app"}))
    sts.cloud.world = sts.cloud.world.with_role(two)
    keys = {
        "role": lambda: sts.assume("app"),
        "federated": lambda: sts.keys("GetFederationToken", Name="carol"),
        "long federated": lambda: sts.keys("GetFederationToken", Name="carol", DurationSeconds=129600),
        "chained": lambda: sts.assume("two", sts.assume("app")),
        "user": lambda: sts.keys("GetSessionToken"),
        "root task": lambda: assume_root(sts),
    }[made_by]()
    outcome = token(sts, keys, SessionDuration=asked)
    if seconds is None:
        assert outcome.error.code == "BadRequest"
        return
    signed_in = opened(sts, outcome.unwrap()["SigninToken"]).unwrap()
    hours, minutes = divmod(seconds // 60, 60)
    assert signed_in["Expires"] == f"2026-01-01T{hours:02}:{minutes:02}:00Z"
    assert signed_in["Arn"] == sts.call("GetCallerIdentity", keys)["Arn"]


def test_keys_that_prove_nothing_sign_nobody_in() -> None:
    sts = managing()
    keys = sts.assume("app")
    forged = Credentials(keys.access_key_id, "another secret", keys.session_token)
    assert token(sts, forged).error.code == "SignatureDoesNotMatch"
    assert token(sts, Credentials("ASIANOBODY", "s", "t")).error.code == "InvalidClientTokenId"
    sts.cloud.advance(3600)
    assert token(sts, keys).error.code == "ExpiredToken"


ELSEWHERE = (
    "https://evil.example.com/",
    "http://console.aws.amazon.com/",
    "https://console.aws.amazon.com.evil.example.com/",
    "https://xconsole.aws.amazon.com/",
    "https://console.aws.amazon.com@evil.example.com/",
    "https://console.amazonaws.cn/",
    "https://[broken/",
    "no url",
)


def test_a_sign_in_token_is_good_for_a_quarter_of_an_hour_and_for_the_console() -> None:
    sts = managing()
    given = token(sts, sts.assume("app")).unwrap()["SigninToken"]
    for elsewhere in ELSEWHERE:
        assert opened(sts, given, elsewhere).error.code == "BadRequest", elsewhere
    assert opened(sts, given, "https://us-east-1.console.aws.amazon.com/iam").error is None
    assert opened(sts, given[::-1]).error.code == "BadRequest"
    sts.cloud.advance(899)
    assert opened(sts, given).error is None
    sts.cloud.advance(1)
    assert opened(sts, given).error.code == "BadRequest"


def test_the_url_that_a_broker_sends_a_browser_to() -> None:
    url = urlsplit(login_url("t+/=", "https://broker.example.com", CONSOLE))
    assert (url.scheme, url.netloc, url.path) == ("https", "signin.aws.amazon.com", "/federation")
    said = {name: values[0] for name, values in parse_qs(url.query).items()}
    expected = {"Action": "login", "Issuer": "https://broker.example.com", "Destination": CONSOLE}
    assert said == {**expected, "SigninToken": "t+/="}
    assert urlsplit(login_url("t", "i", "d", "aws-cn")).netloc == "signin.amazonaws.cn"


def test_a_bucket_of_root_opens_to_its_root_session() -> None:
    """The task policy narrows the root user; a bucket policy of the account's own does not widen it."""
    sts = managing()
    statement = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "s3:*", "Resource": "*"}
    policy = parse(text(statement), PolicyKind.RESOURCE)
    sts.cloud.world = sts.cloud.world.with_bucket(Bucket("theirs", OTHER, "us-east-1", policy=policy))
    assert not sts.may(assume_root(sts), "s3:PutObject", Bucket="theirs", Key="k", Body="x")
