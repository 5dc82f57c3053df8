"""What messages say, links that confirm, and accounts without a password."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.aws.mailbox import Message, messages
from cogsim.aws.services.cognito_idp.records import SESSIONS
from cogsim.aws.token_families import digest
from cogsim.decisions.codes import CONFIRM_SIGN_UP, INVITATION, RESET_PASSWORD, SIGN_IN
from cogsim.decisions.message_texts import compose, read_link, wording
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.user_pool import SchemaAttribute, UserPool

EMAIL = {"email": "alice@example.com"}
INVALID_LINK = ("InvalidParameterException", "The confirmation link is not valid.")
BY_LINK = Map({"VerificationMessageTemplate": Map({"DefaultEmailOption": "CONFIRM_WITH_LINK"})})
PASSWORDLESS = {"first_factors": ("PASSWORD", "EMAIL_OTP")}
CHOICE = {"explicit_auth_flows": ("ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH")}


def latest(pools: Any) -> Message:
    found: Message = messages(pools.cloud.state)[-1]
    return found


def opened(pools: Any, url: str) -> Any:
    """The outcome of opening a link: None, or (code, text)."""
    outcome = pools.cloud.submit(Call("cogsim:OpenConfirmationLink", {"Url": url}, None, pools.cloud.origin()))
    return None if outcome.error is None else (outcome.error.code, outcome.error.message)


def linking(make: Any, **client: Any) -> Any:
    pools = make(pool={"texts": BY_LINK}, client=client)
    pools.cloud.world = pools.cloud.world.with_domain(UserPoolDomain(pools.pool_id, "acme"))
    return pools


def texts(**members: Any) -> UserPool:
    frozen = {name: Map(value) if isinstance(value, dict) else value for name, value in members.items()}
    return UserPool("us-east-1_x", "arn:aws:cognito-idp:us-east-1:1:userpool/us-east-1_x", "x", texts=Map(frozen))


@pytest.mark.parametrize(
    ("purpose", "medium", "subject", "body"),
    [
        (CONFIRM_SIGN_UP, "EMAIL", "Your verification code", "Your verification code is {####}."),
        (CONFIRM_SIGN_UP, "SMS", "", "Your verification code is {####}."),
        (RESET_PASSWORD, "EMAIL", "Your verification code", "Your verification code is {####}."),
        (
            INVITATION,
            "EMAIL",
            "Your temporary password",
            "Your username is {username} and temporary password is {####}.",
        ),
        (INVITATION, "SMS", "", "Your username is {username} and temporary password is {####}."),
        (SIGN_IN, "SMS", "", "Your authentication code is {####}."),
        (SIGN_IN, "EMAIL", "Your authentication code", "Your authentication code is {####}."),
    ],
)
def test_without_templates_messages_are_in_the_services_words(
    purpose: str, medium: str, subject: str, body: str
) -> None:
    found = wording(texts(), purpose, medium)
    assert (found.subject, found.body) == (subject, body)


@pytest.mark.parametrize(
    ("members", "purpose", "medium", "subject", "body"),
    [
        ({"SmsAuthenticationMessage": "A {####}"}, SIGN_IN, "SMS", "", "A {####}"),
        ({"EmailMfaConfiguration": {"Message": "C {####}", "Subject": "D"}}, SIGN_IN, "EMAIL", "D", "C {####}"),
        ({"VerificationMessageTemplate": {"SmsMessage": "V {####}"}}, RESET_PASSWORD, "SMS", "", "V {####}"),
        (
            {"VerificationMessageTemplate": {"EmailMessage": "E {####}", "EmailSubject": "F"}},
            RESET_PASSWORD,
            "EMAIL",
            "F",
            "E {####}",
        ),
        ({"InviteMessageTemplate": {"EmailMessage": "G", "EmailSubject": "H"}}, INVITATION, "EMAIL", "H", "G"),
        ({"InviteMessageTemplate": {"SMSMessage": "I"}}, INVITATION, "SMS", "", "I"),
        (
            {
                "VerificationMessageTemplate": {
                    "DefaultEmailOption": "CONFIRM_WITH_LINK",
                    "EmailMessageByLink": "L {##here##}",
                    "EmailSubjectByLink": "K",
                }
            },
            CONFIRM_SIGN_UP,
            "EMAIL",
            "K",
            "L {##here##}",
        ),
    ],
)
def test_a_template_of_the_pool_stands_in_their_place(
    members: dict[str, Any], purpose: str, medium: str, subject: str, body: str
) -> None:
    found = wording(texts(**members), purpose, medium)
    assert (found.subject, found.body) == (subject, body)


def test_the_older_members_of_a_pool_say_the_same(pools: Any) -> None:
    members = {
        "EmailVerificationMessage": "E {####}",
        "EmailVerificationSubject": "S",
        "SmsVerificationMessage": "T {####}",
    }
    made = pools.call("CreateUserPool", PoolName="older", **members)["UserPool"]
    pool = pools.cloud.world.user_pools[made["Id"]]
    found = [wording(pool, CONFIRM_SIGN_UP, medium) for medium in ("EMAIL", "SMS")]
    assert [(words.subject, words.body) for words in found] == [("S", "E {####}"), ("", "T {####}")]


def test_name_and_code_are_filled_in_and_a_message_without_a_place_for_the_code_comes_to_nothing() -> None:
    pool = texts(InviteMessageTemplate={"EmailMessage": "{username}: {####}", "EmailSubject": "Hi {username}"})
    text = compose(wording(pool, INVITATION, "EMAIL"), "alice", "Abc-1").value
    assert text is not None
    assert (text.subject, text.body) == ("Hi alice", "alice: Abc-1")
    assert "Abc-1" not in repr(text)
    silent = texts(InviteMessageTemplate={"EmailMessage": "Welcome, {username}."})
    assert compose(wording(silent, INVITATION, "EMAIL"), "alice", "Abc-1").value is None


def test_an_invitation_without_a_place_for_the_password_is_silently_not_delivered(make: Any) -> None:
    pools = make(pool={"texts": Map({"InviteMessageTemplate": Map({"EmailMessage": "Welcome, {username}."})})})
    params = {"Username": "alice", "UserAttributes": pools.as_list(EMAIL), "DesiredDeliveryMediums": ["EMAIL"]}
    assert pools.admin("AdminCreateUser", **params)["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert pools.message_count() == 0


def test_an_invitation_names_user_and_password(pools: Any) -> None:
    params = {"Username": "alice", "UserAttributes": pools.as_list(EMAIL), "DesiredDeliveryMediums": ["EMAIL"]}
    pools.admin("AdminCreateUser", **params)
    sent = latest(pools)
    assert sent.subject == "Your temporary password"
    assert sent.body == f"Your username is alice and temporary password is {sent.code}."


def test_a_link_confirms_the_sign_up_once(make: Any) -> None:
    pools = linking(make)
    pools.sign_up(**EMAIL)
    sent = latest(pools)
    assert sent.subject == "Your verification link"
    assert sent.link is not None
    assert sent.link.startswith("https://acme.auth.us-east-1.amazoncognito.com/confirmUser?client_id=")
    assert f'<a href="{sent.link}">Verify Email</a>' in sent.body
    assert read_link(sent.link) == (
        "acme.auth.us-east-1.amazoncognito.com",
        pools.client_id,
        "alice",
        sent.code,
    )
    assert opened(pools, sent.link) is None
    assert (pools.user()["UserStatus"], pools.user()["email_verified"]) == ("CONFIRMED", "true")
    assert opened(pools, sent.link) == (
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )


def test_a_link_lives_for_a_day_and_only_the_latest_is_good(make: Any) -> None:
    pools = linking(make)
    pools.sign_up(**EMAIL)
    first = str(latest(pools).link)
    pools.call("ResendConfirmationCode", ClientId=pools.client_id, Username="alice")
    assert opened(pools, first) == (
        "CodeMismatchException",
        "Invalid verification code provided, please try again.",
    )
    pools.cloud.advance(86400)
    assert opened(pools, str(latest(pools).link))[0] == "ExpiredCodeException"


def test_a_link_must_lead_to_the_domain_of_the_clients_own_pool(make: Any) -> None:
    pools = linking(make)
    pools.sign_up(**EMAIL)
    url = str(latest(pools).link)
    for wrong in (
        "https://example.com/",
        url.replace("https", "http"),
        url.replace("acme.auth", "other.auth"),
        url.replace(pools.client_id, "2" * 26),
        url + "&user_name=bob",
    ):
        assert opened(pools, wrong) == INVALID_LINK
    assert opened(pools, url.replace("alice", "bob")) == (
        "UserNotFoundException",
        "Username/client id combination not found.",
    )
    assert pools.user()["UserStatus"] == "UNCONFIRMED"


def test_only_sign_ups_are_confirmed_by_link(make: Any) -> None:
    pools = linking(make)
    pools.sign_up(**EMAIL)
    opened(pools, str(latest(pools).link))
    pools.call("ForgotPassword", ClientId=pools.client_id, Username="alice")
    assert latest(pools).link is None
    assert latest(pools).body == f"Your verification code is {latest(pools).code}."


def test_a_link_needs_a_domain(make: Any) -> None:
    pools = make(pool={"texts": BY_LINK})
    params = {"ClientId": pools.client_id, "Username": "alice", "Password": pools.password}
    code, text = pools.refusal("SignUp", **params, UserAttributes=pools.as_list(EMAIL))
    assert code == "InvalidParameterException"
    assert "there does not exist a valid use pool domain associated with the user pool" in text


def test_a_user_signs_up_without_a_password_where_one_time_passwords_sign_in(make: Any) -> None:
    pools = make(pool=PASSWORDLESS)
    params = {"ClientId": pools.client_id, "Username": "alice"}
    answer = pools.call("SignUp", **params, UserAttributes=pools.as_list(EMAIL))
    assert (answer["UserConfirmed"], "Session" in answer) == (False, False)
    assert pools.cloud.world.pool_users[pools.pool_id, "alice"].password is None
    pools.call("ConfirmSignUp", **params, ConfirmationCode=pools.code())
    assert pools.user()["UserStatus"] == "CONFIRMED"
    assert pools.refusal("InitiateAuth", **pools.login()) == (
        "NotAuthorizedException",
        "Incorrect username or password.",
    )


def test_a_password_is_left_out_only_where_the_user_is_reached_without(make: Any) -> None:
    missing = (
        "InvalidParameterException",
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
    )
    for factors in (("PASSWORD",), ("PASSWORD", "WEB_AUTHN")):
        pools = make(pool={"first_factors": factors})
        params = {"ClientId": pools.client_id, "Username": "alice"}
        assert pools.refusal("SignUp", **params, UserAttributes=pools.as_list(EMAIL)) == missing
    pools = make(pool=PASSWORDLESS)
    unreachable = "A user without a password needs an email or phone_number for one-time passwords."
    assert pools.refusal("SignUp", **params) == ("InvalidParameterException", unreachable)
    by_phone = pools.as_list({"phone_number": "+15551234567"})
    assert pools.refusal("SignUp", **params, UserAttributes=by_phone) == ("InvalidParameterException", unreachable)


def test_an_operator_makes_users_without_a_password_where_none_is_given(make: Any) -> None:
    pools = make(pool={**PASSWORDLESS, "schema": (SchemaAttribute("name", required=True),)})
    given = pools.as_list({**EMAIL, "name": "Alice"})
    create = {"Username": "alice", "UserAttributes": given, "DesiredDeliveryMediums": ["EMAIL"]}
    assert pools.admin("AdminCreateUser", **create)["User"]["UserStatus"] == "CONFIRMED"
    assert latest(pools).code == ""
    assert pools.cloud.world.pool_users[pools.pool_id, "alice"].password is None
    with_one = {"Username": "bob", "TemporaryPassword": pools.password}
    assert pools.admin("AdminCreateUser", **with_one)["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    refused = {"UserPoolId": pools.pool_id, "Username": "carol"}
    assert pools.refusal("AdminCreateUser", **refused)[0] == "InvalidParameterException"
    text = "Attributes did not conform to the schema: name: The attribute is required\n"
    assert pools.refusal("AdminCreateUser", **refused, UserAttributes=pools.as_list(EMAIL)) == (
        "InvalidParameterException",
        text,
    )
    with assuming({"cognito.passwordlessStatus": "FORCE_CHANGE_PASSWORD"}):
        made = pools.admin("AdminCreateUser", Username="dave", UserAttributes=given, MessageAction="SUPPRESS")
    assert made["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def test_the_session_of_a_sign_up_leads_to_one_for_the_sign_in(make: Any) -> None:
    pools = make(client=CHOICE)
    session = pools.sign_up(**EMAIL)["Session"]
    params = {"ClientId": pools.client_id, "Username": "alice", "ConfirmationCode": pools.code()}
    following = pools.call("ConfirmSignUp", **params, Session=session)["Session"]
    assert following != session
    held = SESSIONS.get(pools.cloud.state, digest(following))
    assert held is not None
    assert (held.challenge, held.progress.flow, held.progress.fresh) == ("USER_AUTH", "USER_AUTH", True)
    assert held.status == "CONFIRMED"


def test_who_just_signed_up_is_signed_in_at_once_and_once(make: Any) -> None:
    pools = make(pool=PASSWORDLESS, client=CHOICE)
    params = {"ClientId": pools.client_id, "Username": "alice"}
    session = pools.call("SignUp", **params, UserAttributes=pools.as_list(EMAIL))["Session"]
    following = pools.call("ConfirmSignUp", **params, ConfirmationCode=pools.code(), Session=session)["Session"]
    begin = {"ClientId": pools.client_id, "AuthFlow": "USER_AUTH", "AuthParameters": {"USERNAME": "alice"}}
    assert "AuthenticationResult" in pools.call("InitiateAuth", **begin, Session=following)
    assert pools.refusal("InitiateAuth", **begin, Session=following)[0] == "NotAuthorizedException"
    assert pools.refusal("InitiateAuth", **begin, Session=session)[0] == "NotAuthorizedException"


def test_a_session_of_a_sign_up_is_bound_to_its_user_step_and_time(make: Any) -> None:
    pools = make(client=CHOICE)
    session = pools.sign_up(**EMAIL)["Session"]
    other = pools.sign_up("bob", email="bob@example.com")["Session"]
    params = {"ClientId": pools.client_id, "Username": "alice", "ConfirmationCode": pools.code("alice")}
    invalid = ("NotAuthorizedException", "Invalid session for the user.")
    for wrong in (other, "x" * 40):
        assert pools.refusal("ConfirmSignUp", **params, Session=wrong) == invalid
    pools.cloud.advance(180)
    assert pools.refusal("ConfirmSignUp", **params, Session=session) == (
        "NotAuthorizedException",
        "Invalid session for the user, session is expired.",
    )
    assert pools.call("ConfirmSignUp", **params) == {}
