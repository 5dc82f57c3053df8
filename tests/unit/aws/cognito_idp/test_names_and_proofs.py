"""Nobody gets a name or an address that is not hers: codes for other addresses, names taken twice, steps left open."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.errors import AwsError

USED_UP = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
INVALID = ("NotAuthorizedException", "Invalid session for the user.")


@pytest.mark.parametrize(
    ("name", "own", "strangers"),
    [("email", "own@example.com", "stranger@example.com"), ("phone_number", "+15550000001", "+15550000002")],
)
def test_a_code_for_an_address_of_ones_own_does_not_prove_a_strangers(
    make: Any, name: str, own: str, strangers: str
) -> None:
    """Where the pool verifies nothing by itself, no new code replaces the old one when the address changes."""
    pools = make(pool={"auto_verified_attributes": (), "alias_attributes": (name,)})
    pools.confirmed(**{name: own})
    token = pools.access_token()
    pools.call("GetUserAttributeVerificationCode", AccessToken=token, AttributeName=name)
    code = pools.code()
    pools.call("UpdateUserAttributes", AccessToken=token, UserAttributes=pools.as_list({name: strangers}))
    verify = {"AccessToken": token, "AttributeName": name, "Code": code}
    assert pools.refusal("VerifyUserAttribute", **verify) == USED_UP
    assert pools.user()[f"{name}_verified"] == "false"
    pools.call("UpdateUserAttributes", AccessToken=token, UserAttributes=pools.as_list({name: own}))
    pools.call("VerifyUserAttribute", **verify)
    assert pools.user(own)[f"{name}_verified"] == "true"


@pytest.mark.parametrize("address", ["other@example.com", ""])
def test_the_code_of_a_sign_up_proves_the_address_it_went_to(pools: Any, address: str) -> None:
    pools.sign_up(email="alice@example.com")
    code = pools.code()
    pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=pools.as_list({"email": address}))
    answer = {"ClientId": pools.client_id, "Username": "alice", "ConfirmationCode": code}
    assert pools.refusal("ConfirmSignUp", **answer) == USED_UP
    assert pools.user().get("email_verified") != "true"


def test_an_address_that_waits_leaves_the_flag_of_the_one_it_would_replace(make: Any) -> None:
    pools = make(pool={"verify_before_update": ("email",)})
    old = {"email": "a@example.com", "email_verified": "true"}
    pools.admin("AdminCreateUser", Username="alice", UserAttributes=pools.as_list(old), MessageAction="SUPPRESS")
    new = pools.as_list({"email": "b@example.com", "email_verified": "false"})
    pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=new)
    assert (pools.user()["email"], pools.user()["email_verified"]) == ("a@example.com", "true")


@pytest.mark.parametrize("force", [False, True])
def test_an_operator_cannot_give_a_preferred_username_twice(make: Any, force: bool) -> None:
    pools = make(pool={"alias_attributes": ("preferred_username", "email")})
    wanted = pools.as_list({"preferred_username": "bobby"})
    pools.admin("AdminCreateUser", Username="bob", UserAttributes=wanted, MessageAction="SUPPRESS")
    again = {"UserPoolId": pools.pool_id, "Username": "eve", "UserAttributes": wanted, "ForceAliasCreation": force}
    # The operation's documentation names this error; its published list of errors does not.
    with pytest.raises(AwsError, match="AliasExistsException: An account with the preferred_username already exists"):
        pools.cloud.call("cognito-idp:AdminCreateUser", again, pools.operator)
    assert pools.user("bobby")["Username"] == "bob"


@pytest.mark.parametrize("operation", ["AdminSetUserPassword", "AdminCreateUser"])
def test_a_step_opened_by_one_temporary_password_ends_with_the_next(pools: Any, operation: str) -> None:
    """Whoever read the first invitation must not choose the password after the operator sent a second."""
    made = {"Username": "alice", "MessageAction": "SUPPRESS"}
    pools.admin("AdminCreateUser", TemporaryPassword="Temporary-1", **made)
    session = pools.log_in("alice", "Temporary-1")["Session"]
    if operation == "AdminSetUserPassword":
        pools.admin(operation, Username="alice", Password="Temporary-2")
    else:
        pools.admin(operation, Username="alice", MessageAction="RESEND", TemporaryPassword="Temporary-2")
    answer = {
        "ClientId": pools.client_id,
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": session,
        "ChallengeResponses": {"USERNAME": "alice", "NEW_PASSWORD": "Chosen-by-another-1"},
    }
    assert pools.refusal("RespondToAuthChallenge", **answer) == INVALID
    anew = pools.log_in("alice", "Temporary-2")["Session"]
    assert "AuthenticationResult" in pools.call("RespondToAuthChallenge", **{**answer, "Session": anew})


def test_where_case_does_not_count_nobody_is_told_apart_from_somebody_by_asking_in_both(make: Any) -> None:
    pools = make(pool={"case_sensitive": False}, client={"prevent_user_existence_errors": "ENABLED"})
    start = {"ClientId": pools.client_id, "AuthFlow": "USER_SRP_AUTH"}
    sent = [{"USERNAME": name, "SRP_A": "abc"} for name in ("nobody", "NoBody")]
    low, high = (pools.call("InitiateAuth", **start, AuthParameters=each)["ChallengeParameters"] for each in sent)
    assert (low["SALT"], low["USER_ID_FOR_SRP"]) == (high["SALT"], high["USER_ID_FOR_SRP"])
    resend = [pools.call("ResendConfirmationCode", ClientId=pools.client_id, Username=n) for n in ("nobody", "NoBody")]
    assert resend[0] == resend[1]
