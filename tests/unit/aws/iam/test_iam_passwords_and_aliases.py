"""An account's alias and password policy, and the passwords of its users."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.aws.iam.iam_door import ACCOUNT, Iam

GOOD, OTHER = "Correct-horse-9", "Battery-staple-7"
CHANGE = {"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": "*"}


def test_an_account_has_one_alias_which_is_nobody_elses(iam: Iam) -> None:
    assert iam.call("ListAccountAliases") == {"AccountAliases": [], "IsTruncated": False}
    iam.call("CreateAccountAlias", AccountAlias="first")
    iam.call("CreateAccountAlias", AccountAlias="second")
    assert iam.call("ListAccountAliases")["AccountAliases"] == ["second"]
    missing = ("NoSuchEntity", "The account alias first cannot be found.")
    assert iam.refusal("DeleteAccountAlias", AccountAlias="first") == missing
    iam.call("DeleteAccountAlias", AccountAlias="second")
    assert iam.call("ListAccountAliases")["AccountAliases"] == []


def test_an_alias_of_another_account_is_taken(iam: Iam) -> None:
    iam.call("CreateAccountAlias", AccountAlias="ours")
    (held,) = iam.world.account_documents.values()
    other = type(held)(held.partition, "999999999999", held.kind, "theirs")
    iam.cloud.world = iam.world.with_account_document(other)
    assert iam.call("ListAccountAliases")["AccountAliases"] == ["ours"]
    taken = ("EntityAlreadyExists", "The account alias theirs already exists.")
    assert iam.refusal("CreateAccountAlias", AccountAlias="theirs") == taken


def test_an_account_without_a_policy_of_its_own_says_so(iam: Iam) -> None:
    none = ("NoSuchEntity", f"The Password Policy with domain name {ACCOUNT} cannot be found.")
    assert iam.refusal("GetAccountPasswordPolicy") == none
    assert iam.refusal("DeleteAccountPasswordPolicy") == none
    iam.call("UpdateAccountPasswordPolicy", MinimumPasswordLength=12, MaxPasswordAge=90, HardExpiry=True)
    shown = iam.call("GetAccountPasswordPolicy")["PasswordPolicy"]
    assert (shown["MinimumPasswordLength"], shown["ExpirePasswords"], shown["HardExpiry"]) == (12, True, True)
    iam.call("UpdateAccountPasswordPolicy", RequireSymbols=True)
    assert iam.call("GetAccountPasswordPolicy")["PasswordPolicy"] == {
        "MinimumPasswordLength": 6,
        "RequireSymbols": True,
        "RequireNumbers": False,
        "RequireUppercaseCharacters": False,
        "RequireLowercaseCharacters": False,
        "AllowUsersToChangePassword": False,
        "ExpirePasswords": False,
    }
    iam.call("DeleteAccountPasswordPolicy")
    assert iam.refusal("GetAccountPasswordPolicy") == none


def test_a_password_is_made_changed_and_deleted_and_never_shown(iam: Iam) -> None:
    missing = ("NoSuchEntity", "Login Profile for User nobody cannot be found.")
    for operation in ("GetLoginProfile", "DeleteLoginProfile"):
        assert iam.refusal(operation, UserName="nobody") == missing
    assert iam.refusal("UpdateLoginProfile", UserName="nobody", Password=GOOD) == missing
    made = iam.call("CreateLoginProfile", UserName="nobody", Password=GOOD, PasswordResetRequired=True)
    assert made["LoginProfile"]["PasswordResetRequired"] is True
    taken = ("EntityAlreadyExists", "Login Profile for user nobody already exists.")
    assert iam.refusal("CreateLoginProfile", UserName="nobody", Password=GOOD) == taken
    iam.call("UpdateLoginProfile", UserName="nobody", Password=OTHER, PasswordResetRequired=False)
    shown = iam.call("GetLoginProfile", UserName="nobody")["LoginProfile"]
    assert set(shown) == {"UserName", "CreateDate", "PasswordResetRequired"}
    assert GOOD not in repr(iam.world.account_documents)
    iam.call("DeleteLoginProfile", UserName="nobody")
    assert iam.refusal("GetLoginProfile", UserName="nobody") == missing


def test_a_password_stays_with_a_user_who_is_renamed(iam: Iam) -> None:
    iam.call("CreateLoginProfile", UserName="nobody", Password=GOOD)
    iam.call("UpdateUser", UserName="nobody", NewUserName="somebody")
    assert iam.call("GetLoginProfile", UserName="somebody")["LoginProfile"]["UserName"] == "somebody"


@pytest.mark.parametrize(
    ("policy", "password", "message"),
    [
        (None, "Short-1", "minimum length of 8"),
        (None, "onlylettersandlower", "at least 3 of"),
        (None, "two-kinds-only", "at least 3 of"),
        ({"MinimumPasswordLength": 20}, GOOD, "minimum length of 20"),
        ({"RequireUppercaseCharacters": True}, GOOD.lower(), "at least one uppercase letter"),
        ({"RequireLowercaseCharacters": True}, GOOD.upper(), "at least one lowercase letter"),
        ({"RequireNumbers": True}, "Correct-horse", "at least one number"),
        ({"RequireSymbols": True}, "Correcthorse9", "at least one symbol"),
    ],
)
def test_a_password_conforms_to_the_accounts_policy(
    iam: Iam, policy: dict[str, Any] | None, password: str, message: str
) -> None:
    if policy is not None:
        iam.call("UpdateAccountPasswordPolicy", **policy)
    code, said = iam.refusal("CreateLoginProfile", UserName="nobody", Password=password)
    assert (code, message in said) == ("PasswordPolicyViolation", True), said
    iam.call("CreateLoginProfile", UserName="nobody", Password="Long-enough-and-of-4-kinds")
    assert iam.refusal("UpdateLoginProfile", UserName="nobody", Password=password)[0] == "PasswordPolicyViolation"


def test_earlier_passwords_are_remembered_as_far_as_the_policy_asks(iam: Iam) -> None:
    iam.call("UpdateAccountPasswordPolicy", PasswordReusePrevention=2)
    iam.call("CreateLoginProfile", UserName="nobody", Password="first-1")
    iam.call("UpdateLoginProfile", UserName="nobody", Password="second-2")
    for password in ("first-1", "second-2"):
        code, _ = iam.refusal("UpdateLoginProfile", UserName="nobody", Password=password)
        assert code == "PasswordPolicyViolation"
    iam.call("UpdateLoginProfile", UserName="nobody", Password="third-3")
    iam.call("UpdateLoginProfile", UserName="nobody", Password="first-1")


def test_a_user_changes_the_own_password_for_the_old_one(iam: Iam) -> None:
    bob = iam.granted("bob", CHANGE)
    assert iam.refusal("ChangePassword", bob, OldPassword=GOOD, NewPassword=OTHER)[0] == "NoSuchEntity"
    iam.call("CreateLoginProfile", UserName="bob", Password=GOOD, PasswordResetRequired=True)
    wrong = ("AccessDenied", "The old password was incorrect.")
    assert iam.refusal("ChangePassword", bob, OldPassword=OTHER, NewPassword=GOOD) == wrong
    assert iam.refusal("ChangePassword", bob, OldPassword=GOOD, NewPassword="x")[0] == "PasswordPolicyViolation"
    iam.call("ChangePassword", bob, OldPassword=GOOD, NewPassword=OTHER)
    assert iam.call("GetLoginProfile", UserName="bob")["LoginProfile"]["PasswordResetRequired"] is False
    assert iam.refusal("ChangePassword", bob, OldPassword=GOOD, NewPassword=OTHER) == wrong


def test_the_accounts_policy_lets_users_change_their_passwords_without_permission(iam: Iam) -> None:
    iam.call("CreateLoginProfile", UserName="nobody", Password=GOOD)
    given = {"OldPassword": GOOD, "NewPassword": OTHER}
    code, message = iam.refusal("ChangePassword", Iam.nobody, **given)
    assert (code, "no identity-based policy allows the iam:ChangePassword action" in message) == ("AccessDenied", True)
    iam.call("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    iam.call("ChangePassword", Iam.nobody, **given)


def test_a_deny_holds_against_the_accounts_policy(iam: Iam) -> None:
    iam.call("UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
    bob = iam.granted("bob", CHANGE | {"Effect": "Deny"})
    iam.call("CreateLoginProfile", UserName="bob", Password=GOOD)
    code, message = iam.refusal("ChangePassword", bob, OldPassword=GOOD, NewPassword=OTHER)
    assert (code, message.endswith("with an explicit deny")) == ("AccessDenied", True)


def test_who_has_a_password_is_not_deleted(iam: Iam) -> None:
    iam.call("CreateUser", UserName="bob")
    iam.call("CreateLoginProfile", UserName="bob", Password=GOOD)
    conflict = ("DeleteConflict", "Cannot delete entity, must delete login profile first.")
    assert iam.refusal("DeleteUser", UserName="bob") == conflict


def test_no_password_is_on_the_trail(iam: Iam) -> None:
    from cogsim.aws.trail.log import records

    bob = iam.granted("bob", CHANGE)
    iam.call("CreateLoginProfile", UserName="bob", Password=GOOD)
    iam.call("ChangePassword", bob, OldPassword=GOOD, NewPassword=OTHER)
    text = json.dumps(records(iam.cloud), default=str)
    assert "ChangePassword" in text
    assert GOOD not in text
    assert OTHER not in text
