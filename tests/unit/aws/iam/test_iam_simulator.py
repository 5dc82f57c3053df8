"""The policy simulator answers in AWS's own shape, and answers what the door does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.services.iam.positions import statement_spans
from cogsim.errors import NotModelled
from tests.unit.aws.iam.iam_door import ACCOUNT, ALLOW_S3, IAM, NOBODY, OWN_TRUST, Iam, document, trust

OBJECT = "arn:aws:s3:::data/a.txt"
DATED = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
    '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)


def custom(iam: Iam, *policies: str, **params: Any) -> Any:
    asked = {"ActionNames": ["s3:GetObject"], **params}
    return iam.call("SimulateCustomPolicy", PolicyInputList=list(policies), **asked)["EvaluationResults"]


def entry(name: str, *values: str, kind: str = "string") -> dict[str, Any]:
    return {"ContextKeyName": name, "ContextKeyValues": list(values), "ContextKeyType": kind}


def test_the_published_example_is_answered_as_published(iam: Iam) -> None:
    """The example of the command line's reference, positions included. # iam:SimulateCustomPolicy"""
    late = entry("aws:CurrentTime", "2019-04-25T11:00:00Z", kind="date")
    result = custom(iam, DATED, ActionNames=["dynamodb:CreateBackup"], ContextEntries=[late])
    statement = result[0]["MatchedStatements"][0]
    assert statement.pop("SourcePolicyType") == "none"
    assert result == [
        {
            "EvalActionName": "dynamodb:CreateBackup",
            "EvalResourceName": "*",
            "EvalDecision": "allowed",
            "MatchedStatements": [
                {
                    "SourcePolicyId": "PolicyInputList.1",
                    "StartPosition": {"Line": 1, "Column": 38},
                    "EndPosition": {"Line": 1, "Column": 167},
                }
            ],
            "MissingContextValues": [],
        }
    ]
    early = entry("aws:CurrentTime", "2014-04-25T11:00:00Z", kind="date")
    refused = custom(iam, DATED, ActionNames=["dynamodb:CreateBackup"], ContextEntries=[early])[0]
    assert (refused["EvalDecision"], refused["MatchedStatements"]) == ("implicitDeny", [])


def test_positions_are_those_of_the_text_as_it_was_given() -> None:
    text = '{\n    "Version": "x",\n    "Statement": [\n        {"Sid": "a{[\\"}"},\n        {\n        }\n    ]\n}'
    assert statement_spans(text) == [((4, 10), (4, 26)), ((5, 10), (6, 10))]
    assert statement_spans('{"Id": "Statement", "Statement": {"Condition": {"Bool": {}}}}') == [((1, 35), (1, 61))]
    assert statement_spans('{"Statement": [{}, {}], "Id": "x"}') == [((1, 17), (1, 18)), ((1, 21), (1, 22))]


def test_a_deny_is_the_only_statement_told(iam: Iam) -> None:
    deny = document({"Effect": "Deny", "Action": "s3:*", "Resource": f"{OBJECT}"})
    result = custom(iam, ALLOW_S3, deny, ResourceArns=[OBJECT])[0]
    assert result["EvalDecision"] == "explicitDeny"
    assert [each["SourcePolicyId"] for each in result["MatchedStatements"]] == ["PolicyInputList.2"]


def test_resources_of_one_type_are_one_result(iam: Iam) -> None:
    own = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"})
    other = "arn:aws:s3:::other/b.txt"
    result = custom(iam, own, ResourceArns=[OBJECT, other])
    assert len(result) == 1
    assert result[0]["EvalResourceName"] == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    assert result[0]["EvalDecision"] == "implicitDeny", "the most restrictive of them"
    assert result[0]["EvalDecisionDetails"] == {}
    each = [(one["EvalResourceName"], one["EvalResourceDecision"]) for one in result[0]["ResourceSpecificResults"]]
    assert each == [(OBJECT, "allowed"), (other, "implicitDeny")]


def test_what_is_missing_is_named(iam: Iam) -> None:
    text = document(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/${aws:username}/*",
         "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Null": {"s3:x-y": "${*}"}}},
        {"Effect": "Allow", "Action": "sqs:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    )  # fmt: skip
    result = custom(iam, text, ResourceArns=["arn:aws:s3:::data/bob/x"])[0]
    assert result["MissingContextValues"] == ["aws:SourceIp", "aws:username", "s3:x-y"]
    assert result["ResourceSpecificResults"][0]["MissingContextValues"] == result["MissingContextValues"]
    with assuming({"iam.simulatorMissingKeys": "all"}):
        assert "aws:SecureTransport" in custom(iam, text)[0]["MissingContextValues"]
    given = [entry("aws:username", "bob"), entry("aws:sourceip", "10.1.1.1", kind="ip")]
    result = custom(iam, text, ResourceArns=["arn:aws:s3:::data/bob/x"], ContextEntries=given)[0]
    assert result["MissingContextValues"] == ["s3:x-y"]


@pytest.mark.parametrize(
    ("bound", "decision", "allowed"),
    [
        (ALLOW_S3, "allowed", True),
        (document({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}), "implicitDeny", False),
        (document({"Effect": "Allow", "Action": "*", "Resource": "*"},
                  {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}), "explicitDeny", False),
    ],
)  # fmt: skip
def test_a_boundary_is_told_apart(iam: Iam, bound: str, decision: str, allowed: bool) -> None:
    result = custom(iam, ALLOW_S3, PermissionsBoundaryPolicyInputList=[bound], ResourceArns=[OBJECT])[0]
    assert result["EvalDecision"] == decision
    detail = {"AllowedByPermissionsBoundary": allowed}
    assert result["PermissionsBoundaryDecisionDetail"] == detail
    assert result["ResourceSpecificResults"][0]["PermissionsBoundaryDecisionDetail"] == detail


def test_every_level_of_an_organization_must_allow(iam: Iam) -> None:
    full = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    level = lambda *texts: {"ServiceControlPolicyInputList": list(texts)}  # noqa: E731
    for last, decision, allowed in (
        (full, "allowed", True),
        (document({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}), "implicitDeny", False),
        (document({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}), "explicitDeny", False),
    ):
        levels = [level(full), level(full, last) if "Deny" in last else level(last)]
        result = custom(iam, ALLOW_S3, OrderedOrganizationPolicyInputList=levels)[0]
        assert (result["EvalDecision"], result["OrganizationsDecisionDetail"]["AllowedByOrganizations"]) == (
            decision, allowed)  # fmt: skip
    assert "OrganizationsDecisionDetail" not in custom(iam, ALLOW_S3)[0]


def test_a_resource_policy_names_the_simulated_caller(iam: Iam) -> None:
    caller = f"{IAM}user/bob"
    text = document({"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "s3:GetObject", "Resource": OBJECT})
    nothing = document({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    asked: dict[str, Any] = {"ResourcePolicy": text, "ResourceArns": [OBJECT]}
    result = custom(iam, nothing, CallerArn=caller, **asked)[0]
    assert result["EvalDecision"] == "allowed"
    assert result["MatchedStatements"][0]["SourcePolicyType"] == "resource"
    assert custom(iam, nothing, CallerArn=f"{IAM}user/eve", **asked)[0]["EvalDecision"] == "implicitDeny"
    assert _refused(iam, nothing, **asked) == "InvalidInput", "a resource policy needs a caller"
    across = custom(iam, nothing, CallerArn=caller, ResourceOwner="999999999999", **asked)[0]
    assert across["EvalDecision"] == "implicitDeny"
    assert across["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    owner = "arn:aws:iam::999999999999:root"
    both = custom(iam, ALLOW_S3, CallerArn=caller, ResourceOwner=owner, **asked)[0]
    assert both["EvalDecision"] == "allowed"
    assert both["ResourceSpecificResults"][0]["EvalDecisionDetails"] == both["EvalDecisionDetails"]


def _refused(iam: Iam, *policies: str, **params: Any) -> str:
    asked = {"ActionNames": ["s3:GetObject"], **params}
    return iam.refusal("SimulateCustomPolicy", PolicyInputList=list(policies), **asked)[0]


@pytest.mark.parametrize(
    "params",
    [
        {"CallerArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/R/s"},
        {"CallerArn": f"arn:aws:sts::{ACCOUNT}:federated-user/f"},
        {"CallerArn": "lambda.amazonaws.com"},
        {"ActionNames": ["s3:Get*"]},
        {"ActionNames": ["s3:NoSuchAction"]},
        {"ResourceArns": ["data/a.txt"]},
        {"ResourceOwner": "somebody"},
        {"PermissionsBoundaryPolicyInputList": [ALLOW_S3, ALLOW_S3]},
        {"ContextEntries": [entry("aws:SourceIp", "nonsense", kind="ip")]},
        {"ContextEntries": [entry("aws:EpochTime", "now", kind="numeric")]},
        {"ContextEntries": [entry("aws:CurrentTime", "yesterday", kind="date")]},
        {"ContextEntries": [entry("aws:SecureTransport", "maybe", kind="boolean")]},
        {"ContextEntries": [entry("k:data", "%", kind="binary")]},
        {"ContextEntries": [entry("aws:username", "a", "b")]},
        {"ContextEntries": [{"ContextKeyValues": ["a"]}]},
        {"ResourcePolicy": trust("*"), "ResourceArns": [f"{IAM}role/R"], "CallerArn": f"{IAM}user/bob"},
    ],
)
def test_what_cannot_be_simulated_is_refused(iam: Iam, params: dict[str, Any]) -> None:
    assert _refused(iam, ALLOW_S3, **params) == "InvalidInput"


def test_lists_are_multivalued_keys(iam: Iam) -> None:
    tagged = {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "Null": {"aws:TagKeys": "false"}}}
    text = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **tagged})
    for values, decision in ((("a",), "allowed"), (("a", "c"), "implicitDeny")):
        keys = [entry("aws:TagKeys", *values, kind="stringList")]
        assert custom(iam, text, ContextEntries=keys)[0]["EvalDecision"] == decision


def test_a_malformed_policy_cannot_be_simulated(iam: Iam) -> None:
    outcome = iam.submit("SimulateCustomPolicy", PolicyInputList=["{}"], ActionNames=["s3:GetObject"])
    assert outcome.error is not None
    assert outcome.error.code == "InvalidInput"


def test_results_come_in_pages(iam: Iam) -> None:
    asked = {"PolicyInputList": [ALLOW_S3], "ActionNames": ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]}
    page = iam.call("SimulateCustomPolicy", **asked, MaxItems=2)
    assert (len(page["EvaluationResults"]), page["IsTruncated"]) == (2, True)
    rest = iam.call("SimulateCustomPolicy", **asked, Marker=page["Marker"])
    assert [each["EvalActionName"] for each in rest["EvaluationResults"]] == ["sqs:SendMessage"]


# Principals


def principal(iam: Iam, arn: str, **params: Any) -> Any:
    asked = {"ActionNames": ["s3:GetObject"], **params}
    return iam.call("SimulatePrincipalPolicy", PolicySourceArn=arn, **asked)["EvaluationResults"]


def test_a_users_own_and_group_policies_are_simulated_and_named(iam: Iam) -> None:
    arn = iam.call("CreatePolicy", PolicyName="P", PolicyDocument=ALLOW_S3)["Policy"]["Arn"]
    iam.call("CreateGroup", GroupName="devs")
    iam.call("AttachGroupPolicy", GroupName="devs", PolicyArn=arn)
    iam.call("PutGroupPolicy", GroupName="devs", PolicyName="inline", PolicyDocument=ALLOW_S3)
    iam.call("AttachUserPolicy", UserName="nobody", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.call("PutUserPolicy", UserName="nobody", PolicyName="own", PolicyDocument=ALLOW_S3)
    iam.call("AddUserToGroup", GroupName="devs", UserName="nobody")
    result = principal(iam, f"{IAM}user/nobody")[0]
    named = [(each["SourcePolicyId"], each["SourcePolicyType"]) for each in result["MatchedStatements"]]
    assert named == [
        ("own", "user"),
        ("AdministratorAccess", "aws-managed"),
        ("inline", "group"),
        ("P", "user-managed"),
    ]
    assert [each["SourcePolicyId"] for each in principal(iam, f"{IAM}group/devs")[0]["MatchedStatements"]] == [
        "inline", "P"]  # fmt: skip


def test_the_attached_boundary_counts_unless_another_is_given(iam: Iam) -> None:
    arn = iam.call("CreatePolicy", PolicyName="B", PolicyDocument=document(
        {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}))["Policy"]["Arn"]  # fmt: skip
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST, PermissionsBoundary=arn)
    iam.call("PutRolePolicy", RoleName="R", PolicyName="p", PolicyDocument=ALLOW_S3)
    result = principal(iam, f"{IAM}role/R")[0]
    assert (result["EvalDecision"], result["MatchedStatements"]) == ("implicitDeny", [])
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    other = principal(iam, f"{IAM}role/R", PermissionsBoundaryPolicyInputList=[ALLOW_S3])[0]
    assert other["EvalDecision"] == "allowed"


def test_given_policies_add_to_those_attached(iam: Iam) -> None:
    assert principal(iam, f"{IAM}user/nobody")[0]["EvalDecision"] == "implicitDeny"
    result = principal(iam, f"{IAM}user/nobody", PolicyInputList=[ALLOW_S3])[0]
    assert (result["EvalDecision"], result["MatchedStatements"][0]["SourcePolicyId"]) == (
        "allowed",
        "PolicyInputList.1",
    )


def test_bob_may_call_with_the_policies_of_another(iam: Iam) -> None:
    text = document({"Effect": "Allow", "Principal": {"AWS": f"{IAM}user/bob"}, "Action": "s3:*", "Resource": OBJECT})
    asked: dict[str, Any] = {"ResourcePolicy": text, "ResourceArns": [OBJECT]}
    assert principal(iam, f"{IAM}user/nobody", **asked)[0]["EvalDecision"] == "implicitDeny"
    assert principal(iam, f"{IAM}user/nobody", CallerArn=f"{IAM}user/bob", **asked)[0]["EvalDecision"] == "allowed"


def test_the_caller_brings_keys_of_its_own_only_where_switched(iam: Iam) -> None:
    own = document({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::data/${aws:username}/*"})
    iam.call("PutUserPolicy", UserName="nobody", PolicyName="own", PolicyDocument=own)
    asked = {"ResourceArns": ["arn:aws:s3:::data/nobody/x"]}
    result = principal(iam, f"{IAM}user/nobody", **asked)[0]
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", ["aws:username"])
    with assuming({"iam.simulatorContext": "entries-and-caller"}):
        result = principal(iam, f"{IAM}user/nobody", **asked)[0]
        assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])


def test_a_policy_of_unknown_content_makes_the_simulation_unanswerable(iam: Iam) -> None:
    iam.call("AttachUserPolicy", UserName="nobody", PolicyArn="arn:aws:iam::aws:policy/SecurityAudit")
    with pytest.raises(NotModelled, match="SecurityAudit"):
        iam.submit("SimulatePrincipalPolicy", PolicySourceArn=f"{IAM}user/nobody", ActionNames=["s3:GetObject"])
    with pytest.raises(NotModelled, match="PolicyExclusionList"):
        iam.submit("SimulatePrincipalPolicy", PolicySourceArn=f"{IAM}user/admin", ActionNames=["s3:GetObject"],
                   PolicyExclusionList=[{"PolicyArn": f"{IAM}policy/some"}])  # fmt: skip


def test_whose_policies_cannot_be_simulated_is_said(iam: Iam) -> None:
    asked = {"ActionNames": ["s3:GetObject"]}
    ghost = iam.refusal("SimulatePrincipalPolicy", PolicySourceArn=f"{IAM}role/ghost", **asked)
    assert ghost == ("NoSuchEntity", "The role with name ghost cannot be found.")
    odd = iam.refusal("SimulatePrincipalPolicy", PolicySourceArn=f"{IAM}policy/some-policy", **asked)
    assert odd[0] == "InvalidInput"
    assert (
        iam.refusal("SimulatePrincipalPolicy", NOBODY, PolicySourceArn=f"{IAM}user/admin", **asked)[0] == "AccessDenied"
    )
    allowed = iam.granted("auditor", {"Effect": "Allow", "Action": "iam:Simulate*", "Resource": f"{IAM}user/nobody"})
    iam.call("SimulatePrincipalPolicy", allowed, PolicySourceArn=f"{IAM}user/nobody", **asked)
    assert iam.refusal("SimulateCustomPolicy", allowed, PolicyInputList=[ALLOW_S3], **asked)[0] == "AccessDenied"


@pytest.mark.parametrize("action", ["iam:ListUsers", "iam:GetUser", "iam:CreateUser", "iam:TagUser"])
def test_the_simulator_and_the_door_agree(iam: Iam, action: str) -> None:
    """One user, one policy: what the simulator says of the call is what the door does with it."""
    statements = [
        {"Effect": "Allow", "Action": "iam:*", "Resource": f"{IAM}user/team/*"},
        {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:TagUser", "Resource": "*"},
    ]
    clerk = iam.granted("clerk", *statements)
    iam.call("CreateUser", UserName="there", Path="/team/")
    iam.call("CreateUser", UserName="elsewhere")
    for path, name in (("/team/", "there"), ("/", "elsewhere")):
        params: dict[str, Any] = {} if action == "iam:ListUsers" else {"UserName": name}
        if action == "iam:CreateUser":
            params = {"UserName": f"{name}2", "Path": path}
        if action == "iam:TagUser":
            params["Tags"] = []
        resource = [] if action == "iam:ListUsers" else [f"{IAM}user{path}{params['UserName']}"]
        said = principal(iam, f"{IAM}user/clerk", ActionNames=[action], ResourceArns=resource)[0]["EvalDecision"]
        done = iam.submit(action, clerk, **params)
        assert (said == "allowed") == (done.error is None), (said, done.error)


def test_positions_of_stored_documents_are_those_of_what_iam_shows(iam: Iam) -> None:
    iam.call(
        "PutUserPolicy", UserName="nobody", PolicyName="p", PolicyDocument=json.dumps(json.loads(ALLOW_S3), indent=4)
    )
    found = principal(iam, f"{IAM}user/nobody")[0]["MatchedStatements"][0]
    assert found["StartPosition"] == {"Line": 1, "Column": 39}
