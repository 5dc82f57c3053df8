"""Lambda triggers where their operations fire them: who is called, with what event, and what the answer changes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.aws.mailbox import messages
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.trigger_messages import sender_code
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.world.pool_members import (
    ResourceServer,
    RiskConfiguration,
    TakeoverAction,
    Trigger,
    TriggerRule,
    UserPoolDomain,
)

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
EMAIL = {"email": "alice@example.com"}


class Functions:
    """Functions given in code: each answers with the fields laid over the response, or throws; events are kept."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.events: list[dict[str, Any]] = []

    def __getitem__(self, name: str) -> Callable[[dict[str, Any]], Any]:
        def called(event: dict[str, Any]) -> Any:
            self.events.append(copy.deepcopy(event))
            answer = self.answers[name]
            if isinstance(answer, Exception):
                raise answer
            if callable(answer):
                return answer(event)
            event["response"].update(answer)
            return event

        return called

    @property
    def sources(self) -> list[str]:
        return [event["triggerSource"] for event in self.events]

    def request(self, source: str) -> dict[str, Any]:
        """The request of the last event of that source."""
        return next(event["request"] for event in reversed(self.events) if event["triggerSource"] == source)


@pytest.fixture
def fired(make: Any) -> Any:
    """A pool with functions in code behind its triggers: `fired(PreSignUp={...}, pool={...})` gives both."""

    def build(pool: Mapping[str, Any] | None = None, client: Mapping[str, Any] | None = None, **answers: Any) -> Any:
        names = Map({name: FUNCTION + name for name in answers})
        pools = make(pool={"triggers": names, **(pool or {})}, client=client)
        functions = Functions(**answers)
        pools.cloud.functions = {FUNCTION + name: functions[name] for name in answers}
        return pools, functions

    return build


def declared(pools: Any, name: str, *rules: TriggerRule) -> None:
    """The function of a trigger as rules of the world."""
    pools.cloud.world = pools.cloud.world.with_trigger(Trigger(FUNCTION + name, rules))


# The event


def test_the_event_has_awss_members_in_awss_order(fired: Any) -> None:
    pools, functions = fired(PreSignUp={})
    pools.call(
        "SignUp",
        ClientId=pools.client_id,
        Username="alice",
        Password=pools.password,
        UserAttributes=pools.as_list(EMAIL),
        ValidationData=[{"Name": "captcha", "Value": "7"}],
        ClientMetadata={"page": "start"},
    )
    assert list(functions.events[0]) == [
        *("version", "triggerSource", "region", "userPoolId", "userName", "callerContext", "request", "response")
    ]
    assert functions.events[0] == {
        "version": "1",
        "triggerSource": "PreSignUp_SignUp",
        "region": "us-east-1",
        "userPoolId": pools.pool_id,
        "userName": "alice",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": pools.client_id},
        "request": {
            "userAttributes": {"email": "alice@example.com"},
            "validationData": {"captcha": "7"},
            "clientMetadata": {"page": "start"},
        },
        "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    }


def test_a_user_who_is_stored_shows_what_the_service_adds(fired: Any) -> None:
    pools, functions = fired(PostConfirmation={}, pool={"alias_attributes": ("email",)})
    sub = pools.sign_up("alice", **EMAIL)["UserSub"]
    pools.call("ConfirmSignUp", ClientId=pools.client_id, Username="alice", ConfirmationCode=pools.code("alice"))
    assert functions.request("PostConfirmation_ConfirmSignUp")["userAttributes"] == {
        "sub": sub,
        "cognito:user_status": "CONFIRMED",
        "cognito:email_alias": "alice@example.com",
        "email": "alice@example.com",
        "email_verified": "true",
    }


def test_an_operators_call_that_names_no_client_says_so(fired: Any) -> None:
    pools, functions = fired(PostConfirmation={})
    pools.sign_up("alice", **EMAIL)
    pools.admin("AdminConfirmSignUp", Username="alice", ClientMetadata={"by": "desk"})
    assert functions.events[0]["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"
    assert functions.events[0]["request"]["clientMetadata"] == {"by": "desk"}


def test_a_function_gets_a_copy_and_only_its_response_counts(fired: Any) -> None:
    def rename(event: dict[str, Any]) -> dict[str, Any]:
        event["userName"] = "mallory"
        event["request"]["userAttributes"]["email"] = "mallory@example.com"
        return event

    pools, _ = fired(PreSignUp=rename)
    pools.sign_up("alice", **EMAIL)
    assert pools.user("alice")["email"] == "alice@example.com"


def test_a_firing_leaves_a_step_and_nothing_on_the_trail(fired: Any) -> None:
    pools, _ = fired(PreSignUp={"autoConfirmUser": True})
    pools.sign_up("alice", **EMAIL)
    step = next(step for step in pools.steps() if step.question == "what does the PreSignUp trigger answer?")
    assert step.answer == "autoConfirmUser true, autoVerifyEmail false, autoVerifyPhone false"
    assert step.found == "PreSignUp_SignUp: a function given in code"
    assert pools.cloud.log[-1].children == ()


# What functions may do wrong


def test_what_a_function_throws_reaches_the_client(fired: Any) -> None:
    pools, _ = fired(PreSignUp=ValueError("not allowed"))
    refusal = pools.refusal("SignUp", ClientId=pools.client_id, Username="alice", Password=pools.password)
    assert refusal == ("UserLambdaValidationException", "PreSignUp failed with error not allowed.")
    assert not pools.cloud.world.pool_users


@pytest.mark.parametrize(
    "answer",
    [
        lambda event: None,
        lambda event: "done",
        lambda event: {},
        lambda event: {**event, "response": None},
        lambda event: {**event, "response": {"autoConfirmUser": "yes"}},
        lambda event: {**event, "response": {"autoConfirmUser": 1}},
        lambda event: {**event, "response": {"autoConfirmUser": True, "more": object()}},
    ],
)
def test_an_answer_that_is_no_event_is_refused(fired: Any, answer: Any) -> None:
    pools, _ = fired(PreSignUp=answer)
    refusal = pools.refusal("SignUp", ClientId=pools.client_id, Username="alice", Password=pools.password)
    assert refusal == ("InvalidLambdaResponseException", "Unrecognizable lambda output")


def test_a_field_that_no_such_trigger_has_is_not_looked_at(fired: Any) -> None:
    pools, _ = fired(PreSignUp={"answerCorrect": "who knows"})
    assert pools.sign_up("alice", **EMAIL)["UserConfirmed"] is False


def test_a_function_nobody_describes_is_named(make: Any) -> None:
    pools = make(pool={"triggers": Map({"PreSignUp": FUNCTION + "Unheard"})})
    with pytest.raises(NotModelled, match="Unheard answers; declare it as a Cogsim::Trigger") as raised:
        pools.sign_up("alice", **EMAIL)
    assert raised.value.what == f"the PreSignUp trigger of user pool {pools.pool_id}"


def test_a_callable_is_found_by_the_functions_name_too(make: Any) -> None:
    pools = make(pool={"triggers": Map({"PreSignUp": FUNCTION + "Guard:live"})})
    functions = Functions(Guard={"autoConfirmUser": True})
    pools.cloud.functions = {"Guard": functions["Guard"]}
    assert pools.sign_up("alice", **EMAIL)["UserConfirmed"] is True


def test_declared_rules_answer_where_there_is_no_callable(make: Any) -> None:
    pools = make(pool={"triggers": Map({"PreSignUp": FUNCTION + "Guard:7"})})
    staff = TriggerRule(Map({"request.userAttributes.email": Map({"suffix": "@example.com"})}), Map())
    declared(pools, "Guard", staff, TriggerRule(error="${userName} is no member"))
    pools.sign_up("alice", **EMAIL)
    params = {"ClientId": pools.client_id, "Username": "bob", "Password": pools.password}
    assert pools.refusal("SignUp", **params)[1] == "PreSignUp failed with error bob is no member."


# Sign-up


def test_pre_sign_up_confirms_and_verifies(fired: Any) -> None:
    pools, functions = fired(PreSignUp={"autoConfirmUser": True, "autoVerifyEmail": True}, PostConfirmation={})
    answer = pools.sign_up("alice", **EMAIL)
    assert (answer["UserConfirmed"], "CodeDeliveryDetails" in answer) == (True, False)
    assert (pools.user()["UserStatus"], pools.user()["email_verified"]) == ("CONFIRMED", "true")
    assert functions.sources == ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]
    assert pools.message_count() == 0


def test_an_address_verified_without_confirming_still_gets_its_code(fired: Any) -> None:
    pools, _ = fired(PreSignUp={"autoVerifyEmail": True})
    answer = pools.sign_up("alice", **EMAIL)
    assert answer["CodeDeliveryDetails"]["AttributeName"] == "email"
    assert (pools.user()["UserStatus"], pools.user()["email_verified"]) == ("UNCONFIRMED", "true")


def test_an_address_that_is_not_given_cannot_be_verified(fired: Any) -> None:
    pools, _ = fired(PreSignUp={"autoConfirmUser": True, "autoVerifyPhone": True})
    params = {"ClientId": pools.client_id, "Username": "alice", "Password": pools.password}
    assert pools.refusal("SignUp", **params)[0] == "InvalidLambdaResponseException"


def test_pre_sign_up_takes_no_alias_from_its_owner(fired: Any) -> None:
    verified = {"autoConfirmUser": True, "autoVerifyEmail": True}
    pools, _ = fired(PreSignUp=verified, pool={"alias_attributes": ("email",)})
    pools.sign_up("alice", **EMAIL)
    params = {"ClientId": pools.client_id, "Username": "bob", "Password": pools.password}
    refusal = pools.refusal("SignUp", **params, UserAttributes=pools.as_list(EMAIL))
    assert refusal == ("UsernameExistsException", "An account with the given email already exists.")


def test_an_operators_user_is_looked_at_and_not_confirmed(fired: Any) -> None:
    pools, functions = fired(PreSignUp={"autoConfirmUser": True, "autoVerifyEmail": True}, PostConfirmation={})
    given = {"Username": "alice", "MessageAction": "SUPPRESS", "UserAttributes": pools.as_list(EMAIL)}
    pools.admin("AdminCreateUser", **given, ClientMetadata={"by": "desk"})
    assert (pools.user()["UserStatus"], pools.user()["email_verified"]) == ("FORCE_CHANGE_PASSWORD", "true")
    assert functions.sources == ["PreSignUp_AdminCreateUser"]
    assert functions.events[0]["request"] == {
        "userAttributes": EMAIL,
        "validationData": None,
        "clientMetadata": {"by": "desk"},
    }


def test_who_was_confirmed_stays_so_when_the_function_after_it_throws(fired: Any) -> None:
    pools, _ = fired(PostConfirmation=ValueError("mail list is down"))
    pools.sign_up("alice", **EMAIL)
    code = {"ClientId": pools.client_id, "Username": "alice", "ConfirmationCode": pools.code("alice")}
    refusal = pools.refusal("ConfirmSignUp", **code)
    assert refusal == ("UserLambdaValidationException", "PostConfirmation failed with error mail list is down.")
    assert pools.user()["UserStatus"] == "CONFIRMED"


def test_a_reset_password_is_told_by_a_source_of_its_own(fired: Any) -> None:
    pools, functions = fired(PostConfirmation={})
    pools.sign_up("alice", **EMAIL)
    pools.call("ConfirmSignUp", ClientId=pools.client_id, Username="alice", ConfirmationCode=pools.code("alice"))
    pools.call("ForgotPassword", ClientId=pools.client_id, Username="alice")
    reset = {"Username": "alice", "ConfirmationCode": pools.code("alice"), "Password": "Another-horse-9"}
    pools.call("ConfirmForgotPassword", ClientId=pools.client_id, **reset, ClientMetadata={"a": "b"})
    assert functions.sources[-1] == "PostConfirmation_ConfirmForgotPassword"
    assert functions.events[-1]["request"]["clientMetadata"] == {"a": "b"}


# Sign-in


def test_the_triggers_of_a_sign_in_fire_in_order(fired: Any) -> None:
    pools, functions = fired(PreAuthentication={}, PostAuthentication={}, PreTokenGeneration={})
    pools.confirmed("alice", **EMAIL)
    pools.call("InitiateAuth", **pools.login(), ClientMetadata={"page": "login"})
    assert functions.sources == [
        *("PreAuthentication_Authentication", "PostAuthentication_Authentication", "TokenGeneration_Authentication")
    ]
    before, after, tokens = (event["request"] for event in functions.events)
    assert (before["validationData"], before["userNotFound"]) == ({"page": "login"}, False)
    assert (after["newDeviceUsed"], "clientMetadata" in after, "clientMetadata" in tokens) == (False, False, False)


def test_what_comes_with_an_answer_reaches_the_later_triggers(fired: Any) -> None:
    pools, functions = fired(PreAuthentication={}, PostAuthentication={}, PreTokenGeneration={})
    given = {"Username": "alice", "MessageAction": "SUPPRESS", "TemporaryPassword": pools.password}
    pools.admin("AdminCreateUser", **given)
    asked = pools.call("InitiateAuth", **pools.login(), ClientMetadata={"first": "1"})
    pools.call(
        "RespondToAuthChallenge",
        ClientId=pools.client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": "alice", "NEW_PASSWORD": "Another-horse-9"},
        ClientMetadata={"second": "2"},
    )
    assert functions.sources[1:] == ["PostAuthentication_Authentication", "TokenGeneration_NewPasswordChallenge"]
    assert [event["request"]["clientMetadata"] for event in functions.events[1:]] == [{"second": "2"}] * 2


def test_pre_authentication_denies_before_the_password_is_looked_at(fired: Any) -> None:
    pools, _ = fired(PreAuthentication=ValueError("closed"))
    pools.confirmed("alice", **EMAIL)
    refusal = pools.refusal("InitiateAuth", **pools.login(password="wrong"))
    assert refusal == ("UserLambdaValidationException", "PreAuthentication failed with error closed.")


def test_a_stranger_is_told_to_the_function_only_where_the_client_hides_that(fired: Any) -> None:
    masked = {"prevent_user_existence_errors": "ENABLED"}
    pools, functions = fired(PreAuthentication={}, client=masked)
    assert pools.refusal("InitiateAuth", **pools.login("nobody"))[1] == "Incorrect username or password."
    assert functions.events[0]["userName"] == "nobody"
    assert functions.events[0]["request"] == {"userAttributes": {}, "validationData": None, "userNotFound": True}
    pools, functions = fired(PreAuthentication={})
    assert pools.refusal("InitiateAuth", **pools.login("nobody"))[0] == "UserNotFoundException"
    assert functions.events == []


def test_no_tokens_come_where_post_authentication_throws(fired: Any) -> None:
    pools, _ = fired(PostAuthentication=ValueError("no"))
    pools.confirmed("alice", **EMAIL)
    assert pools.refusal("InitiateAuth", **pools.login())[0] == "UserLambdaValidationException"


def test_a_refresh_fires_the_token_trigger_alone(fired: Any) -> None:
    changed = {"claimsOverrideDetails": {"claimsToAddOrOverride": {"tier": "gold"}}}
    pools, functions = fired(PreAuthentication={}, PostAuthentication={}, PreTokenGeneration=changed)
    pools.confirmed("alice", **EMAIL)
    refresh = pools.tokens()["RefreshToken"]
    functions.events.clear()
    again = pools.call(
        "InitiateAuth",
        ClientId=pools.client_id,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": refresh},
        ClientMetadata={"a": "b"},
    )["AuthenticationResult"]
    assert functions.sources == ["TokenGeneration_RefreshTokens"]
    assert "clientMetadata" not in functions.events[0]["request"]
    assert pools.claims(again["IdToken"])["tier"] == "gold"
    assert "tier" not in pools.claims(again["AccessToken"])


def test_later_versions_see_the_scopes_and_change_both_tokens(fired: Any) -> None:
    changed = {
        "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {"claimsToAddOrOverride": {"tenants": ["a", "b"]}, "claimsToSuppress": ["email"]},
            "accessTokenGeneration": {"claimsToAddOrOverride": {"level": 3}, "scopesToAdd": ["things/read"]},
        }
    }
    pools, functions = fired(PreTokenGenerationConfig=changed, pool={"trigger_versions": Map()})
    pools.confirmed("alice", **EMAIL)
    tokens = pools.tokens()
    own, access = pools.claims(tokens["IdToken"]), pools.claims(tokens["AccessToken"])
    assert functions.events[0]["version"] == "2"
    assert functions.events[0]["request"]["scopes"] == ["aws.cognito.signin.user.admin"]
    assert (own["tenants"], "email" in own) == (["a", "b"], False)
    assert (access["level"], access["scope"]) == (3, "aws.cognito.signin.user.admin things/read")


# Messages


def test_the_function_chooses_the_words_and_the_code_goes_into_them(fired: Any) -> None:
    words = {"emailSubject": "Welcome", "emailMessage": "Type {####}, please"}
    own = {"email": Map({"EmailSendingAccount": "DEVELOPER"})}
    pools, functions = fired(CustomMessage=words, pool=own)
    pools.sign_up("alice", **EMAIL)
    sent = messages(pools.cloud.state)[-1]
    assert (sent.subject, sent.body) == ("Welcome", f"Type {sent.code}, please")
    assert functions.sources == ["CustomMessage_SignUp"]
    assert functions.events[0]["response"] == {"smsMessage": None, "emailMessage": None, "emailSubject": None}
    request = functions.events[0]["request"]
    assert (request["codeParameter"], request["usernameParameter"]) == ("{####}", None)


def test_words_for_e_mail_need_a_sender_of_ones_own(fired: Any) -> None:
    pools, _ = fired(CustomMessage={"emailMessage": "Type {####}"})
    params = {"ClientId": pools.client_id, "Username": "alice", "Password": pools.password}
    refusal = pools.refusal("SignUp", **params, UserAttributes=pools.as_list(EMAIL))
    assert refusal == ("InvalidLambdaResponseException", "Unrecognizable lambda output")


def test_every_message_has_a_source_of_its_own(fired: Any) -> None:
    pools, functions = fired(CustomMessage={})
    pools.sign_up("alice", **EMAIL)
    pools.call("ResendConfirmationCode", ClientId=pools.client_id, Username="alice")
    pools.call("ConfirmSignUp", ClientId=pools.client_id, Username="alice", ConfirmationCode=pools.code("alice"))
    token = pools.access_token()
    pools.call("ForgotPassword", ClientId=pools.client_id, Username="alice")
    pools.call("GetUserAttributeVerificationCode", AccessToken=token, AttributeName="email")
    changed = pools.as_list({"email": "alice@example.org"})
    pools.call("UpdateUserAttributes", AccessToken=token, UserAttributes=changed, ClientMetadata={"a": "b"})
    bob = {"Username": "bob", "DesiredDeliveryMediums": ["EMAIL"], "UserAttributes": pools.as_list(EMAIL)}
    pools.admin("AdminCreateUser", **bob)
    assert functions.sources == [
        f"CustomMessage_{source}"
        for source in (
            *("SignUp", "ResendCode", "ForgotPassword", "VerifyUserAttribute", "UpdateUserAttribute"),
            "AdminCreateUser",
        )
    ]
    by_source = {event["triggerSource"]: event for event in functions.events}
    assert by_source["CustomMessage_UpdateUserAttribute"]["callerContext"]["clientId"] == pools.client_id
    assert by_source["CustomMessage_UpdateUserAttribute"]["request"]["clientMetadata"] == {"a": "b"}
    assert by_source["CustomMessage_AdminCreateUser"]["request"]["usernameParameter"] == "{username}"


def test_a_custom_sender_has_the_code_to_itself(fired: Any) -> None:
    pools, functions = fired(CustomEmailSender=ValueError("down"), CustomMessage={})
    pools.sign_up("alice", **EMAIL)
    assert functions.sources == ["CustomEmailSender_SignUp"]
    assert pools.message_count() == 0
    request = functions.events[0]["request"]
    assert request["type"] == "customEmailSenderRequestV1"
    code = sender_code(request["code"])
    assert code not in request["code"]
    pools.call("ConfirmSignUp", ClientId=pools.client_id, Username="alice", ConfirmationCode=code)
    assert pools.user()["UserStatus"] == "CONFIRMED"


def test_a_sender_of_text_messages_leaves_e_mail_to_the_pool(fired: Any) -> None:
    pools, functions = fired(CustomSMSSender={})
    pools.sign_up("alice", **EMAIL)
    assert (functions.events, pools.message_count()) == ([], 1)


# Migration

MIGRATED = {
    "userAttributes": {"email": "old@example.com", "email_verified": "true"},
    "finalUserStatus": "CONFIRMED",
    "messageAction": "SUPPRESS",
}


def test_a_user_whom_the_function_knows_is_stored_and_signs_in(fired: Any) -> None:
    pools, functions = fired(UserMigration=MIGRATED, PreAuthentication={})
    answer = pools.call("InitiateAuth", **pools.login("old", "weak"), ClientMetadata={"a": "b"})
    assert "AuthenticationResult" in answer
    assert functions.sources == ["UserMigration_Authentication", "PreAuthentication_Authentication"]
    assert functions.events[0]["request"] == {"password": "weak", "validationData": {"a": "b"}}
    assert (pools.user("old")["UserStatus"], pools.user("old")["email"]) == ("CONFIRMED", "old@example.com")
    pools.log_in("old", "weak")
    assert functions.sources.count("UserMigration_Authentication") == 1


def test_a_migrated_user_must_reset_the_password_unless_the_function_says_confirmed(fired: Any) -> None:
    pools, _ = fired(UserMigration={**MIGRATED, "finalUserStatus": None})
    assert pools.refusal("InitiateAuth", **pools.login("old", "weak"))[0] == "PasswordResetRequiredException"
    assert pools.user("old")["UserStatus"] == "RESET_REQUIRED"


@pytest.mark.parametrize(
    ("masking", "code"), [("ENABLED", "NotAuthorizedException"), ("LEGACY", "UserNotFoundException")]
)
def test_whom_the_function_does_not_know_is_a_stranger(fired: Any, masking: str, code: str) -> None:
    pools, _ = fired(UserMigration={}, client={"prevent_user_existence_errors": masking})
    assert pools.refusal("InitiateAuth", **pools.login("nobody", "weak"))[0] == code


@pytest.mark.parametrize("wrong", [{"finalUserStatus": "ARCHIVED"}, {"desiredDeliveryMediums": ["PIGEON"]}])
def test_a_migration_in_words_that_aws_does_not_know_is_refused(fired: Any, wrong: dict[str, Any]) -> None:
    pools, _ = fired(UserMigration={**MIGRATED, **wrong})
    assert pools.refusal("InitiateAuth", **pools.login("old", "weak"))[0] == "InvalidLambdaResponseException"


def test_srp_never_shows_a_password_and_so_migrates_nobody(fired: Any) -> None:
    pools, functions = fired(UserMigration=MIGRATED)
    params = {"ClientId": pools.client_id, "AuthFlow": "USER_SRP_AUTH"}
    pools.refusal("InitiateAuth", **params, AuthParameters={"USERNAME": "old", "SRP_A": "ab" * 64})
    assert functions.events == []


def test_a_forgotten_password_migrates_too(fired: Any) -> None:
    pools, functions = fired(UserMigration={**MIGRATED, "finalUserStatus": "RESET_REQUIRED"})
    pools.call("ForgotPassword", ClientId=pools.client_id, Username="old", ClientMetadata={"a": "b"})
    assert functions.sources == ["UserMigration_ForgotPassword"]
    assert "password" not in functions.events[0]["request"]
    reset = {"ConfirmationCode": pools.code("old"), "Password": "Another-horse-9"}
    pools.call("ConfirmForgotPassword", ClientId=pools.client_id, Username="old", **reset)
    assert "AccessToken" in pools.tokens("old", "Another-horse-9")


def test_a_welcome_message_is_named_as_missing(fired: Any) -> None:
    pools, _ = fired(UserMigration={**MIGRATED, "messageAction": None, "desiredDeliveryMediums": ["EMAIL"]})
    with pytest.raises(NotModelled, match="welcome message"):
        pools.log_in("old", "weak")
    assert not pools.cloud.world.pool_users


@pytest.mark.parametrize(
    ("masking", "refusal"),
    [
        ("LEGACY", ("UserNotFoundException", "Exception migrating user in app client 1abc2defghij3klmn4opqrst5u")),
        ("ENABLED", ("NotAuthorizedException", "Incorrect username or password.")),
    ],
)
def test_a_migration_takes_a_name_from_nobody_unless_it_says_so(fired: Any, masking: str, refusal: Any) -> None:
    settings = {"pool": {"alias_attributes": ("email",)}, "client": {"prevent_user_existence_errors": masking}}
    pools, functions = fired(UserMigration=dict(MIGRATED), **settings)
    pools.sign_up("alice", email="old@example.com")
    pools.call("ConfirmSignUp", ClientId=pools.client_id, Username="alice", ConfirmationCode=pools.code("alice"))
    assert pools.refusal("InitiateAuth", **pools.login("old", "weak")) == refusal
    functions.answers["UserMigration"]["forceAliasCreation"] = True
    assert "AccessToken" in pools.tokens("old", "weak")
    assert pools.user("alice")["email_verified"] == "false"


def test_a_warning_of_a_risky_sign_in_goes_to_the_custom_sender_too(fired: Any) -> None:
    pools, functions = fired(CustomEmailSender={}, pool={"advanced_security": "ENFORCED", "tier": "PLUS"})
    levels = Map(dict.fromkeys(("Low", "Medium", "High"), TakeoverAction("NO_ACTION", notify=True)))
    risk = RiskConfiguration(pools.pool_id, takeover=levels)
    pools.cloud.world = pools.cloud.world.with_risk_configuration(risk)
    pools.confirmed("alice", **EMAIL)
    for address in ("203.0.113.5", "198.51.100.77"):
        call = Call("cognito-idp:InitiateAuth", pools.login(), None, CallOrigin(source_ip=address))
        pools.cloud.submit(call).unwrap()
        pools.cloud.advance(600)
    assert functions.sources == ["CustomEmailSender_SignUp", "CustomEmailSender_AccountTakeOverNotification"]
    assert (functions.events[-1]["request"]["code"], pools.message_count()) == (None, 0)


# A client's own token


@pytest.mark.parametrize(("version", "seen"), [("V3_0", 1), ("V2_0", 0)])
def test_a_clients_own_token_is_shaped_by_version_3_only(fired: Any, version: str, seen: int) -> None:
    added = {"claimsToAddOrOverride": {"tier": "gold"}, "scopesToAdd": ["orders/write"]}
    pools, functions = fired(
        pool={"trigger_versions": Map({"PreTokenGenerationConfig": version})},
        client={
            "secret": "s" * 51,
            "explicit_auth_flows": ("ALLOW_CLIENT_TOKEN_AUTH",),
            "allowed_oauth_flows": ("client_credentials",),
            "allowed_oauth_flows_user_pool_client": True,
            "allowed_oauth_scopes": ("orders/read",),
        },
        PreTokenGenerationConfig={"claimsAndScopeOverrideDetails": {"accessTokenGeneration": added}},
    )
    server = ResourceServer(pools.pool_id, "orders", "orders", Map({"read": "", "write": ""}))
    pools.cloud.world = pools.cloud.world.with_resource_server(server)
    params = {"ClientId": pools.client_id, "Secret": "s" * 51, "ClientMetadata": {"job": "nightly"}}
    token = pools.call("GetClientToken", **params)["ClientAuthenticationResult"]["AccessToken"]
    claims = pools.claims(token)
    assert (claims.get("tier"), len(functions.events)) == ("gold" if seen else None, seen)
    for event in functions.events:
        assert claims["scope"] == "orders/read orders/write"
        assert (event["version"], event["triggerSource"]) == ("3", "TokenGeneration_ClientCredentials")
        assert event["userName"] == "ClientCredentials"
        assert event["request"] == {
            "userAttributes": {},
            "groupConfiguration": None,
            "scopes": ["orders/read"],
            "clientMetadata": {"job": "nightly"},
        }


def test_a_link_confirms_as_the_client_it_leads_back_to(fired: Any) -> None:
    by_link = {"VerificationMessageTemplate": Map({"DefaultEmailOption": "CONFIRM_WITH_LINK"})}
    words = {"emailSubject": "Hello", "emailMessage": "Press {##Click Here##}"}
    own = {"texts": Map(by_link), "email": Map({"EmailSendingAccount": "DEVELOPER"})}
    pools, functions = fired(PostConfirmation={}, CustomMessage=words, pool=own)
    pools.cloud.world = pools.cloud.world.with_domain(UserPoolDomain(pools.pool_id, "start"))
    pools.sign_up("alice", **EMAIL)
    sent = messages(pools.cloud.state)[-1]
    assert functions.request("CustomMessage_SignUp")["linkParameter"] == "{##Click Here##}"
    assert (sent.subject, str(sent.link) in sent.body, "Click Here" in sent.body) == ("Hello", True, True)
    pools.cloud.call("cogsim:OpenConfirmationLink", {"Url": sent.link})
    assert functions.sources[-1] == "PostConfirmation_ConfirmSignUp"
    assert functions.events[-1]["callerContext"]["clientId"] == pools.client_id


@pytest.mark.parametrize("error", ["AccessDeniedException", "Socket timeout while invoking Lambda function"])
def test_a_function_that_is_not_reached_stops_what_waits_for_it(make: Any, error: str) -> None:
    pools = make(pool={"triggers": Map({"PreSignUp": FUNCTION + "PreSignUp"})})
    declared(pools, "PreSignUp", TriggerRule(error=error, unreachable=True))
    params = {"ClientId": pools.client_id, "Username": "alice", "Password": pools.password}
    refusal = pools.refusal("SignUp", **params)
    assert refusal == ("UnexpectedLambdaException", f"PreSignUp invocation failed due to error {error}.")
    assert not pools.cloud.world.pool_users


def _made_by_a_call(make: Any) -> tuple[Any, str]:
    """A pool of a call with a function that nobody describes, and a client of it."""
    pools = make()
    triggers = {"PreSignUp": FUNCTION + "Unheard"}
    pool_id = pools.call("CreateUserPool", PoolName="made", LambdaConfig=triggers)["UserPool"]["Id"]
    client = pools.call("CreateUserPoolClient", UserPoolId=pool_id, ClientName="app")["UserPoolClient"]
    return pools, client["ClientId"]


def test_a_function_that_is_not_in_the_world_is_not_reached_from_a_pool_that_a_call_made(make: Any) -> None:
    pools, client_id = _made_by_a_call(make)
    params = {"ClientId": client_id, "Username": "alice", "Password": pools.password}
    refusal = ("UnexpectedLambdaException", "PreSignUp invocation failed due to error AccessDeniedException.")
    assert pools.refusal("SignUp", **params) == refusal
    assert not pools.cloud.world.pool_users
    assert f"{FUNCTION}Unheard is not in the world" in [step.found for step in pools.steps()]
    assert "cognito.undeclaredFunction" in [step.assumption for step in pools.steps()]


def test_whether_such_a_function_is_unknown_instead_is_a_switch(make: Any) -> None:
    pools, client_id = _made_by_a_call(make)
    params = {"ClientId": client_id, "Username": "alice", "Password": pools.password}
    with assuming({"cognito.undeclaredFunction": "not-modelled"}), pytest.raises(NotModelled, match="Unheard"):
        pools.call("SignUp", **params)
