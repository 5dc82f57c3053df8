"""The pages after the password, and those of accounts: the same steps as at the API, and none of the API's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from cogsim.aws.trail import records
from cogsim.decisions.threats import password_digest
from cogsim.errors import AwsError
from cogsim.tokens.totp import code_at
from cogsim.world.pool_user import UserStatus

ALL = {"email", "email_verified", "phone_number", "phone_number_verified", "name"}
MFA = {"mfa": "ON", "mfa_factors": ("SOFTWARE_TOKEN_MFA",)}


def test_a_temporary_password_leads_to_the_choice_of_another(pages: Any) -> None:
    pages.admin("AdminSetUserPassword", Username="alice", Password="Temporary-horse-1", Permanent=False)
    shown = pages.sign_in(password="Temporary-horse-1")
    assert (shown["Body"]["Challenge"], shown["Body"]["Form"]["Fields"]) == ("NEW_PASSWORD_REQUIRED", ["NEW_PASSWORD"])
    assert "Password did not conform" in pages.fill(shown, NEW_PASSWORD="weak")["Body"]["Error"]
    assert "code" in pages.answered(pages.fill(shown, NEW_PASSWORD="Chosen-horse-2"))
    assert pages.profile("alice")["status"] == UserStatus.CONFIRMED


def test_an_authenticator_app_is_set_up_on_the_page_and_asked_for_the_next_time(make: Any) -> None:
    pages = make(pool=MFA)
    shown = pages.sign_in()
    assert shown["Body"]["Challenge"] == "MFA_SETUP"
    secret = shown["Body"]["SecretCode"]
    assert "code" in pages.answered(pages.fill(shown, UserCode=code_at(secret, pages.cloud.clock.now)))
    pages.jar.clear()
    pages.cloud.advance(60)
    shown = pages.sign_in()
    assert shown["Body"]["Challenge"] == "SOFTWARE_TOKEN_MFA"
    wrong = pages.fill(shown, SOFTWARE_TOKEN_MFA_CODE="000000")
    assert wrong["Body"]["Page"] in ("challenge", "login")
    right = pages.fill(wrong, SOFTWARE_TOKEN_MFA_CODE=code_at(secret, pages.cloud.clock.now))
    assert "code" in pages.answered(right)


def test_a_step_of_the_page_is_not_answered_at_the_api_nor_the_other_way_round(make: Any) -> None:
    flows = ("ALLOW_USER_PASSWORD_AUTH",)
    pages = make(client={"explicit_auth_flows": flows})
    pages.admin("AdminSetUserPassword", Username="alice", Password="Temporary-horse-1", Permanent=False)
    shown = pages.sign_in(password="Temporary-horse-1")
    hidden = shown["Body"]["Form"]["Hidden"]
    responses = {"USERNAME": "alice", "NEW_PASSWORD": "Chosen-horse-2"}
    params = {"ClientId": pages.web, "ChallengeName": "NEW_PASSWORD_REQUIRED", "ChallengeResponses": responses}
    with pytest.raises(AwsError, match="Invalid session"):
        pages.cloud.call("cognito-idp:RespondToAuthChallenge", {**params, "Session": hidden["Session"]})
    parameters = {"USERNAME": "alice", "PASSWORD": "Temporary-horse-1"}
    begun = pages.cloud.call(
        "cognito-idp:InitiateAuth",
        {"ClientId": pages.web, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters},
    )
    form = {**hidden, "Session": begun["Session"], "NEW_PASSWORD": "Chosen-horse-2"}
    answer = pages.send("POST", shown["Body"]["Form"]["Action"], form)
    assert "Invalid session" in answer["Body"]["Error"]


def test_a_step_of_one_client_is_not_answered_at_anothers_page(pages: Any) -> None:
    pages.admin("AdminSetUserPassword", Username="alice", Password="Temporary-horse-1", Permanent=False)
    shown = pages.sign_in(password="Temporary-horse-1")
    form = {**shown["Body"]["Form"]["Hidden"], "NEW_PASSWORD": "Chosen-horse-2"}
    action = shown["Body"]["Form"]["Action"].replace(f"client_id={pages.web}", f"client_id={pages.other}")
    assert "Invalid session" in pages.send("POST", action, form)["Body"]["Error"]


def test_a_client_with_a_secret_has_the_same_pages(make: Any) -> None:
    pages = make(pool=MFA)
    shown = pages.sign_in(client_id=pages.server)
    secret = shown["Body"]["SecretCode"]
    assert "code" in pages.answered(pages.fill(shown, UserCode=code_at(secret, pages.cloud.clock.now)))


def test_people_make_an_account_confirm_it_and_sign_in(pages: Any) -> None:
    shown = pages.send("GET", pages.authorize()["Location"].replace("/login?", "/signup?"))
    fields = {"username": "bob", "password": "weak", "requiredAttributes[email]": "bob@example.com"}
    again = pages.fill(shown, **fields)
    assert "Password did not conform" in again["Body"]["Error"]
    asked = pages.fill(again, **{**fields, "password": pages.password})
    assert asked["Body"]["Page"] == "confirm"
    assert "Invalid verification code" in pages.fill(asked, code="000000")["Body"]["Error"]
    done = pages.fill(asked, code=pages.mail("bob"))
    assert "/login?" in done["Location"]
    assert "code" in pages.answered(
        pages.fill(pages.send("GET", done["Location"]), username="bob", password=pages.password)
    )
    assert pages.profile("bob")["email_verified"] == "true"
    names = [entry["eventName"] for entry in records(pages.cloud)]
    assert "SignUp" not in names
    assert "Signup_POST" in names


def test_people_choose_a_new_password_by_a_code(pages: Any) -> None:
    shown = pages.send("GET", pages.authorize()["Location"].replace("/login?", "/forgotPassword?"))
    asked = pages.fill(shown, username="alice")
    assert asked["Body"]["Form"]["Fields"] == ["code", "password"]
    done = pages.fill(asked, code=pages.mail(), password="Chosen-horse-2")
    assert "/login?" in done["Location"]
    assert "code" in pages.answered(pages.sign_in(password="Chosen-horse-2"))


def test_another_code_is_sent_for_who_asks(pages: Any) -> None:
    shown = pages.send("GET", pages.authorize()["Location"].replace("/login?", "/signup?"))
    fields = {"username": "bob", "password": pages.password, "requiredAttributes[email]": "bob@example.com"}
    form = pages.fill(shown, **fields)["Body"]["Form"]
    first = pages.mail("bob")
    pages.send("POST", form["Action"].replace("/confirm?", "/resendcode?"), form["Hidden"])
    assert pages.mail("bob") != first


def test_a_pool_of_operators_takes_no_sign_ups_on_its_pages(make: Any) -> None:
    pages = make(pool={"admin_create_user_only": True})
    shown = pages.send("GET", pages.authorize()["Location"].replace("/login?", "/signup?"))
    assert "not permitted" in pages.fill(shown, username="bob", password=pages.password)["Body"]["Error"]


def test_the_triggers_of_a_sign_in_fire_on_the_page_and_the_tokens_say_where_from(make: Any) -> None:
    fired: list[str] = []

    def function(event: Any) -> Any:
        fired.append(event["triggerSource"])
        assert event["callerContext"]["clientId"] == "1web"
        return event

    names = ("PreAuthentication", "PostAuthentication", "PreTokenGeneration")
    from cogsim.persistent import Map

    arn = "arn:aws:lambda:us-east-1:123456789012:function:watch"
    pages = make(pool={"triggers": Map(dict.fromkeys(names, arn))}, functions={"watch": function})
    pages.tokens()
    assert fired == [
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_HostedAuth",
    ]


@pytest.mark.parametrize(
    ("scope", "read", "shown"),
    [
        ("openid", None, ALL),
        ("openid aws.cognito.signin.user.admin", None, ALL),
        ("openid email", None, {"email", "email_verified"}),
        ("openid phone", None, {"phone_number", "phone_number_verified"}),
        ("openid email phone", None, {"email", "email_verified", "phone_number", "phone_number_verified"}),
        ("openid profile", None, ALL),
        ("openid profile", ("name",), {"name"}),
        ("openid", ("email",), {"email"}),
        ("openid email", ("email", "name"), {"email"}),
        ("orders/read", None, None),
        ("aws.cognito.signin.user.admin", None, None),
    ],
)
def test_tokens_and_user_info_show_what_scope_and_client_let_them(
    make: Any, scope: str, read: Any, shown: set[str] | None
) -> None:
    pages = make(client={"read_attributes": read})
    tokens = pages.tokens(scope=scope)
    told = pages.user_info(tokens["access_token"])
    if shown is None:
        assert "id_token" not in tokens
        assert told["Status"] == 401
        return
    assert ALL & set(pages.claims(tokens["id_token"])) == shown
    assert set(told["Body"]) == shown | {"sub", "username"}
    assert all(isinstance(value, str) for value in told["Body"].values())


def test_a_token_of_the_api_opens_no_user_info_and_one_of_another_pool_neither(make: Any) -> None:
    pages = make(client={"explicit_auth_flows": ("ALLOW_USER_PASSWORD_AUTH",)})
    parameters = {"USERNAME": "alice", "PASSWORD": pages.password}
    params = {"ClientId": pages.web, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
    result = pages.cloud.call("cognito-idp:InitiateAuth", params)["AuthenticationResult"]
    for token in (result["AccessToken"], result["IdToken"], "x.y.z", result["AccessToken"][:-4] + "AAAA"):
        assert pages.user_info(token)["Status"] == 401
    assert pages.send("GET", "/oauth2/userInfo")["Status"] == 400
    assert "invalid_request" in pages.send("GET", "/oauth2/userInfo")["Headers"]["WWW-Authenticate"]


def test_an_expired_token_opens_no_user_info(pages: Any) -> None:
    token = pages.tokens()["access_token"]
    pages.cloud.advance(3599)
    assert pages.user_info(token)["Status"] == 200
    pages.cloud.advance(1)
    assert pages.user_info(token)["Status"] == 401


def test_a_custom_scope_is_every_users_of_the_client(pages: Any) -> None:
    """Scopes are the client's: nothing asks whether the person may have them. # idp:scopes"""
    pages.user("mallory", email="m@example.com")
    code = pages.answered(pages.sign_in("mallory", scope="openid orders/read"))["code"]
    assert "orders/read" in pages.claims(pages.redeem(code)["Body"]["access_token"])["scope"]


def test_breached_passwords_are_seen_on_the_page(make: Any) -> None:
    pages = make(pool={"advanced_security": "ENFORCED", "tier": "PLUS"})
    pages.world(lambda world: replace(world, breached_passwords=frozenset({password_digest(pages.password)})))
    params = {"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}}}
    pages.admin("SetRiskConfiguration", **params)
    assert pages.sign_in()["Body"]["Page"] == "login"


def test_a_domain_answers_in_its_pools_region_wherever_the_browser_is(pages: Any) -> None:
    from cogsim.aws.call import Call

    query = dict(parse_qsl(urlsplit(pages.authorize()["Location"]).query))
    away = replace(pages.cloud.origin(), region="ap-southeast-2")
    params = {"Domain": pages.host, "Query": query, "Cookies": {}}
    shown = pages.cloud.submit(Call("cognito-domain:ShowSignUp", params, None, away)).unwrap()
    hidden = shown["Body"]["Form"]["Hidden"]
    form = {**hidden, "username": "bob", "password": pages.password, "requiredAttributes[email]": "bob@example.com"}
    cookies = {"XSRF-TOKEN": hidden["_csrf"]}
    sent = {**params, "Cookies": cookies, "Form": form}
    answer = pages.cloud.submit(Call("cognito-domain:SignUp", sent, None, away)).unwrap()
    assert answer["Body"]["Page"] == "confirm"
