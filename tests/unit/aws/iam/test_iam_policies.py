"""Inline and managed policies, versions, attachments, boundaries: what holds, what is refused, what is in force."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Credentials
from cogsim.errors import NotModelled
from tests.unit.aws.iam.iam_door import ALLOW_S3, IAM, NOBODY, OWN_TRUST, READ_S3, Iam, decoded, document, trust

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
KINDS = ["User", "Role", "Group"]
GHOST = f"{IAM}policy/ghost"


def made(iam: Iam, kind: str) -> dict[str, str]:
    """An entity of that kind, as the member that names it."""
    more = {"AssumeRolePolicyDocument": OWN_TRUST} if kind == "Role" else {}
    iam.call(f"Create{kind}", **{f"{kind}Name": "X"}, **more)
    return {f"{kind}Name": "X"}


def managed(iam: Iam, name: str = "P", text: str = ALLOW_S3, **more: Any) -> str:
    return str(iam.call("CreatePolicy", PolicyName=name, PolicyDocument=text, **more)["Policy"]["Arn"])


# Inline


@pytest.mark.parametrize("kind", KINDS)
def test_an_inline_policy_is_put_shown_replaced_and_deleted(iam: Iam, kind: str) -> None:
    named = made(iam, kind)
    missing = ("NoSuchEntity", f"The {kind.lower()} policy with name p cannot be found.")
    assert iam.refusal(f"Get{kind}Policy", **named, PolicyName="p") == missing
    iam.call(f"Put{kind}Policy", **named, PolicyName="p", PolicyDocument=ALLOW_S3)
    iam.call(f"Put{kind}Policy", **named, PolicyName="p", PolicyDocument=READ_S3)
    iam.call(f"Put{kind}Policy", **named, PolicyName="a", PolicyDocument=ALLOW_S3)
    shown = iam.call(f"Get{kind}Policy", **named, PolicyName="p")
    assert (shown["PolicyName"], shown[f"{kind}Name"]) == ("p", "X")
    assert "{" not in shown["PolicyDocument"], "the document is percent-encoded"
    assert decoded(shown["PolicyDocument"]) == json.loads(READ_S3)
    assert iam.call(f"List{kind}Policies", **named)["PolicyNames"] == ["a", "p"]
    page = iam.call(f"List{kind}Policies", **named, MaxItems=1)
    assert (page["PolicyNames"], page["IsTruncated"]) == (["a"], True)
    assert iam.call(f"List{kind}Policies", **named, Marker=page["Marker"])["PolicyNames"] == ["p"]
    iam.call(f"Delete{kind}Policy", **named, PolicyName="p")
    assert iam.refusal(f"Delete{kind}Policy", **named, PolicyName="p") == missing


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("nonsense", "Syntax errors in policy.", ""),
        ("{}", "Syntax errors in policy.", "Statement is missing"),
        (document({"Effect": "allow", "Action": "*", "Resource": "*"}), "Syntax errors in policy.", "[0].Effect"),
        (document({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions.", "Statement[0]"),
        (document({"Effect": "Allow", "Action": "*"}), "Policy statement must contain resources.", "Statement[0]"),
        (document({"Effect": "Allow", "Action": "*", "Resource": "x"}), 'Resource x must be in ARN format or "*".', ""),
        (
            trust("*", Resource="*"),
            "Policy document should not specify a principal. Has prohibited field Principal",
            "",
        ),
    ],
)
def test_a_malformed_document_is_refused_with_its_place(iam: Iam, text: str, message: str, place: str) -> None:
    calls: list[tuple[str, dict[str, str]]] = [
        ("PutUserPolicy", {"UserName": "nobody", "PolicyName": "p"}),
        ("CreatePolicy", {"PolicyName": "p"}),
    ]
    for operation, named in calls:
        assert iam.refusal(operation, **named, PolicyDocument=text) == ("MalformedPolicyDocument", message)
        step = iam.cloud.log[-1].decision.deciding[-1]  # type: ignore[union-attr]
        assert place in step.found
        assert step.location is not None
        assert step.location.file == f"iam:{operation}" or not step.location.line


def test_the_fault_of_a_document_has_a_line_and_a_column(iam: Iam) -> None:
    text = '{"Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Allow",\n   "Action": 7, "Resource": "*"}]}'
    iam.refusal("PutUserPolicy", UserName="nobody", PolicyName="p", PolicyDocument=text)
    location = iam.cloud.log[-1].decision.deciding[-1].location  # type: ignore[union-attr]
    assert str(location) == "iam:PutUserPolicy:4:4"


@pytest.mark.parametrize(("kind", "most"), [("User", 2048), ("Role", 10240), ("Group", 5120)])
def test_inline_policies_share_one_size_and_white_space_is_free(iam: Iam, kind: str, most: int) -> None:
    named = made(iam, kind)

    def text(size: int) -> str:
        frame = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::"}],
        }
        bare = len(json.dumps(frame, separators=(",", ":")))
        frame["Statement"][0]["Resource"] += "x" * (size - bare)  # type: ignore[index]
        return json.dumps(frame, indent=8)

    iam.call(f"Put{kind}Policy", **named, PolicyName="a", PolicyDocument=text(most - 500))
    message = f"Maximum policy size of {most} bytes exceeded for {kind.lower()} X"
    over = {**named, "PolicyName": "b", "PolicyDocument": text(501)}
    # one-element lists are kept as their element
    assert iam.refusal(f"Put{kind}Policy", **{**over, "PolicyDocument": text(503)}) == ("LimitExceeded", message)
    iam.call(f"Put{kind}Policy", **{**over, "PolicyDocument": text(500)})
    iam.call(f"Put{kind}Policy", **named, PolicyName="a", PolicyDocument=text(most - 500))


def test_a_managed_policy_and_a_trust_policy_have_sizes_of_their_own(iam: Iam) -> None:
    big = document({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::" + "x" * 6144})
    refused = iam.refusal("CreatePolicy", PolicyName="P", PolicyDocument=big)
    assert refused == ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    long = document(
        *({"Effect": "Allow", "Principal": {"AWS": f"{n:012}"}, "Action": "sts:AssumeRole"} for n in range(40))
    )
    refused = iam.refusal("CreateRole", RoleName="R", AssumeRolePolicyDocument=long)
    assert refused == ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")


# Managed


def test_a_managed_policy_is_made_and_shown(iam: Iam) -> None:
    arn = managed(iam, Path="/app/", Description="d", Tags=[{"Key": "a", "Value": "b"}])
    assert arn == f"{IAM}policy/app/P"
    shown = iam.call("GetPolicy", PolicyArn=arn)["Policy"]
    assert shown["PolicyId"].startswith("ANPA")
    assert (shown["DefaultVersionId"], shown["AttachmentCount"], shown["IsAttachable"]) == ("v1", 0, True)
    assert (shown["Description"], shown["Tags"]) == ("d", [{"Key": "a", "Value": "b"}])
    assert iam.call("ListPolicyTags", PolicyArn=arn)["Tags"] == shown["Tags"]
    twin = iam.refusal("CreatePolicy", PolicyName="p", PolicyDocument=ALLOW_S3)
    assert twin == ("EntityAlreadyExists", "A policy called p already exists. Duplicate names are not allowed.")
    listed = iam.call("ListPolicies", Scope="Local")["Policies"]
    assert [each["Arn"] for each in listed] == [arn]
    assert iam.call("ListPolicies", Scope="Local", PathPrefix="/else/")["Policies"] == []


def test_a_policy_that_is_not_there_is_said_not_to_be(iam: Iam) -> None:
    not_found = ("NoSuchEntity", f"Policy {GHOST} was not found.")
    for operation in ("GetPolicy", "DeletePolicy", "ListPolicyVersions", "ListEntitiesForPolicy", "ListPolicyTags"):
        assert iam.refusal(operation, PolicyArn=GHOST) == not_found
    assert iam.refusal("CreatePolicyVersion", PolicyArn=GHOST, PolicyDocument=ALLOW_S3) == not_found
    assert iam.refusal("GetPolicyVersion", PolicyArn=GHOST, VersionId="v1") == not_found
    odd = "arn:aws:iam::123456789012:role/R"
    assert iam.refusal("GetPolicy", PolicyArn=odd) == ("InvalidInput", f"ARN {odd} is not valid.")


def test_versions_are_five_at_most_and_numbers_are_not_given_twice(iam: Iam) -> None:
    arn = managed(iam)
    for number in range(2, 6):
        version = iam.call("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=READ_S3)["PolicyVersion"]
        assert (version["VersionId"], version["IsDefaultVersion"]) == (f"v{number}", False)
    full = iam.refusal("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=READ_S3)
    assert full[0] == "LimitExceeded"
    assert full[1].startswith("A managed policy can have up to 5 versions.")
    iam.call("DeletePolicyVersion", PolicyArn=arn, VersionId="v5")
    latest = iam.call("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=READ_S3, SetAsDefault=True)["PolicyVersion"]
    assert (latest["VersionId"], latest["IsDefaultVersion"]) == ("v6", True)
    listed = iam.call("ListPolicyVersions", PolicyArn=arn)["Versions"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in listed] == [
        ("v6", True), ("v4", False), ("v3", False), ("v2", False), ("v1", False)]  # fmt: skip
    assert iam.call("GetPolicy", PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v6"
    shown = iam.call("GetPolicyVersion", PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert decoded(shown["Document"]) == json.loads(ALLOW_S3)
    default = iam.refusal("DeletePolicyVersion", PolicyArn=arn, VersionId="v6")
    assert default == ("DeleteConflict", "Cannot delete the default version of a policy.")
    gone = ("NoSuchEntity", f"Policy {arn} version v5 does not exist or is not attachable.")
    for operation in ("GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"):
        assert iam.refusal(operation, PolicyArn=arn, VersionId="v5") == gone


def test_the_default_version_is_in_force_at_once(iam: Iam) -> None:
    arn = managed(iam, text=document({"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}))
    iam.call("AttachUserPolicy", UserName="nobody", PolicyArn=arn)
    iam.call("ListUsers", NOBODY)
    iam.call("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=READ_S3)
    iam.call("ListUsers", NOBODY)
    iam.call("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v2")
    assert iam.refusal("ListUsers", NOBODY)[0] == "AccessDenied"
    iam.call("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1")
    iam.call("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1")
    iam.call("ListUsers", NOBODY)


def test_a_policy_is_deleted_when_nobody_has_it_and_one_version_is_left(iam: Iam) -> None:
    arn = managed(iam)
    iam.call("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=READ_S3)
    iam.call("AttachUserPolicy", UserName="nobody", PolicyArn=arn)
    attached = ("DeleteConflict", "Cannot delete a policy attached to entities.")
    assert iam.refusal("DeletePolicy", PolicyArn=arn) == attached
    iam.call("DetachUserPolicy", UserName="nobody", PolicyArn=arn)
    iam.call("PutUserPermissionsBoundary", UserName="nobody", PermissionsBoundary=arn)
    assert iam.refusal("DeletePolicy", PolicyArn=arn) == attached
    iam.call("DeleteUserPermissionsBoundary", UserName="nobody")
    code, message = iam.refusal("DeletePolicy", PolicyArn=arn)
    assert (code, message[:45]) == ("DeleteConflict", "This policy has more than one version. Before")
    iam.call("DeletePolicyVersion", PolicyArn=arn, VersionId="v2")
    iam.call("DeletePolicy", PolicyArn=arn)
    assert iam.refusal("GetPolicy", PolicyArn=arn)[0] == "NoSuchEntity"


# Attachments


@pytest.mark.parametrize("kind", KINDS)
def test_policies_are_attached_listed_and_detached(iam: Iam, kind: str) -> None:
    named, arn = made(iam, kind), managed(iam, Path="/app/")
    iam.call(f"Attach{kind}Policy", **named, PolicyArn=arn)
    iam.call(f"Attach{kind}Policy", **named, PolicyArn=arn)
    iam.call(f"Attach{kind}Policy", **named, PolicyArn=AUDIT)
    both = [{"PolicyName": "P", "PolicyArn": arn}, {"PolicyName": "SecurityAudit", "PolicyArn": AUDIT}]
    assert iam.call(f"ListAttached{kind}Policies", **named)["AttachedPolicies"] == both
    assert iam.call(f"ListAttached{kind}Policies", **named, PathPrefix="/app/")["AttachedPolicies"] == both[:1]
    page = iam.call(f"ListAttached{kind}Policies", **named, MaxItems=1)
    assert iam.call(f"ListAttached{kind}Policies", **named, Marker=page["Marker"])["AttachedPolicies"] == both[1:]
    for policy in (arn, AUDIT):
        holders = iam.call("ListEntitiesForPolicy", PolicyArn=policy)
        assert [each[f"{kind}Name"] for each in holders[f"Policy{kind}s"]] == ["X"]
    assert iam.call("GetPolicy", PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    iam.call(f"Detach{kind}Policy", **named, PolicyArn=arn)
    missing = iam.refusal(f"Detach{kind}Policy", **named, PolicyArn=arn)
    assert missing == ("NoSuchEntity", f"Policy {arn} was not found.")


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_attached_is_refused(iam: Iam, kind: str) -> None:
    named = made(iam, kind)
    odd = "arn:aws:s3:::not-a-policy"
    linked = "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy"
    foreign = "arn:aws:iam::999999999999:policy/theirs"
    expected = {
        GHOST: ("NoSuchEntity", f"Policy {GHOST} does not exist or is not attachable."),
        foreign: ("NoSuchEntity", f"Policy {foreign} does not exist or is not attachable."),
        odd: ("InvalidInput", f"ARN {odd} is not valid."),
        linked: ("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role."),
    }
    for arn, answer in expected.items():
        assert iam.refusal(f"Attach{kind}Policy", **named, PolicyArn=arn) == answer
    for number in range(10):
        iam.call(f"Attach{kind}Policy", **named, PolicyArn=f"{AUDIT}{number}")
    full = iam.refusal(f"Attach{kind}Policy", **named, PolicyArn=AUDIT)
    assert full == ("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind}: 10")


def test_entities_of_a_policy_are_told_apart(iam: Iam) -> None:
    arn = managed(iam)
    for kind in KINDS:
        iam.call(f"Attach{kind}Policy", **made(iam, kind), PolicyArn=arn)
    iam.call("PutUserPermissionsBoundary", UserName="nobody", PermissionsBoundary=arn)
    whole = iam.call("ListEntitiesForPolicy", PolicyArn=arn)
    assert [each["UserName"] for each in whole["PolicyUsers"]] == ["X", "nobody"]
    assert whole["PolicyRoles"][0]["RoleId"].startswith("AROA")
    assert whole["PolicyGroups"][0]["GroupId"].startswith("AGPA")
    bounds = iam.call("ListEntitiesForPolicy", PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
    assert [each["UserName"] for each in bounds["PolicyUsers"]] == ["nobody"]
    roles = iam.call("ListEntitiesForPolicy", PolicyArn=arn, EntityFilter="Role")
    assert (len(roles["PolicyRoles"]), roles["PolicyUsers"]) == (1, [])
    attached = iam.call("ListEntitiesForPolicy", PolicyArn=arn, PolicyUsageFilter="PermissionsPolicy", MaxItems=2)
    assert (attached["IsTruncated"], len(attached["PolicyGroups"]), len(attached["PolicyRoles"])) == (True, 1, 1)
    rest = iam.call("ListEntitiesForPolicy", PolicyArn=arn, PolicyUsageFilter="PermissionsPolicy",
                    Marker=attached["Marker"])  # fmt: skip
    assert [each["UserName"] for each in rest["PolicyUsers"]] == ["X"]
    assert iam.call("ListPolicies", Scope="Local", OnlyAttached=True)["Policies"] != []
    other = managed(iam, "Q")
    for usage in ("PermissionsBoundary", "PermissionsPolicy"):
        found = iam.call("ListPolicies", Scope="Local", PolicyUsageFilter=usage)["Policies"]
        assert [each["Arn"] for each in found] == [arn]
    assert other not in [each["Arn"] for each in iam.call("ListPolicies", Scope="Local", OnlyAttached=True)["Policies"]]


def test_what_aws_says_of_its_own_policies_is_not_guessed(iam: Iam) -> None:
    for operation, params in [("GetPolicy", {}), ("ListPolicyVersions", {}), ("GetPolicyVersion", {"VersionId": "v1"})]:
        with pytest.raises(NotModelled, match="SecurityAudit"):
            iam.submit(operation, PolicyArn=AUDIT, **params)
    code, _ = iam.refusal("CreatePolicyVersion", PolicyArn=AUDIT, PolicyDocument=ALLOW_S3)
    assert code == "AccessDenied", "nothing an account has reaches them"
    assert iam.refusal("DeletePolicy", PolicyArn=AUDIT)[0] == "AccessDenied"


# Boundaries


def test_a_boundary_limits_at_once_and_lifting_it_frees(iam: Iam) -> None:
    arn = managed(iam, text=document({"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}))
    bob = iam.granted("bob", {"Effect": "Allow", "Action": "iam:*", "Resource": "*"})
    iam.call("ListUsers", bob)
    iam.call("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary=arn)
    assert iam.call("GetUser", bob)["User"]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": arn,
    }
    code, message = iam.refusal("ListUsers", bob)
    assert (code, "because no permissions boundary allows" in message) == ("AccessDenied", True)
    iam.call("DeleteUserPermissionsBoundary", UserName="bob")
    iam.call("ListUsers", bob)
    assert "PermissionsBoundary" not in iam.call("GetUser", bob)["User"]


@pytest.mark.parametrize("kind", ["User", "Role"])
def test_a_boundary_is_a_managed_policy_that_is_there(iam: Iam, kind: str) -> None:
    named = made(iam, kind)
    text = f"Scope ARN: {GHOST} does not exist or is not attachable."
    assert iam.refusal(f"Put{kind}PermissionsBoundary", **named, PermissionsBoundary=GHOST) == ("NoSuchEntity", text)
    other = {"UserName": "Y"} if kind == "User" else {"RoleName": "Y", "AssumeRolePolicyDocument": OWN_TRUST}
    assert iam.refusal(f"Create{kind}", **other, PermissionsBoundary=GHOST) == ("NoSuchEntity", text)
    iam.call(f"Put{kind}PermissionsBoundary", **named, PermissionsBoundary=AUDIT)
    iam.call(f"Delete{kind}PermissionsBoundary", **named)
    iam.call(f"Delete{kind}PermissionsBoundary", **named)
    with assuming({"iam.absentBoundary": "NoSuchEntity"}):
        assert iam.refusal(f"Delete{kind}PermissionsBoundary", **named)[0] == "NoSuchEntity"


def test_an_attached_policy_of_unknown_content_grants_nothing_and_is_named(iam: Iam) -> None:
    iam.call("AttachUserPolicy", UserName="nobody", PolicyArn=AUDIT)
    assert iam.refusal("ListUsers", NOBODY)[0] == "AccessDenied"
    steps = iam.cloud.log[-1].decision.steps  # type: ignore[union-attr]
    assert ("unresolved", AUDIT) in [fact for step in steps for fact in step.facts]


# Permissions


def boundary(arn: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {"iam:PermissionsBoundary": arn}}}


def test_who_must_set_a_boundary_cannot_leave_it_out(iam: Iam) -> None:
    arn = managed(iam)
    actions = ["iam:CreateUser", "iam:CreateRole", "iam:PutRolePolicy", "iam:AttachUserPolicy", "iam:DeleteRole"]
    hr = iam.granted(
        "hr",
        {"Effect": "Allow", "Action": actions, "Resource": "*", **boundary(arn)},
        {"Effect": "Allow", "Action": "iam:PutUserPermissionsBoundary", "Resource": "*", **boundary(arn)},
        {"Effect": "Deny", "Action": "iam:DeleteUserPermissionsBoundary", "Resource": "*", **boundary(arn)},
        {"Effect": "Allow", "Action": "iam:DeleteUserPermissionsBoundary", "Resource": "*"},
    )
    assert iam.refusal("CreateUser", hr, UserName="new")[0] == "AccessDenied"
    assert iam.refusal("CreateUser", hr, UserName="new", PermissionsBoundary=AUDIT)[0] == "AccessDenied"
    iam.call("CreateUser", hr, UserName="new", PermissionsBoundary=arn)
    iam.call("AttachUserPolicy", hr, UserName="new", PolicyArn=AUDIT)
    assert iam.refusal("AttachUserPolicy", hr, UserName="nobody", PolicyArn=AUDIT)[0] == "AccessDenied"
    iam.call("PutUserPermissionsBoundary", hr, UserName="nobody", PermissionsBoundary=arn)
    assert iam.refusal("PutUserPermissionsBoundary", hr, UserName="new", PermissionsBoundary=AUDIT)[0] == "AccessDenied"
    assert iam.refusal("DeleteUserPermissionsBoundary", hr, UserName="new")[0] == "AccessDenied"
    iam.call("CreateRole", hr, RoleName="R", AssumeRolePolicyDocument=OWN_TRUST, PermissionsBoundary=arn)
    iam.call("PutRolePolicy", hr, RoleName="R", PolicyName="p", PolicyDocument=ALLOW_S3)
    iam.call("DeleteRolePolicy", RoleName="R", PolicyName="p")
    iam.call("DeleteRole", hr, RoleName="R")


def test_who_may_attach_one_policy_may_attach_no_other(iam: Iam) -> None:
    arn = managed(iam)
    only = {"Condition": {"ArnEquals": {"iam:PolicyARN": arn}}}
    clerk = iam.granted("clerk", {"Effect": "Allow", "Action": ["iam:Attach*", "iam:Detach*"], "Resource": "*", **only})
    for kind in KINDS:
        named = made(iam, kind)
        iam.call(f"Attach{kind}Policy", clerk, **named, PolicyArn=arn)
        assert iam.refusal(f"Attach{kind}Policy", clerk, **named, PolicyArn=AUDIT)[0] == "AccessDenied"
        iam.call(f"Detach{kind}Policy", clerk, **named, PolicyArn=arn)


def test_permissions_hold_for_the_path_an_entity_stands_under(iam: Iam) -> None:
    iam.call("CreateRole", RoleName="R", Path="/app/", AssumeRolePolicyDocument=OWN_TRUST)
    allowed: dict[str, Credentials] = {
        "by-path": iam.granted("a", {"Effect": "Allow", "Action": "iam:*", "Resource": f"{IAM}role/app/*"}),
        "by-name": iam.granted("b", {"Effect": "Allow", "Action": "iam:*", "Resource": f"{IAM}role/R"}),
    }
    iam.call("GetRole", allowed["by-path"], RoleName="R")
    assert iam.refusal("GetRole", allowed["by-name"], RoleName="R")[0] == "AccessDenied"
    elsewhere = {"RoleName": "S", "Path": "/other/", "AssumeRolePolicyDocument": OWN_TRUST}
    assert iam.refusal("CreateRole", allowed["by-path"], **elsewhere)[0] == "AccessDenied"
    iam.call("CreateRole", allowed["by-path"], **{**elsewhere, "Path": "/app/x/"})


@pytest.mark.parametrize(
    "operation",
    [
        "ListUsers",
        "ListRoles",
        "ListGroups",
        "GetAccountSummary",
        "GetAccountAuthorizationDetails",
        "ListSAMLProviders",
    ],
)
def test_an_action_without_resource_types_is_granted_on_everything_only(iam: Iam, operation: str) -> None:
    some = iam.granted("some", {"Effect": "Allow", "Action": "iam:*", "Resource": f"{IAM}*"})
    assert iam.refusal(operation, some)[0] == "AccessDenied"
    iam.call(operation, iam.granted("all", {"Effect": "Allow", "Action": f"iam:{operation}", "Resource": "*"}))
