"""What operators do to users and groups, and what people do to their own accounts; sign-out and revocation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws import token_families
from cogsim.aws.mailbox import messages
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.tokens.jwt import sign
from cogsim.world.user_pool import SchemaAttribute

ROLE = "arn:aws:iam::123456789012:role/admins"
MISMATCH = ("CodeMismatchException", "Invalid verification code provided, please try again.")
REVOKED = ("NotAuthorizedException", "Access Token has been revoked")
INVALID = ("NotAuthorizedException", "Invalid Access Token")
OPERATORS = (
    ("AdminConfirmSignUp", {}),
    ("AdminCreateUser", {}),
    ("AdminSetUserPassword", {"Password": "Correct-horse-9"}),
    ("AdminAddUserToGroup", {"GroupName": "admins"}),
    ("AdminRemoveUserFromGroup", {"GroupName": "admins"}),
    ("AdminGetUser", {}),
    ("AdminUpdateUserAttributes", {"UserAttributes": []}),
    ("AdminDisableUser", {}),
    ("AdminEnableUser", {}),
    ("AdminDeleteUser", {}),
    ("AdminUserGlobalSignOut", {}),
    ("AdminInitiateAuth", {"AuthFlow": "ADMIN_NO_SRP_AUTH", "ClientId": "c"}),
    ("AdminRespondToAuthChallenge", {"ChallengeName": "PASSWORD_VERIFIER", "ClientId": "c"}),
)


def create(pools: Any, name: str = "alice", attributes: dict[str, str] | None = None, **more: Any) -> Any:
    params = {"Username": name, "UserAttributes": pools.as_list(attributes or {}), **more}
    return pools.admin("AdminCreateUser", **params)["User"]


def refused(pools: Any, operation: str, **params: Any) -> Any:
    return pools.refusal(operation, UserPoolId=pools.pool_id, **params)


def as_attributes(entries: Any) -> dict[str, str]:
    return {entry["Name"]: entry["Value"] for entry in entries}


@pytest.mark.parametrize(("operation", "more"), OPERATORS)
def test_an_operation_of_operators_needs_its_own_action_and_an_own_pool(
    pools: Any, operation: str, more: dict[str, Any]
) -> None:
    params = {"UserPoolId": pools.pool_id, **more}
    if "ClientId" not in more:
        params["Username"] = "alice"
    code, text = pools.refusal(operation, pools.stranger, **params)
    assert code == "AccessDeniedException"
    arn = f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{pools.pool_id}"
    assert f"is not authorized to perform: cognito-idp:{operation} on resource: {arn}" in text
    missing = f"User pool {pools.pool_id} does not exist."
    assert pools.refusal(operation, pools.foreigner, **params) == ("ResourceNotFoundException", missing)


def test_a_pool_is_found_in_its_own_region_only(pools: Any) -> None:
    from cogsim.aws.call import Call
    from cogsim.decisions.call_origin import CallOrigin

    pools.confirmed()
    params = {"UserPoolId": pools.pool_id, "Username": "alice"}
    elsewhere = CallOrigin(region="eu-west-1")
    outcome = pools.cloud.submit(Call("cognito-idp:AdminGetUser", params, pools.operator, elsewhere))
    assert str(outcome.error) == f"ResourceNotFoundException: User pool {pools.pool_id} does not exist."


def test_a_client_of_another_pool_does_not_exist_in_this_one(pools: Any) -> None:
    world = pools.cloud.world
    arn = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Other"
    world = world.with_user_pool(replace(world.user_pools[pools.pool_id], id="us-east-1_Other", arn=arn))
    pools.cloud.world = world.with_client(
        replace(world.clients[pools.client_id], id="other", pool_id="us-east-1_Other")
    )
    params = {**pools.login(), "ClientId": "other", "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"}
    text = "User pool client other does not exist."
    assert refused(pools, "AdminInitiateAuth", **params) == ("ResourceNotFoundException", text)


@pytest.mark.parametrize("operation", ["AdminGetUser", "AdminDisableUser", "AdminDeleteUser", "AdminUserGlobalSignOut"])
def test_an_operator_is_told_that_a_user_does_not_exist(make: Any, operation: str) -> None:
    pools = make(client={"prevent_user_existence_errors": "ENABLED"})
    assert refused(pools, operation, Username="bob") == ("UserNotFoundException", "User does not exist.")


def test_an_invitation_goes_out_by_the_mediums_asked_for(pools: Any) -> None:
    contact = {"email": "alice@example.com", "phone_number": "+15551234567"}
    user = create(pools, attributes=contact, DesiredDeliveryMediums=["EMAIL", "SMS"])
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    sent = messages(pools.cloud.state)
    assert [(message.to, message.medium) for message in sent] == [
        ("alice@example.com", "EMAIL"),
        ("+15551234567", "SMS"),
    ]
    assert pools.log_in(password=sent[0].code)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    create(pools, "bob", {"email": "bob@example.com"})
    assert pools.message_count() == 2


def test_a_user_made_by_an_operator_may_lack_required_attributes_and_start_verified(make: Any) -> None:
    pools = make(pool={"schema": (SchemaAttribute("name", required=True), SchemaAttribute("custom:t", mutable=False))})
    create(pools, attributes={"email": "a@example.com", "email_verified": "true", "custom__t": "acme"})
    assert (pools.user()["email_verified"], pools.user()["custom:t"]) == ("true", "acme")


def test_creating_a_user_again_or_badly_is_refused(pools: Any) -> None:
    create(pools)
    assert refused(pools, "AdminCreateUser", Username="alice") == (
        "UsernameExistsException",
        "User account already exists",
    )
    assert refused(pools, "AdminCreateUser", Username="bob", TemporaryPassword="nodigits") == (
        "InvalidPasswordException",
        "Password did not conform with password policy: Password must have uppercase characters",
    )
    for name in ("sub", "identities"):
        attributes = [{"Name": name, "Value": "x"}]
        assert refused(pools, "AdminCreateUser", Username="bob", UserAttributes=attributes) == (
            "InvalidParameterException",
            f"user.{name}: Attribute cannot be updated.",
        )
    text = "Attributes did not conform to the schema: custom:x: Attribute does not exist in the schema.\n"
    attributes = [{"Name": "custom:x", "Value": "x"}]
    assert refused(pools, "AdminCreateUser", Username="bob", UserAttributes=attributes) == (
        "InvalidParameterException",
        text,
    )


def test_an_invitation_is_repeated_with_a_new_password_and_term_only_while_it_is_open(pools: Any) -> None:
    contact = {"email": "alice@example.com"}
    create(pools, attributes=contact, DesiredDeliveryMediums=["EMAIL"])
    first = pools.code()
    pools.cloud.advance(8 * 86400)
    pools.admin("AdminCreateUser", Username="alice", MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])
    assert pools.code() != first
    assert pools.log_in(password=pools.code())["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    pools.admin("AdminSetUserPassword", Username="alice", Password=pools.password, Permanent=True)
    assert refused(pools, "AdminCreateUser", Username="alice", MessageAction="RESEND") == (
        "UnsupportedUserStateException",
        "Resend not possible. alice status is not FORCE_CHANGE_PASSWORD",
    )


def test_an_address_vouched_for_must_be_free_or_is_taken_over(make: Any) -> None:
    from cogsim.errors import AwsError

    pools = make(pool={"alias_attributes": ("email",)})
    verified = {"email": "a@example.com", "email_verified": "true"}
    create(pools, attributes=verified, MessageAction="SUPPRESS")
    params = {"Username": "bob", "UserPoolId": pools.pool_id, "UserAttributes": pools.as_list(verified)}
    # The operation's documentation names this error; its published list of errors does not.
    with pytest.raises(AwsError, match="AliasExistsException: An account with the email already exists"):
        pools.cloud.call("cognito-idp:AdminCreateUser", params, pools.operator)
    pools.call("AdminCreateUser", **params, ForceAliasCreation=True, MessageAction="SUPPRESS")
    assert pools.user("a@example.com")["Username"] == "bob"
    assert pools.user("alice")["email_verified"] == "false"


def test_a_generated_temporary_password_keeps_the_policy(make: Any) -> None:
    from cogsim.world.user_pool import PasswordPolicy

    pools = make(pool={"password_policy": PasswordPolicy(minimum_length=40)})
    create(pools, attributes={"email": "a@example.com"}, DesiredDeliveryMediums=["EMAIL"])
    assert len(pools.code()) == 40
    pools.admin("AdminSetUserPassword", Username="alice", Password=pools.code())


def test_a_permanent_password_confirms_and_a_temporary_one_asks_for_a_change(pools: Any) -> None:
    create(pools, MessageAction="SUPPRESS")
    pools.admin("AdminSetUserPassword", Username="alice", Password=pools.password, Permanent=True)
    token = pools.access_token()
    pools.admin("AdminSetUserPassword", Username="alice", Password="Another-horse-8")
    assert pools.user()["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    pools.call("GetUser", AccessToken=token)  # tokens that are out stay good
    assert refused(pools, "AdminSetUserPassword", Username="alice", Password="short-") == (
        "InvalidPasswordException",
        "Password did not conform with policy: Password not long enough",
    )


def test_users_are_found_by_name_alias_or_sub(make: Any) -> None:
    pools = make(pool={"alias_attributes": ("email",)})
    create(pools, attributes={"email": "a@example.com", "email_verified": "true"})
    sub = pools.user("alice")["sub"]
    assert pools.user(sub)["Username"] == pools.user("a@example.com")["Username"] == "alice"


def test_groups_are_made_joined_and_left(pools: Any) -> None:
    group = pools.admin("CreateGroup", GroupName="admins", RoleArn=ROLE, Precedence=1, Description="d")["Group"]
    assert (group["GroupName"], group["RoleArn"], group["Precedence"]) == ("admins", ROLE, 1)
    assert refused(pools, "CreateGroup", GroupName="admins") == (
        "GroupExistsException",
        "A group with the name already exists.",
    )
    pools.confirmed()
    for _ in range(2):
        pools.admin("AdminAddUserToGroup", Username="alice", GroupName="admins")
    result = pools.tokens()
    assert pools.claims(result["AccessToken"])["cognito:groups"] == ["admins"]
    assert pools.claims(result["IdToken"])["cognito:preferred_role"] == ROLE
    pools.admin("AdminRemoveUserFromGroup", Username="alice", GroupName="admins")
    assert "cognito:groups" not in pools.claims(pools.access_token())
    for operation in ("AdminAddUserToGroup", "AdminRemoveUserFromGroup"):
        missing = ("ResourceNotFoundException", "Group not found.")
        assert refused(pools, operation, Username="alice", GroupName="nobody") == missing


def test_giving_a_group_a_role_needs_pass_role_unless_assumed_otherwise(pools: Any) -> None:
    from cogsim.policy.document import PolicyKind
    from cogsim.policy.parse import parse

    statement = {"Effect": "Allow", "Action": "cognito-idp:*", "Resource": "*"}
    policy = parse({"Version": "2012-10-17", "Statement": statement}, PolicyKind.IDENTITY)
    user = pools.cloud.world.users["arn:aws:iam::123456789012:user/operator"]
    pools.cloud.world = pools.cloud.world.with_user(replace(user, inline=Map({"cognito": policy})))
    params = {"GroupName": "admins", "RoleArn": ROLE}
    code, text = refused(pools, "CreateGroup", **params)
    assert code == "AccessDeniedException"
    assert f"iam:PassRole on resource: {ROLE}" in text
    with assuming({"cognito.groupRolePassRole": "not-required"}):
        pools.admin("CreateGroup", **params)
    pools.admin("CreateGroup", GroupName="plain")


def test_an_operator_changes_any_mutable_attribute_and_vouches_for_addresses(make: Any) -> None:
    schema = (SchemaAttribute("custom:tenant", mutable=False), SchemaAttribute("custom:plan"))
    pools = make(pool={"schema": schema}, client={"write_attributes": ("email",)})
    pools.confirmed(email="a@example.com")

    def update(**attributes: str) -> Any:
        return pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=pools.as_list(attributes))

    update(custom__plan="gold", email="b@example.com", email_verified="true")
    user = pools.user()
    assert (user["custom:plan"], user["email"], user["email_verified"]) == ("gold", "b@example.com", "true")
    before = pools.message_count()
    update(email="c@example.com")
    assert (pools.user()["email_verified"], pools.message_count()) == ("false", before + 1)
    with assuming({"cognito.adminUpdateSendsCode": "no"}):
        update(email="d@example.com")
    assert pools.message_count() == before + 1
    update(custom__plan="")
    assert "custom:plan" not in pools.user()
    attributes = [{"Name": "custom:tenant", "Value": "x"}]
    assert refused(pools, "AdminUpdateUserAttributes", Username="alice", UserAttributes=attributes) == (
        "InvalidParameterException",
        "user.custom:tenant: Attribute cannot be updated.",
    )


# People's own accounts


def update(pools: Any, token: str, **attributes: str) -> Any:
    return pools.call("UpdateUserAttributes", AccessToken=token, UserAttributes=pools.as_list(attributes))


def refused_update(pools: Any, token: str, **attributes: str) -> Any:
    return pools.refusal("UpdateUserAttributes", AccessToken=token, UserAttributes=pools.as_list(attributes))


def test_people_see_what_their_client_may_read(make: Any) -> None:
    pools = make(client={"read_attributes": ("email",)})
    pools.confirmed(email="a@example.com", name="Alice")
    answer = pools.call("GetUser", AccessToken=pools.access_token())
    assert as_attributes(answer["UserAttributes"]) == {"sub": pools.user()["sub"], "email": "a@example.com"}
    assert answer["Username"] == "alice"


def test_people_write_what_their_client_may_write(make: Any) -> None:
    schema = (SchemaAttribute("custom:tenant"), SchemaAttribute("custom:once", mutable=False))
    closed = make(pool={"schema": schema}, client={"write_attributes": ("name",)})
    closed.confirmed()
    token = closed.access_token()
    unauthorized = ("NotAuthorizedException", "A client attempted to write unauthorized attribute")
    assert refused_update(closed, token, custom__tenant="globex") == unauthorized
    update(closed, token, name="Alice")
    opened = make(pool={"schema": schema})
    opened.confirmed(custom__once="1")
    token = opened.access_token()
    update(opened, token, custom__tenant="globex")
    assert opened.user()["custom:tenant"] == "globex"
    assert opened.claims(opened.tokens()["IdToken"])["custom:tenant"] == "globex"
    assert refused_update(opened, token, custom__once="2") == (
        "InvalidParameterException",
        "user.custom:once: Attribute cannot be updated.",
    )
    assert refused_update(opened, token, email_verified="true") == unauthorized


def test_a_required_attribute_stays(make: Any) -> None:
    pools = make(pool={"schema": (SchemaAttribute("name", required=True),)})
    pools.confirmed(name="Alice")
    text = "Attributes did not conform to the schema: name: The attribute is required\n"
    assert refused_update(pools, pools.access_token(), name="") == ("InvalidParameterException", text)


def test_a_new_address_is_unverified_until_its_code_comes_back(pools: Any) -> None:
    pools.confirmed(email="a@example.com")
    token = pools.access_token()
    details = update(pools, token, email="b@example.com")["CodeDeliveryDetailsList"]
    assert details == [{"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}]
    assert (pools.user()["email"], pools.user()["email_verified"]) == ("b@example.com", "false")
    verify = {"AccessToken": token, "AttributeName": "email"}
    wrong = "111111" if pools.code() != "111111" else "222222"
    assert pools.refusal("VerifyUserAttribute", **verify, Code=wrong) == MISMATCH
    pools.call("VerifyUserAttribute", **verify, Code=pools.code())
    assert pools.user()["email_verified"] == "true"
    expired = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
    assert pools.refusal("VerifyUserAttribute", **verify, Code=pools.code()) == expired


def test_where_the_pool_verifies_first_the_old_address_stays_until_then(make: Any) -> None:
    pools = make(pool={"verify_before_update": ("email",), "alias_attributes": ("email",)})
    pools.confirmed(email="a@example.com")
    pools.admin(
        "AdminUpdateUserAttributes", Username="alice", UserAttributes=[{"Name": "email_verified", "Value": "true"}]
    )
    token = pools.access_token()
    update(pools, token, email="b@example.com")
    assert (pools.user()["email"], pools.user()["email_verified"]) == ("a@example.com", "true")
    answer = pools.call("GetUserAttributeVerificationCode", AccessToken=token, AttributeName="email")
    assert answer["CodeDeliveryDetails"]["Destination"] == "b***@e***"
    pools.call("VerifyUserAttribute", AccessToken=token, AttributeName="email", Code=pools.code())
    assert pools.user("b@example.com")["email"] == "b@example.com"


def test_an_address_that_another_signs_in_by_cannot_be_verified(make: Any) -> None:
    taken = ("AliasExistsException", "An account with the email already exists.")
    aliases = make(pool={"alias_attributes": ("email", "preferred_username")})
    create(aliases, "bob", {"email": "b@example.com", "email_verified": "true", "preferred_username": "bobby"})
    aliases.confirmed()
    token = aliases.access_token()
    update(aliases, token, email="b@example.com")
    verify = {"AccessToken": token, "AttributeName": "email", "Code": aliases.code()}
    assert aliases.refusal("VerifyUserAttribute", **verify) == taken
    text = "An account with the preferred_username already exists."
    assert refused_update(aliases, token, preferred_username="bobby") == ("AliasExistsException", text)
    names = make(pool={"username_attributes": ("email",)})
    names.confirmed("a@example.com")
    names.confirmed("b@example.com")
    assert refused_update(names, names.access_token("a@example.com"), email="b@example.com") == taken


def test_a_code_for_an_address_needs_one_and_is_bounded_by_the_hour(pools: Any) -> None:
    pools.confirmed(email="a@example.com")
    token = pools.access_token()
    params = {"AccessToken": token, "AttributeName": "phone_number"}
    text = "User does not have a phone_number to verify."
    assert pools.refusal("GetUserAttributeVerificationCode", **params) == ("InvalidParameterException", text)
    params["AttributeName"] = "email"
    for _ in range(4):
        pools.call("GetUserAttributeVerificationCode", **params)
    limit = ("LimitExceededException", "Attempt limit exceeded, please try after some time.")
    assert pools.refusal("GetUserAttributeVerificationCode", **params) == limit


# Access tokens, sign-out, revocation


def test_only_a_current_access_token_of_the_pool_is_taken(pools: Any) -> None:
    pools.confirmed()
    result = pools.tokens()
    claims = pools.claims(result["AccessToken"])
    pool = pools.cloud.world.user_pools[pools.pool_id]
    access, identity = pool_key(pool, "access"), pool_key(pool, "id")
    foreign = {**claims, "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"}
    for token in (
        "garbage",
        result["IdToken"],
        sign(claims, identity),
        sign({**claims, "token_use": "id"}, access),
        sign(foreign, access),
        sign({**claims, "iss": f"https://attacker.example/{pools.pool_id}"}, access),
        sign(claims, pool_key(replace(pool, id="us-east-1_Other"), "access")),
    ):
        assert pools.refusal("GetUser", AccessToken=token) == INVALID
    scope = ("NotAuthorizedException", "Access Token does not have required scopes")
    for value in ("openid profile", "aws.cognito.signin.user.administrator", ""):
        assert pools.refusal("GetUser", AccessToken=sign({**claims, "scope": value}, access)) == scope
    unknown = "User pool client gone does not exist."
    token = sign({**claims, "client_id": "gone"}, access)
    assert pools.refusal("GetUser", AccessToken=token) == ("ResourceNotFoundException", unknown)
    pools.cloud.advance(3600)
    expired = ("NotAuthorizedException", "Access Token has expired")
    assert pools.refusal("GetUser", AccessToken=result["AccessToken"]) == expired


def test_a_token_of_a_deleted_user_is_nobodys_even_when_the_name_is_given_anew(pools: Any) -> None:
    pools.confirmed()
    token = pools.access_token()
    pools.admin("AdminDeleteUser", Username="alice")
    gone = ("UserNotFoundException", "User does not exist.")
    assert pools.refusal("GetUser", AccessToken=token) == gone
    pools.confirmed()
    assert pools.refusal("GetUser", AccessToken=token) == gone


def test_signing_out_ends_every_sign_in_and_a_new_one_works_at_once(pools: Any) -> None:
    pools.confirmed()
    first, second = pools.tokens(), pools.tokens()
    pools.call("GlobalSignOut", AccessToken=first["AccessToken"])
    for result in (first, second):
        assert pools.refusal("GetUser", AccessToken=result["AccessToken"]) == REVOKED
        origin = pools.claims(result["IdToken"])["origin_jti"]
        assert token_families.ended_by(pools.cloud.state)({"origin_jti": origin}) == "GlobalSignOut"
    third = pools.tokens()
    pools.call("GetUser", AccessToken=third["AccessToken"])
    assert not token_families.revoked(pools.cloud.state)(pools.claims(third["IdToken"]))


@pytest.mark.parametrize("operation", ["AdminUserGlobalSignOut", "AdminDisableUser"])
def test_an_operator_ends_sign_ins_and_enabling_does_not_revive_them(pools: Any, operation: str) -> None:
    pools.confirmed()
    token = pools.access_token()
    pools.admin(operation, Username="alice")
    assert pools.refusal("GetUser", AccessToken=token) == REVOKED
    pools.admin("AdminEnableUser", Username="alice")
    assert pools.refusal("GetUser", AccessToken=token) == REVOKED


def test_signing_out_ends_sign_ins_whose_tokens_name_no_origin(make: Any) -> None:
    pools = make(client={"enable_token_revocation": False})
    pools.confirmed()
    token = pools.access_token()
    assert "origin_jti" not in pools.claims(token)
    pools.call("GlobalSignOut", AccessToken=token)
    assert pools.refusal("GetUser", AccessToken=token) == REVOKED


def test_a_disabled_user_with_a_sign_in_that_stands_is_refused_by_name(pools: Any) -> None:
    pools.confirmed()
    token = pools.access_token()
    user = pools.cloud.world.pool_users[pools.pool_id, "alice"]
    pools.cloud.world = pools.cloud.world.with_pool_user(replace(user, enabled=False))
    assert pools.refusal("GetUser", AccessToken=token) == ("NotAuthorizedException", "User is disabled.")


def test_revoking_a_refresh_token_ends_its_sign_in_and_no_other(pools: Any) -> None:
    pools.confirmed()
    first, second = pools.tokens(), pools.tokens()
    revoke = {"ClientId": pools.client_id, "Token": first["RefreshToken"]}
    for _ in range(2):
        pools.call("RevokeToken", **revoke)
    assert pools.refusal("GetUser", AccessToken=first["AccessToken"]) == REVOKED
    pools.call("GetUser", AccessToken=second["AccessToken"])
    pools.call("RevokeToken", ClientId=pools.client_id, Token="unknown")


def test_revoking_needs_the_clients_own_secret_setting_and_token(make: Any) -> None:
    pools = make()
    pools.confirmed()
    result = pools.tokens()
    unsupported = pools.refusal("RevokeToken", ClientId=pools.client_id, Token=result["AccessToken"])
    assert unsupported == ("UnsupportedTokenTypeException", "Only refresh tokens can be revoked")
    other = replace(pools.cloud.world.clients[pools.client_id], id="other", secret="t" * 51)
    pools.cloud.world = pools.cloud.world.with_client(other)
    params = {"ClientId": "other", "Token": result["RefreshToken"]}
    for secret in ({}, {"ClientSecret": "u" * 51}):
        assert pools.refusal("RevokeToken", **params, **secret) == ("UnauthorizedException", "Invalid client secret")
    pools.call("RevokeToken", **params, ClientSecret="t" * 51)
    pools.call("GetUser", AccessToken=result["AccessToken"])  # another client's token is left alone
    gone = pools.refusal("RevokeToken", ClientId="gone", Token="t")
    assert gone == ("UnauthorizedException", "User pool client gone does not exist.")
    closed = make(client={"enable_token_revocation": False})
    text = "Token revocation is not enabled for this client"
    assert closed.refusal("RevokeToken", ClientId=closed.client_id, Token="t") == (
        "UnsupportedOperationException",
        text,
    )


def test_message_triggers_are_not_passed_over_when_an_invitation_or_code_goes_out(make: Any) -> None:
    pools = make(pool={"triggers": Map({"CustomMessage": "arn"})})
    with pytest.raises(NotModelled, match="CustomMessage"):
        create(pools, attributes={"email": "a@example.com"}, DesiredDeliveryMediums=["EMAIL"])
    create(pools, MessageAction="SUPPRESS")
    pools.admin("AdminSetUserPassword", Username="alice", Password=pools.password, Permanent=True)
    with pytest.raises(NotModelled, match="CustomMessage"):
        update(pools, pools.access_token(), email="a@example.com")


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("GetUser", {}, "UserNotFoundException"),
        ("GlobalSignOut", {}, "NotAuthorizedException"),
        ("AssociateSoftwareToken", {}, "NotAuthorizedException"),
        ("StartWebAuthnRegistration", {}, "NotAuthorizedException"),
        ("CompleteWebAuthnRegistration", {"Credential": {}}, "NotAuthorizedException"),
        ("ListWebAuthnCredentials", {}, "NotAuthorizedException"),
        ("DeleteWebAuthnCredential", {"CredentialId": "x"}, "NotAuthorizedException"),
    ],
)
def test_a_token_of_who_is_gone_is_refused_by_an_error_of_the_operation(
    pools: Any, operation: str, params: dict[str, Any], code: str
) -> None:
    pools.confirmed()
    token = pools.access_token()
    pools.admin("AdminDeleteUser", Username="alice")
    assert pools.refusal(operation, AccessToken=token, **params) == (code, "User does not exist.")


def test_a_token_of_a_client_that_is_gone_is_refused_by_an_error_of_the_operation(pools: Any) -> None:
    pools.confirmed()
    token = pools.access_token()
    pools.admin("DeleteUserPoolClient", ClientId=pools.client_id)
    text = f"User pool client {pools.client_id} does not exist."
    assert pools.refusal("GetUser", AccessToken=token) == ("ResourceNotFoundException", text)
    assert pools.refusal("ListWebAuthnCredentials", AccessToken=token) == ("NotAuthorizedException", text)


def test_flags_may_be_written_in_capitals_and_are_kept_in_small_letters(pools: Any) -> None:
    given = pools.as_list({"email": "a@x.example", "email_verified": "True"})
    pools.admin("AdminCreateUser", Username="alice", UserAttributes=given, MessageAction="SUPPRESS")
    assert pools.user()["email_verified"] == "true"
    params = {"UserPoolId": pools.pool_id, "Username": "alice"}
    pools.call("AdminUpdateUserAttributes", **params, UserAttributes=pools.as_list({"email_verified": "FALSE"}))
    assert pools.user()["email_verified"] == "false"
    for value in ("yes", "1"):
        odd = pools.as_list({"email_verified": value})
        assert (
            pools.refusal("AdminUpdateUserAttributes", **params, UserAttributes=odd)[0] == "InvalidParameterException"
        )
    with assuming({"cognito.flagCapitals": "refused"}):
        strict = pools.as_list({"email_verified": "True"})
        code, _ = pools.refusal("AdminUpdateUserAttributes", **params, UserAttributes=strict)
    assert code == "InvalidParameterException"
