"""Signing in: flows, wrong passwords and the lock, the state of the account, SRP, the new password, refresh."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.decisions.app_client import secret_hash
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.tokens import srp
from cogsim.tokens.jwt import verify
from cogsim.world.pool_members import UserPoolGroup
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import SchemaAttribute

INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")
EXCEEDED = ("NotAuthorizedException", "Password attempts exceeded")
DISABLED = ("NotAuthorizedException", "User is disabled.")
INVALID_REFRESH = ("NotAuthorizedException", "Invalid Refresh Token.")
NEW_PASSWORD = "Another-horse-8"


def refused_login(pools: Any, name: str = "alice", password: str = "wrong") -> Any:
    return pools.refusal("InitiateAuth", **pools.login(name, password))


def set_user(pools: Any, **changes: Any) -> None:
    """Change what is stored of alice: for states that no operation here leads to."""
    user = pools.cloud.world.pool_users[pools.pool_id, "alice"]
    pools.cloud.world = pools.cloud.world.with_pool_user(replace(user, **changes))


def test_a_password_gives_three_tokens_with_the_pools_own_signatures(pools: Any) -> None:
    pools.confirmed(email="alice@example.com")
    answer = pools.log_in()
    assert answer["ChallengeParameters"] == {}
    result = answer["AuthenticationResult"]
    assert (result["ExpiresIn"], result["TokenType"]) == (3600, "Bearer")
    assert result["RefreshToken"].startswith("eyJjdHki")
    assert result["RefreshToken"].count(".") == 4
    for member, use in (("IdToken", "id"), ("AccessToken", "access")):
        key = pool_key(pools.cloud.world.user_pools[pools.pool_id], use)  # type: ignore[arg-type]
        assert verify(result[member], {key.kid: key}).value == pools.claims(result[member])
    pool = pools.cloud.world.user_pools[pools.pool_id]
    assert pool_key(pool, "id").kid != pool_key(pool, "access").kid
    access, identity = pools.claims(result["AccessToken"]), pools.claims(result["IdToken"])
    assert access["scope"] == "aws.cognito.signin.user.admin"
    assert access["origin_jti"] == identity["origin_jti"]
    assert access["event_id"] == identity["event_id"]
    assert access["jti"] != identity["jti"]


def test_tokens_are_the_same_bytes_in_every_run(make: Any) -> None:
    results = []
    for _ in range(2):
        pools = make()
        pools.confirmed()
        results.append((pools.tokens(), pools.tokens()))
    assert results[0] == results[1]
    assert results[0][0] != results[0][1]


def test_a_wrong_password_and_a_name_nobody_has(make: Any) -> None:
    pools, masked = make(), make(client={"prevent_user_existence_errors": "ENABLED"})
    pools.confirmed()
    assert refused_login(pools) == INCORRECT
    assert refused_login(pools, "bob") == ("UserNotFoundException", "User does not exist.")
    assert refused_login(masked, "bob") == INCORRECT


def test_the_fifth_failure_locks_and_each_further_one_doubles(pools: Any) -> None:
    pools.confirmed()
    for _ in range(5):
        assert refused_login(pools) == INCORRECT
    for span in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        assert refused_login(pools, password=pools.password) == EXCEEDED
        pools.cloud.advance(span - 0.5)
        assert refused_login(pools, password=pools.password) == EXCEEDED
        pools.cloud.advance(0.5)
        assert refused_login(pools) == INCORRECT


def test_a_sign_in_after_the_lock_or_a_quarter_of_an_hour_forgets_failures(pools: Any) -> None:
    pools.confirmed()
    for _ in range(5):
        refused_login(pools)
    pools.cloud.advance(1)
    pools.log_in()
    for _ in range(4):
        refused_login(pools)
    pools.cloud.advance(900)
    refused_login(pools)
    pools.log_in()


def test_an_unconfirmed_user_learns_it_with_the_right_password_only(pools: Any) -> None:
    pools.sign_up()
    assert refused_login(pools) == INCORRECT
    assert refused_login(pools, password=pools.password) == ("UserNotConfirmedException", "User is not confirmed.")


def test_a_disabled_user_is_told_so_unless_assumed_masked(make: Any) -> None:
    pools = make(client={"prevent_user_existence_errors": "ENABLED"})
    pools.confirmed()
    pools.admin("AdminDisableUser", Username="alice")
    assert refused_login(pools, password=pools.password) == DISABLED
    with assuming({"cognito.disabledUnderMasking": "masked"}):
        assert refused_login(pools, password=pools.password) == INCORRECT
    pools.admin("AdminEnableUser", Username="alice")
    pools.log_in()


def test_a_reset_that_is_due_comes_before_the_password(make: Any) -> None:
    due = ("PasswordResetRequiredException", "Password reset required for the user")
    pools = make(client={"prevent_user_existence_errors": "ENABLED"})
    pools.confirmed()
    set_user(pools, status=UserStatus.RESET_REQUIRED)
    assert refused_login(pools) == due
    with assuming({"cognito.resetRequiredCheck": "after-password"}):
        assert refused_login(pools) == INCORRECT
        assert refused_login(pools, password=pools.password) == due
    set_user(pools, password=None)
    assert refused_login(pools) == INCORRECT


def test_a_federated_user_has_no_password_here(pools: Any) -> None:
    pools.confirmed()
    set_user(pools, status=UserStatus.EXTERNAL_PROVIDER, password=None)
    assert refused_login(pools, password=pools.password) == INCORRECT


@pytest.mark.parametrize(
    ("operation", "flow", "flows", "message"),
    [
        (
            "InitiateAuth",
            "USER_PASSWORD_AUTH",
            ("ALLOW_USER_SRP_AUTH",),
            "USER_PASSWORD_AUTH flow not enabled for this client",
        ),
        ("InitiateAuth", "USER_SRP_AUTH", ("ALLOW_CUSTOM_AUTH",), "USER_SRP_AUTH is not enabled for the client."),
        ("InitiateAuth", "USER_SRP_AUTH", ("CUSTOM_AUTH_FLOW_ONLY",), "USER_SRP_AUTH is not enabled for the client."),
        ("InitiateAuth", "REFRESH_TOKEN_AUTH", ("ALLOW_USER_SRP_AUTH",), "Auth flow not enabled for this client"),
        ("InitiateAuth", "ADMIN_USER_PASSWORD_AUTH", (), "Initiate Auth method not supported."),
        ("InitiateAuth", "ADMIN_NO_SRP_AUTH", (), "Initiate Auth method not supported."),
        (
            "AdminInitiateAuth",
            "ADMIN_USER_PASSWORD_AUTH",
            ("ALLOW_USER_PASSWORD_AUTH",),
            "Auth flow not enabled for this client",
        ),
    ],
)
def test_a_flow_the_client_does_not_allow_is_refused(
    make: Any, operation: str, flow: str, flows: tuple[str, ...], message: str
) -> None:
    pools = make(client={"explicit_auth_flows": flows})
    parameters = {"USERNAME": "alice", "PASSWORD": "x", "SRP_A": "2", "REFRESH_TOKEN": "t"}
    needed = {
        "USER_SRP_AUTH": ("USERNAME", "SRP_A"),
        "REFRESH_TOKEN_AUTH": ("REFRESH_TOKEN",),
    }.get(flow, ("USERNAME", "PASSWORD"))
    params = {
        "ClientId": pools.client_id,
        "AuthFlow": flow,
        "AuthParameters": {key: parameters[key] for key in needed},
    }
    if operation.startswith("Admin"):
        params["UserPoolId"] = pools.pool_id
    assert pools.refusal(operation, **params) == ("InvalidParameterException", message)


def test_older_flow_names_keep_srp_and_refresh_by_assumption(make: Any) -> None:
    pools = make(client={"explicit_auth_flows": ("ADMIN_NO_SRP_AUTH",)})
    pools.confirmed()
    start_srp(pools)
    params = {"USERNAME": "alice", "SRP_A": "2"}
    start = {"ClientId": pools.client_id, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": params}
    with assuming({"cognito.legacyFlowsKeepSrp": "no"}):
        assert pools.refusal("InitiateAuth", **start) == (
            "InvalidParameterException",
            "USER_SRP_AUTH is not enabled for the client.",
        )


@pytest.mark.parametrize("flow", ["ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"])
def test_a_server_signs_users_in_with_its_own_credentials(pools: Any, flow: str) -> None:
    pools.confirmed()
    params = {**pools.login(), "AuthFlow": flow, "UserPoolId": pools.pool_id}
    assert "AuthenticationResult" in pools.call("AdminInitiateAuth", **params)
    code, text = pools.refusal("AdminInitiateAuth", pools.stranger, **params)
    assert code == "AccessDeniedException"
    assert "is not authorized to perform: cognito-idp:AdminInitiateAuth on resource" in text


def test_where_a_second_factor_is_optional_it_asks_nobody_who_has_none(make: Any) -> None:
    pools = make()
    pools.confirmed()
    pool = replace(pools.cloud.world.user_pools[pools.pool_id], mfa="OPTIONAL")
    pools.cloud.world = pools.cloud.world.with_user_pool(pool)
    assert "AuthenticationResult" in pools.call("InitiateAuth", **pools.login())


@pytest.mark.parametrize("missing", ["USERNAME", "PASSWORD"])
def test_a_missing_parameter_is_named(pools: Any, missing: str) -> None:
    params = pools.login()
    del params["AuthParameters"][missing]
    message = f"Missing required parameter {missing}"
    assert pools.refusal("InitiateAuth", **params) == ("InvalidParameterException", message)


@pytest.mark.parametrize(
    ("pool", "match"),
    [
        ({"triggers": Map({"PreAuthentication": "arn"})}, "PreAuthentication trigger"),
        ({"triggers": Map({"PostAuthentication": "arn"})}, "PostAuthentication trigger"),
        ({"triggers": Map({"PreTokenGeneration": "arn"})}, "PreTokenGeneration trigger"),
        ({"triggers": Map({"PreTokenGenerationConfig": "arn"})}, "PreTokenGenerationConfig trigger"),
    ],
)
def test_what_a_sign_in_would_need_and_is_not_modelled_is_named(make: Any, pool: dict[str, Any], match: str) -> None:
    pools = make()
    pools.confirmed()
    changed = replace(pools.cloud.world.user_pools[pools.pool_id], **pool)
    pools.cloud.world = pools.cloud.world.with_user_pool(changed)
    with pytest.raises(NotModelled, match=match):
        pools.log_in()


def test_flows_and_parameters_that_are_not_modelled_are_named(make: Any) -> None:
    pools = make(pool={"triggers": Map({"UserMigration": "arn"})})
    strict = {"cognito.unreadSignInKeys": "not-modelled"}
    with assuming(strict), pytest.raises(NotModelled, match=r"AuthParameters\.COLOUR"):
        pools.call("InitiateAuth", **pools.login(COLOUR="red"))
    with pytest.raises(NotModelled, match="UserMigration"):
        pools.log_in("nobody")
    with pytest.raises(NotModelled, match="Session"):
        pools.call("InitiateAuth", **pools.login(), Session="s" * 20)


# SRP


def start_srp(pools: Any, name: str = "alice", a: int = 7**90, **more: str) -> Any:
    params = {"USERNAME": name, "SRP_A": srp.Client(pools.pool_id[10:], a).public, **more}
    start = {"ClientId": pools.client_id, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": params}
    outcome = pools.cloud.submit(Call("cognito-idp:InitiateAuth", start))
    assert outcome.error is None, outcome.error
    return outcome.response


def srp_answer(pools: Any, challenge: Any, password: str = "Correct-horse-9", a: int = 7**90) -> dict[str, Any]:
    given, stamp = challenge["ChallengeParameters"], srp.timestamp(pools.cloud.clock.now)
    block, user_id = given["SECRET_BLOCK"], given["USER_ID_FOR_SRP"]
    client = srp.Client(pools.pool_id.partition("_")[2], a)
    proof = client.claim_signature(user_id, password, given["SALT"], given["SRP_B"], base64.b64decode(block), stamp)
    responses = {
        "USERNAME": user_id,
        "PASSWORD_CLAIM_SIGNATURE": proof,
        "PASSWORD_CLAIM_SECRET_BLOCK": block,
        "TIMESTAMP": stamp,
    }
    return {"ClientId": pools.client_id, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses}


def test_srp_signs_in_without_sending_the_password(pools: Any) -> None:
    pools.confirmed()
    challenge = start_srp(pools)
    assert sorted(challenge["ChallengeParameters"]) == ["SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP"]
    assert challenge["ChallengeParameters"]["USER_ID_FOR_SRP"] == "alice"
    answer = pools.call("RespondToAuthChallenge", **srp_answer(pools, challenge))
    assert pools.claims(answer["AuthenticationResult"]["AccessToken"])["username"] == "alice"


def test_srp_by_an_alias_uses_the_real_username(make: Any) -> None:
    pools = make(pool={"username_attributes": ("email",)})
    pools.confirmed("alice@example.com")
    challenge = start_srp(pools, "alice@example.com")
    assert challenge["ChallengeParameters"]["USER_ID_FOR_SRP"] == pools.user("alice@example.com")["sub"]
    pools.call("RespondToAuthChallenge", **srp_answer(pools, challenge))


def test_a_wrong_password_by_srp_counts_towards_the_lock(pools: Any) -> None:
    pools.confirmed()
    for _ in range(5):
        wrong = srp_answer(pools, start_srp(pools), "wrong")
        assert pools.refusal("RespondToAuthChallenge", **wrong) == INCORRECT
    right = srp_answer(pools, start_srp(pools))
    assert pools.refusal("RespondToAuthChallenge", **right) == EXCEEDED


def test_an_srp_answer_fits_once_soon_and_for_its_own_client(pools: Any) -> None:
    pools.confirmed()
    answer = srp_answer(pools, start_srp(pools))
    pools.call("RespondToAuthChallenge", **answer)
    once = "Invalid session for the user, session can only be used once."
    assert pools.refusal("RespondToAuthChallenge", **answer) == ("NotAuthorizedException", once)
    late = srp_answer(pools, start_srp(pools))
    pools.cloud.advance(11)
    expired = "Invalid session for the user, session is expired."
    assert pools.refusal("RespondToAuthChallenge", **late) == ("NotAuthorizedException", expired)
    stranger = srp_answer(pools, start_srp(pools))
    stranger["ChallengeResponses"]["PASSWORD_CLAIM_SECRET_BLOCK"] = base64.b64encode(b"made up").decode()
    assert pools.refusal("RespondToAuthChallenge", **stranger) == INCORRECT
    pools.confirmed("bob")
    other = srp_answer(pools, start_srp(pools))
    other["ChallengeResponses"]["USERNAME"] = "bob"
    assert pools.refusal("RespondToAuthChallenge", **other) == INCORRECT


def test_an_srp_answer_to_a_password_that_was_changed_meanwhile_fails(pools: Any) -> None:
    pools.confirmed()
    answer = srp_answer(pools, start_srp(pools))
    pools.admin("AdminSetUserPassword", Username="alice", Password=NEW_PASSWORD, Permanent=True)
    assert pools.refusal("RespondToAuthChallenge", **answer) == INCORRECT


def test_srp_for_nobody_is_masked_by_a_challenge_that_nothing_answers(make: Any) -> None:
    pools = make(client={"prevent_user_existence_errors": "ENABLED"})
    first, second = start_srp(pools, "bob"), start_srp(pools, "bob")
    for member in ("SALT", "USER_ID_FOR_SRP"):
        assert first["ChallengeParameters"][member] == second["ChallengeParameters"][member]
    assert first["ChallengeParameters"]["SRP_B"] != second["ChallengeParameters"]["SRP_B"]
    assert pools.refusal("RespondToAuthChallenge", **srp_answer(pools, first)) == INCORRECT
    openly = make()
    params = {"USERNAME": "bob", "SRP_A": "2"}
    start = {"ClientId": pools.client_id, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": params}
    assert openly.refusal("InitiateAuth", **start) == ("UserNotFoundException", "User does not exist.")


def test_a_public_value_that_would_fix_the_secret_is_refused(pools: Any) -> None:
    pools.confirmed()
    start = {"ClientId": pools.client_id, "AuthFlow": "USER_SRP_AUTH"}
    for value in ("0", f"{srp.N:x}", "zz", "-1", "+5", "0x10", "1_0", " 10 "):
        parameters = {"USERNAME": "alice", "SRP_A": value}
        refusal = pools.refusal("InitiateAuth", **start, AuthParameters=parameters)
        assert refusal == ("InvalidParameterException", "Invalid SRP_A")


def test_srp_of_a_user_without_password_fails_like_a_wrong_one(pools: Any) -> None:
    pools.confirmed()
    set_user(pools, status=UserStatus.EXTERNAL_PROVIDER, password=None)
    assert pools.refusal("RespondToAuthChallenge", **srp_answer(pools, start_srp(pools))) == INCORRECT


# The new password


def invited(pools: Any, **attributes: str) -> None:
    pools.admin(
        "AdminCreateUser",
        Username="alice",
        TemporaryPassword=pools.password,
        MessageAction="SUPPRESS",
        UserAttributes=pools.as_list(attributes),
    )


def new_password(pools: Any, session: str | None, password: str = NEW_PASSWORD, **more: str) -> dict[str, Any]:
    responses = {"USERNAME": "alice", "NEW_PASSWORD": password}
    responses |= {f"userAttributes.{name}": value for name, value in more.items()}
    params = {"ClientId": pools.client_id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "ChallengeResponses": responses}
    return params | ({"Session": session} if session else {})


REQUIRES_NAME = {"schema": (SchemaAttribute("name", required=True), SchemaAttribute("email", required=True))}


def test_a_temporary_password_opens_the_choice_of_a_new_one_and_nothing_else(make: Any) -> None:
    pools = make(pool=REQUIRES_NAME)
    invited(pools, email="alice@example.com")
    challenge = pools.log_in()
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert "AuthenticationResult" not in challenge
    parameters = challenge["ChallengeParameters"]
    assert json.loads(parameters["requiredAttributes"]) == ["userAttributes.name"]
    assert json.loads(parameters["userAttributes"]) == {"email": "alice@example.com"}
    answer = pools.call("RespondToAuthChallenge", **new_password(pools, challenge["Session"], name="Alice"))
    assert pools.claims(answer["AuthenticationResult"]["IdToken"])["name"] == "Alice"
    assert pools.user()["UserStatus"] == "CONFIRMED"
    assert refused_login(pools, password=pools.password) == INCORRECT
    pools.log_in(password=NEW_PASSWORD)


def test_the_answer_must_fit_policy_schema_and_permissions_and_may_be_tried_again(make: Any) -> None:
    pools = make(pool=REQUIRES_NAME, client={"write_attributes": ("name", "email")})
    invited(pools, email="alice@example.com")
    session = pools.log_in()["Session"]
    for params, expected in (
        (
            new_password(pools, session, "shorter"),
            ("InvalidPasswordException", "Password did not conform with policy: Password not long enough"),
        ),
        (
            new_password(pools, session),
            ("InvalidParameterException", "Invalid attributes given, name is missing"),
        ),
        (
            new_password(pools, session, name="A", email="b@example.com"),
            ("NotAuthorizedException", "Cannot modify an already provided email"),
        ),
        (
            new_password(pools, session, name="A", nickname="b"),
            ("NotAuthorizedException", "A client attempted to write unauthorized attribute"),
        ),
    ):
        assert pools.refusal("RespondToAuthChallenge", **params) == expected
    pools.call("RespondToAuthChallenge", **new_password(pools, session, name="Alice"))


def test_a_session_is_bound_to_user_client_step_time_and_one_use(pools: Any) -> None:
    invited(pools)
    session = pools.log_in()["Session"]
    invalid = ("NotAuthorizedException", "Invalid session for the user.")
    missing = ("InvalidParameterException", "Missing required parameter Session")
    assert pools.refusal("RespondToAuthChallenge", **new_password(pools, None)) == missing
    assert pools.refusal("RespondToAuthChallenge", **new_password(pools, "x" * 30)) == invalid
    pools.admin("AdminCreateUser", Username="bob", TemporaryPassword=pools.password, MessageAction="SUPPRESS")
    for name in ("bob", "nobody"):
        params = new_password(pools, session)
        params["ChallengeResponses"]["USERNAME"] = name
        assert pools.refusal("RespondToAuthChallenge", **params) == invalid
    twin = pools.cloud.fork()
    pools.call("RespondToAuthChallenge", **new_password(pools, session))
    once = ("NotAuthorizedException", "Invalid session for the user, session can only be used once.")
    assert pools.refusal("RespondToAuthChallenge", **new_password(pools, session)) == once
    pools.cloud = twin
    pools.cloud.advance(180)
    expired = ("NotAuthorizedException", "Invalid session for the user, session is expired.")
    assert pools.refusal("RespondToAuthChallenge", **new_password(pools, session)) == expired


def test_an_open_session_ends_where_the_operator_sets_the_password_or_disables_the_user(pools: Any) -> None:
    invited(pools)
    session = pools.log_in()["Session"]
    pools.admin("AdminDisableUser", Username="alice")
    assert pools.refusal("RespondToAuthChallenge", **new_password(pools, session)) == DISABLED
    pools.admin("AdminEnableUser", Username="alice")
    pools.admin("AdminSetUserPassword", Username="alice", Password=NEW_PASSWORD, Permanent=True)
    invalid = ("NotAuthorizedException", "Invalid session for the user.")
    assert pools.refusal("RespondToAuthChallenge", **new_password(pools, session)) == invalid


def test_a_temporary_password_expires(pools: Any) -> None:
    invited(pools)
    pools.cloud.advance(7 * 86400)
    text = "Temporary password has expired and must be reset by an administrator."
    assert refused_login(pools, password=pools.password) == ("NotAuthorizedException", text)


def test_a_temporary_password_by_srp_leads_to_the_same_challenge(pools: Any) -> None:
    invited(pools)
    answer = pools.call("RespondToAuthChallenge", **srp_answer(pools, start_srp(pools)))
    assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    params = {**new_password(pools, answer["Session"]), "UserPoolId": pools.pool_id}
    assert "AuthenticationResult" in pools.call("AdminRespondToAuthChallenge", **params)


def test_keys_that_no_sign_in_reads_change_nothing_and_stand_in_the_steps(pools: Any) -> None:
    pools.confirmed()
    assert "AuthenticationResult" in pools.call("InitiateAuth", **pools.login(COLOUR="vermilion", SIZE="xl"))
    (step,) = [step for step in pools.steps() if step.assumption == "cognito.unreadSignInKeys"]
    assert step.found == "COLOUR, SIZE"
    assert "vermilion" not in repr(pools.steps())


def test_nobody_is_ever_asked_to_sign_in_by_admin_no_srp_auth(pools: Any) -> None:
    invited(pools)
    session = pools.log_in()["Session"]
    params = {**new_password(pools, session), "ChallengeName": "ADMIN_NO_SRP_AUTH"}
    invalid = ("NotAuthorizedException", "Invalid session for the user.")
    assert pools.refusal("RespondToAuthChallenge", **params) == invalid
    assert pools.refusal("AdminRespondToAuthChallenge", UserPoolId=pools.pool_id, **params) == invalid
    assert "AuthenticationResult" in pools.call("RespondToAuthChallenge", **new_password(pools, session))


def test_challenge_responses_that_are_missing_or_strange_are_named(pools: Any) -> None:
    params = new_password(pools, "x" * 30)
    params["ChallengeResponses"]["COLOUR"] = "red"
    strict = {"cognito.unreadSignInKeys": "not-modelled"}
    with assuming(strict), pytest.raises(NotModelled, match=r"ChallengeResponses\.COLOUR"):
        pools.call("RespondToAuthChallenge", **params)
    del params["ChallengeResponses"]["NEW_PASSWORD"]
    assert pools.refusal("RespondToAuthChallenge", **params) == (
        "InvalidParameterException",
        "Missing required parameter NEW_PASSWORD",
    )


# Refresh


def refresh(pools: Any, token: str, **more: str) -> dict[str, Any]:
    parameters = {"REFRESH_TOKEN": token, **more}
    return {"ClientId": pools.client_id, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters}


def test_a_refresh_reads_the_user_anew_and_keeps_the_sign_in(pools: Any) -> None:
    pools.confirmed(email="alice@example.com")
    first = pools.tokens()
    pools.cloud.world = pools.cloud.world.with_pool_group(UserPoolGroup(pools.pool_id, "admins"))
    pools.admin("AdminAddUserToGroup", Username="alice", GroupName="admins")
    pools.cloud.advance(600)
    result = pools.call("InitiateAuth", **refresh(pools, first["RefreshToken"]))["AuthenticationResult"]
    assert "RefreshToken" not in result
    old, new = pools.claims(first["IdToken"]), pools.claims(result["IdToken"])
    for claim in ("auth_time", "origin_jti", "event_id", "sub"):
        assert old[claim] == new[claim]
    assert (new["iat"], new["exp"]) == (old["iat"] + 600, old["exp"] + 600)
    assert old["jti"] != new["jti"]
    assert "cognito:groups" not in old
    assert new["cognito:groups"] == ["admins"]


def test_a_refresh_token_ends_with_its_time_its_user_or_its_sign_in(pools: Any) -> None:
    pools.confirmed()
    token = pools.tokens()["RefreshToken"]
    base = pools.cloud
    for change, expected in (
        (lambda: pools.cloud.advance(30 * 86400), "Refresh Token has expired"),
        (lambda: pools.admin("AdminUserGlobalSignOut", Username="alice"), "Refresh Token has been revoked"),
        (lambda: pools.admin("AdminDisableUser", Username="alice"), "Refresh Token has been revoked"),
        (lambda: set_user(pools, enabled=False), "User is disabled."),
    ):
        pools.cloud = base.fork()
        change()
        refusal = pools.refusal("InitiateAuth", **refresh(pools, token))
        assert refusal == ("NotAuthorizedException", expected)
    pools.cloud = base.fork()
    pools.admin("AdminDeleteUser", Username="alice")
    pools.confirmed()
    gone = ("UserNotFoundException", "User does not exist.")
    assert pools.refusal("InitiateAuth", **refresh(pools, token)) == gone


def test_a_refresh_token_of_another_client_or_of_nobody_is_invalid(pools: Any) -> None:
    pools.confirmed()
    token = pools.tokens()["RefreshToken"]
    assert pools.refusal("InitiateAuth", **refresh(pools, "made-up")) == INVALID_REFRESH
    client = replace(pools.cloud.world.clients[pools.client_id], id="another", name="another")
    pools.cloud.world = pools.cloud.world.with_client(client)
    params = {**refresh(pools, token), "ClientId": "another"}
    assert pools.refusal("InitiateAuth", **params) == INVALID_REFRESH


def test_a_refresh_wants_the_hash_over_the_real_username(make: Any) -> None:
    secret = "s" * 51
    pools = make(client={"secret": secret}, pool={"username_attributes": ("email",)})
    name = "alice@example.com"
    hashed = secret_hash(secret, name, pools.client_id)
    pools.call("SignUp", ClientId=pools.client_id, Username=name, Password=pools.password, SecretHash=hashed)
    pools.admin("AdminConfirmSignUp", Username=name)
    result = pools.call("InitiateAuth", **pools.login(name, SECRET_HASH=hashed))["AuthenticationResult"]
    token, real = result["RefreshToken"], pools.claims(result["AccessToken"])["username"]
    refusal = pools.refusal("InitiateAuth", **refresh(pools, token, SECRET_HASH=hashed))
    assert refusal == ("NotAuthorizedException", f"Unable to verify secret hash for client {pools.client_id}")
    pools.call("InitiateAuth", **refresh(pools, token, SECRET_HASH=secret_hash(secret, real, pools.client_id)))
