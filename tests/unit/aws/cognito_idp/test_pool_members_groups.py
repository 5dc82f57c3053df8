"""Groups at the door: made, shown, changed, listed page by page, deleted with their memberships."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming

ROLE = "arn:aws:iam::123456789012:role/admins"
NOT_FOUND = ("ResourceNotFoundException", "Group not found.")
OPERATIONS = (
    ("GetGroup", {"GroupName": "admins"}),
    ("UpdateGroup", {"GroupName": "admins"}),
    ("DeleteGroup", {"GroupName": "admins"}),
    ("ListGroups", {}),
    ("ListUsersInGroup", {"GroupName": "admins"}),
    ("AdminListGroupsForUser", {"Username": "alice"}),
)


def group(pools: Any, name: str = "admins", **more: Any) -> Any:
    return pools.admin("CreateGroup", GroupName=name, **more)["Group"]


def member(pools: Any, user: str, *groups: str) -> None:
    pools.admin("AdminCreateUser", Username=user, MessageAction="SUPPRESS")
    for name in groups:
        pools.admin("AdminAddUserToGroup", Username=user, GroupName=name)


def names(entries: Any, key: str = "GroupName") -> list[str]:
    return [entry[key] for entry in entries]


def pages(pools: Any, operation: str, answer: str, **params: Any) -> list[Any]:
    found, token = [], {}
    while True:
        page = pools.admin(operation, **params, **token)
        found.append(page[answer])
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}


@pytest.mark.parametrize(("operation", "params"), OPERATIONS)
def test_an_operation_on_groups_needs_its_action_and_an_own_pool(
    pools: Any, operation: str, params: dict[str, Any]
) -> None:
    group(pools)
    member(pools, "alice")
    whole = {"UserPoolId": pools.pool_id, **params}
    code, text = pools.refusal(operation, pools.stranger, **whole)
    assert code == "AccessDeniedException"
    assert f"cognito-idp:{operation}" in text
    missing = ("ResourceNotFoundException", f"User pool {pools.pool_id} does not exist.")
    assert pools.refusal(operation, pools.foreigner, **whole) == missing


def test_a_group_is_shown_with_what_it_states_and_its_dates(pools: Any) -> None:
    made = group(pools, Description="The few", RoleArn=ROLE, Precedence=0)
    assert {name: made[name] for name in ("GroupName", "UserPoolId", "Description", "RoleArn", "Precedence")} == {
        "GroupName": "admins",
        "UserPoolId": pools.pool_id,
        "Description": "The few",
        "RoleArn": ROLE,
        "Precedence": 0,
    }
    assert made["CreationDate"] == made["LastModifiedDate"]
    assert pools.admin("GetGroup", GroupName="admins")["Group"] == made
    assert set(group(pools, "plain")) == {"GroupName", "UserPoolId", "CreationDate", "LastModifiedDate"}


def test_an_update_changes_what_it_names_and_moves_one_date(pools: Any) -> None:
    made = group(pools, Description="old", RoleArn=ROLE, Precedence=5)
    pools.cloud.advance(60)
    changed = pools.admin("UpdateGroup", GroupName="admins", Precedence=1)["Group"]
    assert (changed["Precedence"], changed["Description"], changed["RoleArn"]) == (1, "old", ROLE)
    assert changed["CreationDate"] == made["CreationDate"]
    assert (changed["LastModifiedDate"] - made["LastModifiedDate"]).total_seconds() == 60
    assert pools.admin("GetGroup", GroupName="admins")["Group"] == changed
    assert pools.cloud.log[-2].decision.assumptions == ("cognito.updateGroupOmitted",)


def test_an_update_may_clear_what_it_leaves_out(pools: Any) -> None:
    group(pools, Description="old", RoleArn=ROLE, Precedence=5)
    with assuming({"cognito.updateGroupOmitted": "cleared"}):
        changed = pools.admin("UpdateGroup", GroupName="admins", Precedence=1)["Group"]
    assert "Description" not in changed
    assert "RoleArn" not in changed
    assert changed["Precedence"] == 1


@pytest.mark.parametrize("operation", ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersInGroup"])
def test_a_group_that_is_not_there_is_not_found(pools: Any, operation: str) -> None:
    assert pools.refusal(operation, UserPoolId=pools.pool_id, GroupName="nobody") == NOT_FOUND


def test_a_name_is_given_once_and_has_no_spaces(pools: Any) -> None:
    group(pools)
    taken = ("GroupExistsException", "A group with the name already exists.")
    assert pools.refusal("CreateGroup", UserPoolId=pools.pool_id, GroupName="admins") == taken
    code, text = pools.refusal("CreateGroup", UserPoolId=pools.pool_id, GroupName="two words")
    assert code == "InvalidParameterException"
    assert "'groupName' failed to satisfy constraint" in text
    code, text = pools.refusal("CreateGroup", UserPoolId=pools.pool_id, GroupName="below", Precedence=-1)
    assert (code, "'precedence'" in text) == ("InvalidParameterException", True)


def test_with_a_deleted_group_its_memberships_vanish_and_a_new_one_begins_empty(pools: Any) -> None:
    group(pools)
    group(pools, "staff")
    member(pools, "alice", "admins", "staff")
    member(pools, "bob", "staff")
    assert pools.admin("DeleteGroup", GroupName="admins") == {}
    assert names(pools.admin("AdminListGroupsForUser", Username="alice")["Groups"]) == ["staff"]
    group(pools)
    assert pools.admin("ListUsersInGroup", GroupName="admins")["Users"] == []
    assert names(pools.admin("ListUsersInGroup", GroupName="staff")["Users"], "Username") == ["alice", "bob"]


def test_groups_of_another_pool_are_not_listed(pools: Any) -> None:
    group(pools)
    other = replace(pools.cloud.world.user_pools[pools.pool_id], id="us-east-1_Other")
    pools.cloud.world = pools.cloud.world.with_user_pool(other)
    pools.call("CreateGroup", UserPoolId=other.id, GroupName="theirs")
    assert names(pools.admin("ListGroups")["Groups"]) == ["admins"]


def test_lists_come_in_pages_that_a_deletion_does_not_shift(pools: Any) -> None:
    for number in range(7):
        group(pools, f"group{number}")
    member(pools, "alice", *(f"group{number}" for number in range(7)))
    for operation, params in (("ListGroups", {}), ("AdminListGroupsForUser", {"Username": "alice"})):
        found = pages(pools, operation, "Groups", Limit=3, **params)
        assert [len(page) for page in found] == [3, 3, 1]
        assert [entry["GroupName"] for page in found for entry in page] == [f"group{number}" for number in range(7)]
    first = pools.admin("ListGroups", Limit=3)
    pools.admin("DeleteGroup", GroupName="group0")
    second = pools.admin("ListGroups", Limit=3, NextToken=first["NextToken"])
    assert names(second["Groups"]) == ["group3", "group4", "group5"]
    assert "NextToken" not in pools.admin("ListGroups", Limit=0)


def test_users_in_a_group_are_listed_in_pages_as_users_are_shown(pools: Any) -> None:
    group(pools)
    for name in ("carol", "alice", "bob"):
        member(pools, name, "admins")
    found = pages(pools, "ListUsersInGroup", "Users", GroupName="admins", Limit=2)
    assert [names(page, "Username") for page in found] == [["alice", "bob"], ["carol"]]
    user = found[0][0]
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert user["Enabled"] is True
    assert user["Attributes"][0]["Name"] == "sub"


@pytest.mark.parametrize("token", ["x", "bm9uc2Vuc2U=", "W10="])
def test_a_token_that_no_list_gave_is_refused(pools: Any, token: str) -> None:
    code, _ = pools.refusal("ListGroups", UserPoolId=pools.pool_id, NextToken=token)
    assert code == "InvalidParameterException"


def test_a_token_is_good_for_its_own_list_only(pools: Any) -> None:
    for number in range(2):
        group(pools, f"group{number}")
    member(pools, "alice", "group0", "group1")
    token = pools.admin("ListGroups", Limit=1)["NextToken"]
    params = {"UserPoolId": pools.pool_id, "Username": "alice", "NextToken": token}
    assert pools.refusal("AdminListGroupsForUser", **params)[0] == "InvalidParameterException"


def test_a_user_is_in_a_hundred_groups_at_most_and_adding_again_changes_nothing(pools: Any) -> None:
    for number in range(101):
        group(pools, f"group{number}")
    member(pools, "alice", *(f"group{number}" for number in range(100)))
    pools.admin("AdminAddUserToGroup", Username="alice", GroupName="group7")
    params = {"UserPoolId": pools.pool_id, "Username": "alice", "GroupName": "group100"}
    assert pools.refusal("AdminAddUserToGroup", **params)[0] == "InvalidParameterException"


def test_groups_go_into_the_next_tokens_only(pools: Any) -> None:
    group(pools)
    pools.confirmed("alice")
    pools.admin("AdminAddUserToGroup", Username="alice", GroupName="admins")
    assert pools.claims(pools.access_token())["cognito:groups"] == ["admins"]
    pools.admin("DeleteGroup", GroupName="admins")
    assert "cognito:groups" not in pools.claims(pools.access_token())
