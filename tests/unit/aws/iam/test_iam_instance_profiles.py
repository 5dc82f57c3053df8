"""Instance profiles, service-linked roles, groups that are renamed, and tags of providers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cogsim.aws.call import Credentials
from cogsim.decisions.iam_quotas import QUOTAS
from cogsim.errors import NotModelled
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import AccessKey, Role
from tests.unit.aws.iam.iam_door import IAM, OWN_TRUST, READ_S3, Iam, decoded, trust

EC2 = trust({"Service": "ec2.amazonaws.com"})
LINKED = {"AWSServiceName": "autoscaling.amazonaws.com"}


def test_an_instance_profile_holds_one_role(iam: Iam) -> None:
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=EC2)
    made = iam.call("CreateInstanceProfile", InstanceProfileName="P", Path="/web/")["InstanceProfile"]
    assert (made["Arn"], made["Roles"]) == (f"{IAM}instance-profile/web/P", [])
    assert made["InstanceProfileId"].startswith("AIPA")
    iam.call("AddRoleToInstanceProfile", InstanceProfileName="P", RoleName="R")
    full = ("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    assert iam.refusal("AddRoleToInstanceProfile", InstanceProfileName="P", RoleName="R") == full
    shown = iam.call("GetInstanceProfile", InstanceProfileName="P")["InstanceProfile"]
    assert [role["RoleName"] for role in shown["Roles"]] == ["R"]
    for held in (iam.call("ListInstanceProfilesForRole", RoleName="R"), iam.call("ListInstanceProfiles")):
        assert [each["InstanceProfileName"] for each in held["InstanceProfiles"]] == ["P"]
    (role,) = iam.call("GetAccountAuthorizationDetails", Filter=["Role"])["RoleDetailList"]
    assert role["InstanceProfileList"][0]["InstanceProfileName"] == "P"
    conflict = ("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
    assert iam.refusal("DeleteInstanceProfile", InstanceProfileName="P") == conflict
    assert iam.refusal("DeleteRole", RoleName="R") == conflict
    iam.call("RemoveRoleFromInstanceProfile", InstanceProfileName="P", RoleName="R")
    assert iam.refusal("RemoveRoleFromInstanceProfile", InstanceProfileName="P", RoleName="R")[0] == "NoSuchEntity"
    iam.call("DeleteRole", RoleName="R")
    iam.call("DeleteInstanceProfile", InstanceProfileName="P")
    missing = ("NoSuchEntity", "Instance Profile P cannot be found.")
    assert iam.refusal("GetInstanceProfile", InstanceProfileName="P") == missing


def test_names_of_instance_profiles_are_one_without_case(iam: Iam) -> None:
    iam.call("CreateInstanceProfile", InstanceProfileName="P")
    taken = ("EntityAlreadyExists", "Instance Profile p already exists.")
    assert iam.refusal("CreateInstanceProfile", InstanceProfileName="p") == taken


def test_to_put_a_role_into_a_profile_is_to_pass_it(iam: Iam) -> None:
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=EC2)
    iam.call("CreateInstanceProfile", InstanceProfileName="P")
    adds = {"Effect": "Allow", "Action": "iam:AddRoleToInstanceProfile", "Resource": f"{IAM}instance-profile/P"}
    passes = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"{IAM}role/R"}
    elsewhere = {"Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}
    named = {"InstanceProfileName": "P", "RoleName": "R"}
    for user, statements in {"a": [adds], "b": [passes], "c": [adds, passes | elsewhere]}.items():
        assert iam.refusal("AddRoleToInstanceProfile", iam.granted(user, *statements), **named)[0] == "AccessDenied"
    iam.call("AddRoleToInstanceProfile", iam.granted("d", adds, passes), **named)


def test_tags_of_profiles_and_providers_are_put_listed_and_taken_away(iam: Iam) -> None:
    iam.call("CreateInstanceProfile", InstanceProfileName="P")
    oidc = iam.call("CreateOpenIDConnectProvider", Url="https://issuer.example.com")["OpenIDConnectProviderArn"]
    for noun, named in {
        "InstanceProfile": {"InstanceProfileName": "P"},
        "OpenIDConnectProvider": {"OpenIDConnectProviderArn": oidc},
    }.items():
        iam.call(f"Tag{noun}", **named, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        iam.call(f"Untag{noun}", **named, TagKeys=["A"])
        assert iam.call(f"List{noun}Tags", **named)["Tags"] == [{"Key": "b", "Value": "2"}]
        assert iam.call(f"Get{noun}", **named).get("Tags", [{"Key": "b", "Value": "2"}]) == [{"Key": "b", "Value": "2"}]


def test_a_service_linked_role_is_as_its_service_defines_it(iam: Iam) -> None:
    role = iam.call("CreateServiceLinkedRole", **LINKED, Description="scales", CustomSuffix="web")["Role"]
    assert role["RoleName"] == "AWSServiceRoleForAutoScaling_web"
    assert role["Arn"] == f"{IAM}role/aws-service-role/autoscaling.amazonaws.com/{role['RoleName']}"
    (statement,) = decoded(role["AssumeRolePolicyDocument"])["Statement"]
    assert statement["Principal"] == {"Service": "autoscaling.amazonaws.com"}
    (attached,) = iam.call("ListAttachedRolePolicies", RoleName=role["RoleName"])["AttachedPolicies"]
    assert attached["PolicyArn"] == "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy"
    again = f"Service role name {role['RoleName']} has been taken in this account, please try a different suffix."
    assert iam.refusal("CreateServiceLinkedRole", **LINKED, CustomSuffix="web") == ("InvalidInput", again)
    assert iam.refusal("DeleteRole", RoleName=role["RoleName"])[0] == "UnmodifiableEntity"
    task = iam.call("DeleteServiceLinkedRole", RoleName=role["RoleName"])["DeletionTaskId"]
    assert iam.call("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task) == {"Status": "SUCCEEDED"}
    assert iam.refusal("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=f"{task}x")[0] == "NoSuchEntity"
    assert iam.refusal("GetRole", RoleName=role["RoleName"])[0] == "NoSuchEntity"


def test_a_role_of_the_account_is_not_deleted_as_a_service_linked_one(iam: Iam) -> None:
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST)
    assert iam.refusal("DeleteServiceLinkedRole", RoleName="R")[0] == "NoSuchEntity"


def _of_another_account(iam: Iam, roles: int) -> Credentials:
    """The keys of an administrator of another account, which has so many roles."""
    other, keys = "arn:aws:iam::210987654321:", Credentials("AKIAOTHER00000000000", "others-secret")
    admin = iam.world.users[f"{IAM}user/admin"]
    trusted = parse(json.loads(OWN_TRUST), PolicyKind.TRUST)
    held = {f"{other}role/r{number}": Role(f"{other}role/r{number}", f"r{number}", trusted) for number in range(roles)}
    world = iam.world.with_user(replace(admin, arn=f"{other}user/admin"))
    world = world.with_access_key(AccessKey(keys.access_key_id, f"{other}user/admin", keys.secret_access_key))
    iam.cloud.world = replace(world, roles=world.roles.update(held))
    return keys


def test_roles_of_another_account_take_up_no_room_for_a_service_linked_role(iam: Iam) -> None:
    keys = _of_another_account(iam, QUOTAS["RolesPerAccount"])
    assert iam.call("CreateServiceLinkedRole", **LINKED)["Role"]["RoleName"] == "AWSServiceRoleForAutoScaling"
    assert iam.refusal("CreateServiceLinkedRole", keys, **LINKED)[0] == "LimitExceeded"


def test_the_deletion_of_a_service_linked_role_is_its_accounts_to_ask_about(iam: Iam) -> None:
    keys, role = _of_another_account(iam, 0), iam.call("CreateServiceLinkedRole", **LINKED)["Role"]["RoleName"]
    task = iam.call("DeleteServiceLinkedRole", RoleName=role)["DeletionTaskId"]
    assert iam.refusal("GetServiceLinkedRoleDeletionStatus", keys, DeletionTaskId=task)[0] == "NoSuchEntity"


def test_a_suffix_is_for_services_that_take_one_and_an_unknown_service_is_named(iam: Iam) -> None:
    email = "email.cognito-idp.amazonaws.com"
    refusal = ("InvalidInput", f"Custom suffix is not allowed for {email}")
    assert iam.refusal("CreateServiceLinkedRole", AWSServiceName=email, CustomSuffix="x") == refusal
    assert iam.refusal("CreateServiceLinkedRole", AWSServiceName="autoscaling")[0] == "InvalidInput"
    with pytest.raises(NotModelled, match=r"unheard\.amazonaws\.com"):
        iam.submit("CreateServiceLinkedRole", AWSServiceName="unheard.amazonaws.com")


def test_who_may_make_a_service_linked_role_depends_on_the_service(iam: Iam) -> None:
    only = {"Condition": {"StringEquals": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}}}
    bob = iam.granted("bob", {"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": "*", **only})
    iam.call("CreateServiceLinkedRole", bob, **LINKED)
    assert iam.refusal("CreateServiceLinkedRole", bob, AWSServiceName="rds.amazonaws.com")[0] == "AccessDenied"


def test_a_group_keeps_members_and_policies_under_another_name(iam: Iam) -> None:
    iam.call("CreateGroup", GroupName="G")
    iam.call("AddUserToGroup", GroupName="G", UserName="nobody")
    iam.call("PutGroupPolicy", GroupName="G", PolicyName="p", PolicyDocument=READ_S3.replace("GetObject", "List*"))
    iam.call("UpdateGroup", GroupName="G", NewGroupName="H", NewPath="/staff/")
    shown = iam.call("GetGroup", GroupName="H")
    assert (shown["Group"]["Arn"], [user["UserName"] for user in shown["Users"]]) == (
        f"{IAM}group/staff/H",
        ["nobody"],
    )
    assert iam.refusal("GetGroup", GroupName="G") == ("NoSuchEntity", "The group with name G cannot be found.")
    assert iam.call("ListGroupPolicies", GroupName="H")["PolicyNames"] == ["p"]
    iam.call("CreateGroup", GroupName="I")
    taken = ("EntityAlreadyExists", "Group with name i already exists.")
    assert iam.refusal("UpdateGroup", GroupName="H", NewGroupName="i") == taken


def test_renaming_a_group_needs_permission_for_both_names(iam: Iam) -> None:
    iam.call("CreateGroup", GroupName="G")
    bob = iam.granted("bob", {"Effect": "Allow", "Action": "iam:UpdateGroup", "Resource": f"{IAM}group/G"})
    assert iam.refusal("UpdateGroup", bob, GroupName="G", NewGroupName="H")[0] == "AccessDenied"
