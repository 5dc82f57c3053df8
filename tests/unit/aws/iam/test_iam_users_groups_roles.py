"""Users, groups and roles: made, shown, changed, listed, deleted, and what each refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.errors import AwsError
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import Role
from tests.unit.aws.iam.iam_door import ACCOUNT, ADMIN, ALLOW_S3, IAM, NOBODY, OWN_TRUST, Iam, decoded, document, trust

NO_USER = ("NoSuchEntity", "The user with name ghost cannot be found.")
NO_ROLE = ("NoSuchEntity", "The role with name ghost cannot be found.")
NO_GROUP = ("NoSuchEntity", "The group with name ghost cannot be found.")


def test_a_user_is_made_and_shown(iam: Iam) -> None:
    made = iam.call("CreateUser", UserName="bob", Path="/staff/", Tags=[{"Key": "Team", "Value": "red"}])["User"]
    assert made["Arn"] == f"{IAM}user/staff/bob"
    assert made["UserId"].startswith("AIDA")
    assert len(made["UserId"]) == 21
    assert made["CreateDate"].isoformat() == "2026-01-01T00:00:00+00:00"
    assert iam.call("GetUser", UserName="bob")["User"] == made
    assert made["Tags"] == [{"Key": "Team", "Value": "red"}]
    listed = iam.call("ListUsers", PathPrefix="/staff/")["Users"]
    assert listed == [{key: value for key, value in made.items() if key != "Tags"}]


def test_a_user_who_names_nobody_means_themselves(iam: Iam) -> None:
    assert iam.call("GetUser")["User"]["UserName"] == "admin"
    iam.call("CreateRole", RoleName="Admin", AssumeRolePolicyDocument=OWN_TRUST)
    iam.call("PutRolePolicy", RoleName="Admin", PolicyName="p", PolicyDocument=_everything())
    session = iam.assume("Admin")
    text = "Must specify userName when calling with non-User credentials"
    assert iam.refusal("GetUser", session) == ("ValidationError", text)


def _everything() -> str:
    return document({"Effect": "Allow", "Action": "*", "Resource": "*"})


@pytest.mark.parametrize("name", ["bob", "BOB", "Bob"])
def test_names_are_unique_without_case(iam: Iam, name: str) -> None:
    iam.call("CreateUser", UserName="bob")
    iam.call("CreateGroup", GroupName="bob")
    iam.call("CreateRole", RoleName="bob", AssumeRolePolicyDocument=OWN_TRUST)
    taken = f"with name {name} already exists."
    assert iam.refusal("CreateUser", UserName=name, Path="/x/") == ("EntityAlreadyExists", f"User {taken}")
    assert iam.refusal("CreateGroup", GroupName=name) == ("EntityAlreadyExists", f"Group {taken}")
    role = iam.refusal("CreateRole", RoleName=name, AssumeRolePolicyDocument=OWN_TRUST)
    assert role == ("EntityAlreadyExists", f"Role {taken}")


def test_a_name_in_another_case_finds_nobody_unless_switched(iam: Iam) -> None:
    iam.call("CreateUser", UserName="Bob")
    assert iam.refusal("GetUser", UserName="bob")[0] == "NoSuchEntity"
    assert "iam.nameLookup" in iam.cloud.log[-1].decision.assumptions  # type: ignore[union-attr]
    with assuming({"iam.nameLookup": "without-case"}):
        assert iam.call("GetUser", UserName="bob")["User"]["UserName"] == "Bob"


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("GetUser", {"UserName": "ghost"}, NO_USER),
        ("DeleteUser", {"UserName": "ghost"}, NO_USER),
        ("UpdateUser", {"UserName": "ghost", "NewUserName": "x"}, NO_USER),
        ("GetRole", {"RoleName": "ghost"}, NO_ROLE),
        ("UpdateRole", {"RoleName": "ghost"}, NO_ROLE),
        ("UpdateRoleDescription", {"RoleName": "ghost", "Description": ""}, NO_ROLE),
        ("DeleteRole", {"RoleName": "ghost"}, NO_ROLE),
        ("UpdateAssumeRolePolicy", {"RoleName": "ghost", "PolicyDocument": OWN_TRUST}, NO_ROLE),
        ("GetGroup", {"GroupName": "ghost"}, NO_GROUP),
        ("DeleteGroup", {"GroupName": "ghost"}, NO_GROUP),
        ("AddUserToGroup", {"GroupName": "ghost", "UserName": "admin"}, NO_GROUP),
        ("RemoveUserFromGroup", {"GroupName": "ghost", "UserName": "admin"}, NO_GROUP),
        ("ListGroupsForUser", {"UserName": "ghost"}, NO_USER),
        ("CreateAccessKey", {"UserName": "ghost"}, NO_USER),
        ("ListAccessKeys", {"UserName": "ghost"}, NO_USER),
        ("TagRole", {"RoleName": "ghost", "Tags": []}, NO_ROLE),
        ("ListUserTags", {"UserName": "ghost"}, NO_USER),
        ("PutUserPermissionsBoundary", {"UserName": "ghost", "PermissionsBoundary": f"{IAM}policy/x"}, NO_USER),
        ("DeleteRolePermissionsBoundary", {"RoleName": "ghost"}, NO_ROLE),
        ("PutUserPolicy", {"UserName": "ghost", "PolicyName": "p", "PolicyDocument": ALLOW_S3}, NO_USER),
        ("GetRolePolicy", {"RoleName": "ghost", "PolicyName": "p"}, NO_ROLE),
        ("ListGroupPolicies", {"GroupName": "ghost"}, NO_GROUP),
        ("AttachRolePolicy", {"RoleName": "ghost", "PolicyArn": f"{IAM}policy/x"}, NO_ROLE),
        ("DetachGroupPolicy", {"GroupName": "ghost", "PolicyArn": f"{IAM}policy/x"}, NO_GROUP),
    ],
)
def test_who_is_not_there_is_said_not_to_be(iam: Iam, operation: str, params: Any, expected: tuple[str, str]) -> None:
    assert iam.refusal(operation, **params) == expected
    code, message = iam.refusal(operation, NOBODY, **params)
    assert code == "AccessDenied", "who may not ask does not learn it"
    assert "cannot be found" not in message


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateUser", {"UserName": "a b"}),
        ("CreateUser", {"UserName": "x" * 65}),
        ("CreateUser", {"UserName": "x", "Path": "staff"}),
        ("CreateRole", {"RoleName": "x", "AssumeRolePolicyDocument": OWN_TRUST, "MaxSessionDuration": 3599}),
        ("ListUsers", {"MaxItems": 0}),
        ("ListUsers", {"MaxItems": 1001}),
        ("TagUser", {"UserName": "admin", "Tags": [{"Key": "", "Value": "x"}]}),
    ],
)
def test_what_breaks_the_published_shape_is_a_validation_error(iam: Iam, operation: str, params: Any) -> None:
    assert iam.refusal(operation, **params)[0] == "ValidationError"


def test_a_renamed_user_keeps_keys_policies_and_trust(iam: Iam) -> None:
    bob = iam.granted("bob", {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"})
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=trust({"AWS": f"{IAM}user/bob"}))
    iam.call("UpdateUser", UserName="bob", NewUserName="robert", NewPath="/staff/")
    assert iam.call("GetUser", bob)["User"]["Arn"] == f"{IAM}user/staff/robert"
    shown = decoded(iam.call("GetRole", RoleName="R")["Role"]["AssumeRolePolicyDocument"])
    assert shown["Statement"][0]["Principal"] == {"AWS": f"{IAM}user/staff/robert"}
    iam.assume("R", bob)
    assert iam.refusal("GetUser", UserName="bob")[0] == "NoSuchEntity"


def test_a_rename_needs_the_right_under_both_names(iam: Iam) -> None:
    iam.call("CreateUser", UserName="bob")
    clerk = iam.granted("clerk", {"Effect": "Allow", "Action": "iam:UpdateUser", "Resource": f"{IAM}user/bob"})
    code, message = iam.refusal("UpdateUser", clerk, UserName="bob", NewUserName="eve")
    assert (code, f"on resource: {IAM}user/eve" in message) == ("AccessDenied", True)
    taken = iam.refusal("UpdateUser", UserName="bob", NewUserName="ADMIN")
    assert taken == ("EntityAlreadyExists", "User with name ADMIN already exists.")
    iam.call("UpdateUser", UserName="bob", NewUserName="Bob")
    assert iam.call("GetUser", UserName="Bob")["User"]["Arn"] == f"{IAM}user/Bob"


def test_a_user_goes_last(iam: Iam) -> None:
    key = iam.call("CreateUser", UserName="bob") and iam.call("CreateAccessKey", UserName="bob")["AccessKey"]
    iam.call("CreateGroup", GroupName="devs")
    iam.call("AddUserToGroup", GroupName="devs", UserName="bob")
    iam.call("AttachUserPolicy", UserName="bob", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.call("PutUserPolicy", UserName="bob", PolicyName="p", PolicyDocument=ALLOW_S3)
    undo: list[tuple[str, str, dict[str, Any]]] = [
        ("must delete access keys first", "DeleteAccessKey", {"UserName": "bob", "AccessKeyId": key["AccessKeyId"]}),
        ("must remove users from group first", "RemoveUserFromGroup", {"GroupName": "devs", "UserName": "bob"}),
        ("must detach all policies first", "DetachUserPolicy",
         {"UserName": "bob", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("must delete policies first", "DeleteUserPolicy", {"UserName": "bob", "PolicyName": "p"}),
    ]  # fmt: skip
    for remedy, operation, params in undo:
        assert iam.refusal("DeleteUser", UserName="bob") == ("DeleteConflict", f"Cannot delete entity, {remedy}.")
        iam.call(operation, **params)
    iam.call("DeleteUser", UserName="bob")
    assert iam.refusal("GetUser", UserName="bob")[0] == "NoSuchEntity"


def test_a_group_goes_after_its_members_and_policies(iam: Iam) -> None:
    iam.call("CreateGroup", GroupName="devs", Path="/x/")
    iam.call("AddUserToGroup", GroupName="devs", UserName="nobody")
    iam.call("PutGroupPolicy", GroupName="devs", PolicyName="p", PolicyDocument=ALLOW_S3)
    conflict = iam.refusal("DeleteGroup", GroupName="devs")
    assert conflict == ("DeleteConflict", "Cannot delete entity, must remove users from group first.")
    iam.call("RemoveUserFromGroup", GroupName="devs", UserName="nobody")
    conflict = iam.refusal("DeleteGroup", GroupName="devs")
    assert conflict == ("DeleteConflict", "Cannot delete entity, must delete policies first.")
    iam.call("DeleteGroupPolicy", GroupName="devs", PolicyName="p")
    iam.call("DeleteGroup", GroupName="devs")
    assert iam.call("ListGroups")["Groups"] == []


def test_a_member_has_the_policies_of_the_group(iam: Iam) -> None:
    iam.call("CreateGroup", GroupName="devs")
    iam.call("PutGroupPolicy", GroupName="devs", PolicyName="p", PolicyDocument=document(
        {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}))  # fmt: skip
    assert iam.refusal("ListUsers", NOBODY)[0] == "AccessDenied"
    iam.call("AddUserToGroup", GroupName="devs", UserName="nobody")
    iam.call("AddUserToGroup", GroupName="devs", UserName="nobody")
    assert [each["UserName"] for each in iam.call("GetGroup", GroupName="devs")["Users"]] == ["nobody"]
    assert [each["GroupName"] for each in iam.call("ListGroupsForUser", UserName="nobody")["Groups"]] == ["devs"]
    iam.call("ListUsers", NOBODY)
    iam.call("RemoveUserFromGroup", GroupName="devs", UserName="nobody")
    assert iam.refusal("ListUsers", NOBODY)[0] == "AccessDenied"


def test_a_role_is_made_changed_and_shown(iam: Iam) -> None:
    made = iam.call("CreateRole", RoleName="R", Path="/app/", AssumeRolePolicyDocument=OWN_TRUST, Description="d",
                    MaxSessionDuration=7200, Tags=[{"Key": "a", "Value": "b"}])["Role"]  # fmt: skip
    assert made["RoleId"].startswith("AROA")
    assert decoded(made["AssumeRolePolicyDocument"]) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
    }
    assert iam.call("GetRole", RoleName="R")["Role"] == made
    assert [role["RoleName"] for role in iam.call("ListRoles")["Roles"]] == ["R"]
    assert "Tags" not in iam.call("ListRoles")["Roles"][0]
    iam.call("UpdateRole", RoleName="R", Description="e", MaxSessionDuration=43200)
    shown = iam.call("GetRole", RoleName="R")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("e", 43200)
    assert iam.call("UpdateRoleDescription", RoleName="R", Description="f")["Role"]["Description"] == "f"
    with assuming({"iam.updateRoleDuration": "kept"}):
        iam.call("UpdateRole", RoleName="R", Description="g")
    assert iam.call("GetRole", RoleName="R")["Role"]["MaxSessionDuration"] == 43200
    iam.call("UpdateRole", RoleName="R")
    shown = iam.call("GetRole", RoleName="R")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("g", 3600)


def test_a_role_goes_after_its_policies(iam: Iam) -> None:
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST)
    iam.call("PutRolePolicy", RoleName="R", PolicyName="p", PolicyDocument=ALLOW_S3)
    iam.call("AttachRolePolicy", RoleName="R", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert iam.refusal("DeleteRole", RoleName="R")[1] == "Cannot delete entity, must detach all policies first."
    iam.call("DetachRolePolicy", RoleName="R", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert iam.refusal("DeleteRole", RoleName="R")[1] == "Cannot delete entity, must delete policies first."
    iam.call("DeleteRolePolicy", RoleName="R", PolicyName="p")
    iam.call("DeleteRole", RoleName="R")
    assert iam.call("ListRoles")["Roles"] == []


def test_a_role_made_anew_is_another(iam: Iam) -> None:
    first = iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST)["Role"]
    session = iam.assume("R")
    iam.call("sts:GetCallerIdentity", session)
    iam.call("DeleteRole", RoleName="R")
    assert iam.refusal("sts:GetCallerIdentity", session)[0] == "InvalidClientTokenId"
    again = iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST)["Role"]
    assert again["Arn"] == first["Arn"]
    assert again["RoleId"] != first["RoleId"]
    assert iam.refusal("sts:GetCallerIdentity", session)[0] == "InvalidClientTokenId", "nor does it revive its sessions"
    iam.call("sts:GetCallerIdentity", iam.assume("R"))


def test_trust_in_a_deleted_role_or_user_is_not_restored_by_the_name(iam: Iam) -> None:
    bob = iam.granted("bob", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"{IAM}role/Other"})
    user_id = iam.call("GetUser", UserName="bob")["User"]["UserId"]
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=trust({"AWS": f"{IAM}user/bob"}))
    iam.assume("R", bob)
    key = bob.access_key_id
    iam.call("DeleteAccessKey", UserName="bob", AccessKeyId=key)
    iam.call("DeleteUserPolicy", UserName="bob", PolicyName="granted")
    iam.call("DeleteUser", UserName="bob")
    shown = decoded(iam.call("GetRole", RoleName="R")["Role"]["AssumeRolePolicyDocument"])
    assert shown["Statement"][0]["Principal"] == {"AWS": user_id}, "the raw id surfaces"
    again = iam.granted("bob", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    with pytest.raises(AwsError, match="AccessDenied"):
        iam.assume("R", again)
    iam.call("UpdateAssumeRolePolicy", RoleName="R", PolicyDocument=trust({"AWS": f"{IAM}user/bob"}))
    iam.assume("R", again)


def test_a_unique_id_is_saved_as_the_arn_it_stands_for_and_a_dead_one_not_at_all(iam: Iam) -> None:
    admin_id = iam.call("GetUser")["User"]["UserId"]
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=trust({"AWS": admin_id}))
    shown = decoded(iam.call("GetRole", RoleName="R")["Role"]["AssumeRolePolicyDocument"])
    assert shown["Statement"][0]["Principal"] == {"AWS": f"{IAM}user/admin"}
    code, message = iam.refusal("CreateRole", RoleName="S", AssumeRolePolicyDocument=trust({"AWS": "AIDADEAD"}))
    assert (code, message) == ("MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"AIDADEAD"')


@pytest.mark.parametrize(
    ("principal", "accepted"),
    [
        ({"AWS": f"{IAM}user/admin"}, True),
        ({"AWS": f"{IAM}user/Admin"}, False),
        ({"AWS": f"{IAM}user/staff/admin"}, False),
        ({"AWS": f"{IAM}role/ghost"}, False),
        ({"AWS": [f"{IAM}user/admin", f"{IAM}role/ghost"]}, False),
        ({"AWS": f"{IAM}root"}, True),
        ({"AWS": "*"}, True),
        ({"AWS": "arn:aws:iam::999999999999:role/unknown"}, True),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/ghost/session"}, True),
        ({"Service": "lambda.amazonaws.com"}, True),
    ],
)
def test_a_trust_policy_names_only_who_is_there(iam: Iam, principal: Any, accepted: bool) -> None:
    params = {"RoleName": "R", "AssumeRolePolicyDocument": trust(principal)}
    if accepted:
        iam.call("CreateRole", **params)
        iam.call("UpdateAssumeRolePolicy", RoleName="R", PolicyDocument=trust(principal))
        return
    code, message = iam.refusal("CreateRole", **params)
    assert (code, message.startswith('Invalid principal in policy: "AWS":"arn:')) == ("MalformedPolicyDocument", True)


@pytest.mark.parametrize(
    ("issuer", "key", "accepted"),
    [
        ("token.actions.githubusercontent.com", "token.actions.githubusercontent.com:sub", True),
        ("token.actions.githubusercontent.com", "Token.Actions.GithubUserContent.com:SUB", True),
        ("token.actions.githubusercontent.com", "token.actions.githubusercontent.com:aud", False),
        ("gitlab.com", "gitlab.com:sub", True),
        ("api.pulumi.com/oidc", "api.pulumi.com/oidc:aud", True),
        ("api.pulumi.com/oidc", "api.pulumi.com/oidc:sub", False),
        ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", "sts:RoleSessionName", True),
        ("login.example.com", None, True),
        ("gitlab.com", None, False),
    ],
)
def test_a_shared_issuer_is_trusted_with_its_tenant_only(
    iam: Iam, issuer: str, key: str | None, accepted: bool
) -> None:
    more = {"Condition": {"StringEquals": {key: "x"}}} if key else {}
    text = trust({"Federated": f"{IAM}oidc-provider/{issuer}"}, "sts:AssumeRoleWithWebIdentity", **more)
    if accepted:
        iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=text)
    else:
        assert iam.refusal("CreateRole", RoleName="R", AssumeRolePolicyDocument=text)[0] == "MalformedPolicyDocument"


def test_identity_pools_are_trusted_with_their_audience(iam: Iam) -> None:
    cognito = {"Federated": "cognito-identity.amazonaws.com"}
    amr = {"Condition": {"StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}
    text = trust(cognito, "sts:AssumeRoleWithWebIdentity", **amr)
    params = {"RoleName": "R", "AssumeRolePolicyDocument": text}
    assert iam.refusal("CreateRole", **params)[0] == "MalformedPolicyDocument"
    with assuming({"iam.cognitoTrustCondition": "any-key"}):
        iam.call("CreateRole", **params)
    assert "iam.cognitoTrustCondition" in iam.cloud.log[-1].decision.assumptions  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/aws-reserved/sso.amazonaws.com/", "/aws-service-role/x.amazonaws.com/"])
def test_what_aws_reserves_stays_as_it_is(iam: Iam, path: str) -> None:
    refused = iam.refusal("CreateRole", RoleName="R", Path=path, AssumeRolePolicyDocument=OWN_TRUST)
    assert refused[0] == "InvalidInput"
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST)
    role = iam.world.roles[f"{IAM}role/R"]
    arn = f"{IAM}role{path}R"
    iam.cloud.world = iam.world.without_role(role.arn).with_role(replace(role, arn=arn, path=path))
    text = "Cannot perform the operation on the protected role 'R' - this role is only modifiable by AWS"
    changes: list[tuple[str, dict[str, Any]]] = [
        ("DeleteRole", {}),
        ("UpdateRole", {"MaxSessionDuration": 7200}),
        ("UpdateAssumeRolePolicy", {"PolicyDocument": OWN_TRUST}),
        ("PutRolePolicy", {"PolicyName": "p", "PolicyDocument": ALLOW_S3}),
        ("AttachRolePolicy", {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("PutRolePermissionsBoundary", {"PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    ]
    for operation, params in changes:
        assert iam.refusal(operation, RoleName="R", **params) == ("UnmodifiableEntity", text)
    if "service-role" in path:
        iam.call("UpdateRoleDescription", RoleName="R", Description="fine")
        iam.call("TagRole", RoleName="R", Tags=[{"Key": "a", "Value": "b"}])
    else:
        assert iam.refusal("TagRole", RoleName="R", Tags=[{"Key": "a", "Value": "b"}])[0] == "UnmodifiableEntity"
        assert iam.refusal("UpdateRoleDescription", RoleName="R", Description="no")[0] == "UnmodifiableEntity"


@pytest.mark.parametrize(
    ("create", "listing", "member", "name"),
    [
        ("CreateUser", "ListUsers", "Users", "UserName"),
        ("CreateGroup", "ListGroups", "Groups", "GroupName"),
        ("CreateRole", "ListRoles", "Roles", "RoleName"),
    ],
)
def test_listings_come_in_pages_that_keep_their_place(
    iam: Iam, create: str, listing: str, member: str, name: str
) -> None:
    more = {"AssumeRolePolicyDocument": OWN_TRUST} if create == "CreateRole" else {}
    for number in range(7):
        iam.call(create, **{name: f"p{number}"}, Path="/paged/", **more)
    found, marker = [], {}
    while True:
        page = iam.call(listing, PathPrefix="/paged/", MaxItems=3, **marker)
        found += [each[name] for each in page[member]]
        if not page["IsTruncated"]:
            break
        assert len(page[member]) == 3
        marker = {"Marker": page["Marker"]}
    assert found == [f"p{number}" for number in range(7)]
    assert "Marker" not in page
    assert iam.refusal(listing, Marker="%%%")[0] == "ValidationError"


def test_an_account_speaks_of_its_own_iam_only(iam: Iam) -> None:
    there = Role("arn:aws:iam::999999999999:role/R", "R", parse(OWN_TRUST, PolicyKind.TRUST))
    iam.cloud.world = iam.world.with_role(there)
    assert iam.refusal("GetRole", ADMIN, RoleName="R")[0] == "NoSuchEntity"
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST)
    assert [role["Arn"] for role in iam.call("ListRoles")["Roles"]] == [f"{IAM}role/R"]
    gone = trust({"AWS": "arn:aws:iam::999999999999:role/S"})
    assert iam.refusal("UpdateAssumeRolePolicy", RoleName="R", PolicyDocument=gone)[0] == "MalformedPolicyDocument"
